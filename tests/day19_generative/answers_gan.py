"""Answers to gan.py: wrong ones with what went wrong, and right ones in another style."""

import torch
from torch.nn import functional as F
from torch.nn.functional import softplus

from course.testing import misconception, variant
from day19_generative.gan import discriminator_loss, generator_loss, gradient_penalty


@misconception("discriminator_loss", "The answers are exchanged: 1 belongs to real samples, 0 to fake ones.")
def answers_exchanged(real_logits, fake_logits):
    return softplus(real_logits).mean() + softplus(-fake_logits).mean()


@misconception("discriminator_loss", "The mean of the two parts was taken. The loss is their sum.")
def mean_of_the_parts(real_logits, fake_logits):
    return (softplus(-real_logits).mean() + softplus(fake_logits).mean()) / 2


@misconception("discriminator_loss", "Both are called real. For a fake sample the right answer is 0.")
def both_called_real(real_logits, fake_logits):
    return softplus(-real_logits).mean() + softplus(-fake_logits).mean()


@misconception(
    "discriminator_loss", "The fake samples are missing: an expert who always says 'real' would pay nothing."
)
def real_ones_only(real_logits, fake_logits):
    return softplus(-real_logits).mean()


@misconception(
    "discriminator_loss",
    "The logarithm of a probability that has been rounded to 0 is −∞. Compute from the logits: softplus, or "
    "binary_cross_entropy_with_logits.",
)
def logarithm_of_zero(real_logits, fake_logits):
    return -torch.log(torch.sigmoid(real_logits)).mean() - torch.log(1 - torch.sigmoid(fake_logits)).mean()


@misconception("discriminator_loss", "The logits are added up. Each of the two parts is a mean.")
def sums(real_logits, fake_logits):
    return softplus(-real_logits).sum() + softplus(fake_logits).sum()


@variant("discriminator_loss")
def by_cross_entropy(real_logits, fake_logits):
    truth, lie = torch.ones_like(real_logits), torch.zeros_like(fake_logits)
    loss = F.binary_cross_entropy_with_logits(real_logits, truth)
    return loss + F.binary_cross_entropy_with_logits(fake_logits, lie)


@variant("discriminator_loss")
def by_log_sigmoid(real_logits, fake_logits):
    return -(F.logsigmoid(real_logits).mean() + F.logsigmoid(-fake_logits).mean())


@misconception(
    "generator_loss",
    "This is the form that saturates, mean log(1 − σ(fake)): it is flat while the expert is sure.",
)
def saturating(fake_logits):
    return -softplus(fake_logits).mean()


@misconception("generator_loss", "The forger helps the expert: he pays when his samples are called real.")
def helps_the_expert(fake_logits):
    return softplus(fake_logits).mean()


@misconception("generator_loss", "The sign is wrong: this rises when the samples become better.")
def wrong_sign(fake_logits):
    return F.logsigmoid(fake_logits).mean()


@misconception("generator_loss", "The sum over the samples. The mean is asked for.")
def sum_over_samples(fake_logits):
    return softplus(-fake_logits).sum()


@misconception("generator_loss", "The logits themselves are made larger. The loss is −log σ of them.")
def logits_only(fake_logits):
    return -fake_logits.mean()


@misconception(
    "generator_loss",
    "The logarithm of a probability that has been rounded to 0 is −∞, and so is the loss of a bad forger: softplus.",
)
def logarithm_of_zero_probability(fake_logits):
    return -torch.log(torch.sigmoid(fake_logits)).mean()


@variant("generator_loss")
def by_the_cross_entropy(fake_logits):
    return F.binary_cross_entropy_with_logits(fake_logits, torch.ones_like(fake_logits))


@variant("generator_loss")
def by_the_log_sigmoid(fake_logits):
    return -F.logsigmoid(fake_logits).sum() / fake_logits.numel()


@misconception("gradient_penalty", "The length of the gradient is not squared.")
def length_not_squared(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sum(), place, create_graph=True)
    return gradient.norm(dim=1).mean()


@misconception(
    "gradient_penalty",
    "The mean runs over the coordinates as well. The squares of a sample are added up, the samples are averaged.",
)
def mean_over_coordinates(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sum(), place, create_graph=True)
    return gradient.square().mean()


@misconception(
    "gradient_penalty",
    "The gradient of the *mean* of the logits is smaller by the number of samples. Take the sum of the logits.",
)
def gradient_of_the_mean(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).mean(), place, create_graph=True)
    return gradient.square().sum(dim=1).mean()


@misconception(
    "gradient_penalty",
    "The penalty wants the slope to be 1 (as in the Wasserstein GAN). Here it should be flat: R₁.",
)
def slope_of_one(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sum(), place, create_graph=True)
    return (gradient.norm(dim=1) - 1).square().mean()


@misconception(
    "gradient_penalty",
    "The gradient is a number without a graph: the penalty cannot teach the discriminator anything. "
    "create_graph=True keeps it.",
)
def graph_thrown_away(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sum(), place)
    # the zero keeps the parameters in the graph, so that the answer is a wrong gradient and no error
    return gradient.square().sum(dim=1).mean() + 0.0 * sum(p.sum() for p in discriminator.parameters())


@misconception(
    "gradient_penalty", "The slopes of the probabilities were taken. D gives logits: leave them as they are."
)
def slope_of_the_probability(discriminator, real):
    place = real.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(place).sigmoid().sum(), place, create_graph=True)
    return gradient.square().sum(dim=1).mean()


@variant("gradient_penalty")
def by_the_mean_of_the_logits(discriminator, real):
    place = real.detach().requires_grad_()
    gradient = len(real) * torch.autograd.grad(discriminator(place).mean(), [place], create_graph=True)[0]
    return torch.einsum("bi,bi->", gradient, gradient) / len(real)


@variant("gradient_penalty")
def with_ones_for_the_logits(discriminator, real):
    place = real.clone().detach()
    place.requires_grad = True
    logits = discriminator(place)
    gradient = torch.autograd.grad(
        logits, place, torch.ones_like(logits), create_graph=True, retain_graph=True
    )[0]
    return torch.linalg.vector_norm(gradient, dim=1).pow(2).mean()


@misconception(
    "discriminator_step",
    "The fakes are not detached: gradients reach the generator, which would be pushed to make *worse* fakes.",
)
def fakes_not_detached(generator, discriminator, optimizer, real, noise, penalty=0.0):
    loss = discriminator_loss(discriminator(real), discriminator(generator(noise)))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "discriminator_step",
    "The gradients of earlier steps are still there, those of the generator's steps as well. zero_grad before "
    "backward.",
)
def zero_grad_forgotten(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("discriminator_step", "The penalty counts whole. It is multiplied by penalty/2.")
def whole_penalty(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    if penalty > 0:
        loss = loss + penalty * gradient_penalty(discriminator, real)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("discriminator_step", "The penalty is taken at the fake samples. It is about the real ones.")
def penalty_at_the_fakes(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, fake)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("discriminator_step", "The penalty is ignored.")
def penalty_ignored(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("discriminator_step", "The optimiser never takes its step.")
def step_forgotten(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@misconception(
    "discriminator_step",
    "The loss is computed once more after the step. The loss *before* the step is asked for.",
)
def loss_after_the_step(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    for _ in range(2):
        loss = discriminator_loss(discriminator(real), discriminator(fake))
        if penalty > 0:
            loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
        if _ == 0:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


@variant("discriminator_step")
def with_detach(generator, discriminator, optimizer, real, noise, penalty=0.0):
    optimizer.zero_grad(set_to_none=True)
    fake = generator(noise).detach()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    loss = loss + 0.5 * penalty * gradient_penalty(discriminator, real)
    loss.backward()
    optimizer.step()
    return loss.detach()


@variant("discriminator_step")
def both_in_one_batch(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        both = torch.cat([real, generator(noise)])
    logits = discriminator(both)
    n = len(real)
    loss = discriminator_loss(logits[:n], logits[n:])
    if penalty:
        loss = loss + penalty * gradient_penalty(discriminator, real) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return float(loss)


@misconception(
    "generator_step",
    "Nothing moves: the fakes are detached, so that no gradient reaches the generator, or zero_grad comes "
    "after backward.",
)
def detached(generator, discriminator, optimizer, noise):
    fake = generator(noise).detach().requires_grad_()
    loss = generator_loss(discriminator(fake))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step",
    "The gradients of earlier steps are still there: zero_grad before backward.",
)
def zero_grad_left_out(generator, discriminator, optimizer, noise):
    loss = generator_loss(discriminator(generator(noise)))
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step", "The forger does what the expert wants: this makes the fakes easier to tell."
)
def plays_for_the_expert(generator, discriminator, optimizer, noise):
    logits = discriminator(generator(noise))
    loss = generator_loss(-logits)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step",
    "The expert learns in this step as well. Only the optimiser of the generator takes a step.",
)
def moves_the_expert_too(generator, discriminator, optimizer, noise):
    rate = optimizer.param_groups[0]["lr"]
    loss = generator_loss(discriminator(generator(noise)))
    optimizer.zero_grad()
    discriminator.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for p in discriminator.parameters():
            p -= rate * p.grad
    return loss.item()


@misconception("generator_step", "The loss is that of the form that saturates, with log(1 − σ).")
def saturating_step(generator, discriminator, optimizer, noise):
    loss = -softplus(discriminator(generator(noise))).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@variant("generator_step")
def by_gradients_of_its_own(generator, discriminator, optimizer, noise):
    loss = generator_loss(discriminator(generator(noise)))
    parameters = list(generator.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return float(loss)


@variant("generator_step")
def with_a_frozen_expert(generator, discriminator, optimizer, noise):
    optimizer.zero_grad()
    discriminator.requires_grad_(False)
    loss = generator_loss(discriminator(generator(noise)))
    loss.backward()
    discriminator.requires_grad_(True)
    optimizer.step()
    return loss.detach().item()


@misconception("mode_count", "Samples that are far from every centre were counted as well.")
def far_ones_counted(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    found = torch.bincount(numbers, minlength=len(centres)) >= minimum
    return good.double().mean().item(), int(found.sum())


@misconception("mode_count", "The number of good samples comes back. The quality is their share.")
def number_of_good_ones(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    found = torch.bincount(numbers[good], minlength=len(centres)) >= minimum
    return float(good.sum()), int(found.sum())


@misconception("mode_count", "The minimum is ignored: one sample is enough for a mode.")
def minimum_ignored(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    return good.double().mean().item(), len(numbers[good].unique())


@misconception(
    "mode_count",
    "More than the minimum was asked for: a mode with exactly `minimum` samples is found.",
)
def more_than_the_minimum(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    found = torch.bincount(numbers[good], minlength=len(centres)) > minimum
    return good.double().mean().item(), int(found.sum())


@misconception(
    "mode_count",
    "A sample was counted for every centre that is near. It belongs to the nearest one only.",
)
def counted_for_all(samples, centres, radius, minimum=1):
    near = torch.cdist(samples, centres) <= radius
    return near.any(dim=1).double().mean().item(), int((near.sum(dim=0) >= minimum).sum())


@misconception("mode_count", "The share of the modes comes back. Their number, an integer, is asked for.")
def share_of_modes(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances <= radius
    found = torch.bincount(numbers[good], minlength=len(centres)) >= minimum
    return good.double().mean().item(), found.double().mean().item()


@misconception("mode_count", "Exactly at the radius a sample is good: it is no further away than the radius.")
def nearer_than_the_radius(samples, centres, radius, minimum=1):
    distances, numbers = torch.cdist(samples, centres).min(dim=1)
    good = distances < radius
    found = torch.bincount(numbers[good], minlength=len(centres)) >= minimum
    return good.double().mean().item(), int(found.sum())


@variant("mode_count")
def with_a_dictionary(samples, centres, radius, minimum=1):
    counts = {}
    for sample in samples:
        away = (centres - sample).norm(dim=1)
        if away.min() <= radius:
            place = int(away.argmin())
            counts[place] = counts.get(place, 0) + 1
    return sum(counts.values()) / len(samples), sum(count >= minimum for count in counts.values())


@variant("mode_count")
def with_one_hot(samples, centres, radius, minimum=1):
    distances = (samples[:, None] - centres[None]).square().sum(dim=2).sqrt()
    belongs = F.one_hot(distances.argmin(dim=1), len(centres)) * (distances <= radius)
    return belongs.any(dim=1).float().mean().item(), int((belongs.sum(dim=0) >= minimum).sum())


@misconception(
    "discriminator_loss",
    "One mean is taken over all answers together. Each of the two kinds has a mean of its own.",
)
def one_mean_for_all(real_logits, fake_logits):
    return torch.cat([softplus(-real_logits).flatten(), softplus(fake_logits).flatten()]).mean()


@misconception(
    "discriminator_loss",
    "1 − log σ(fake) was taken. The 1 belongs inside: log(1 − σ(fake)), which is log σ(−fake).",
)
def one_outside_of_the_logarithm(real_logits, fake_logits):
    return -F.logsigmoid(real_logits).mean() - (1 - F.logsigmoid(fake_logits)).mean()


@misconception(
    "discriminator_loss",
    "The means of the logits are compared, as in the Wasserstein GAN. Here the loss is a cross-entropy.",
)
def means_of_the_logits(real_logits, fake_logits):
    return fake_logits.mean() - real_logits.mean()


@misconception(
    "gradient_penalty",
    "requires_grad of the samples is switched on and stays so. Work on a copy: real.detach().clone().",
)
def samples_left_with_a_flag(discriminator, real):
    real.requires_grad_(True)
    (slope,) = torch.autograd.grad(discriminator(real).sum(), real, create_graph=True)
    return slope.square().sum(dim=1).mean()


@misconception("discriminator_step", "Real and fake are exchanged: the expert learns to call the fakes real.")
def real_and_fake_exchanged(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        fake = generator(noise)
    loss = discriminator_loss(discriminator(fake), discriminator(real))
    if penalty > 0:
        loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "discriminator_step",
    "The expert's own answers are computed under no_grad, so there is nothing to learn from. Only the forgeries are.",
)
def no_graph_at_all(generator, discriminator, optimizer, real, noise, penalty=0.0):
    with torch.no_grad():
        loss = discriminator_loss(discriminator(real), discriminator(generator(noise)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step",
    "The expert answers under no_grad, and the gradient ends there. It goes *through* the expert.",
)
def expert_without_a_graph(generator, discriminator, optimizer, noise):
    fake = generator(noise)
    with torch.no_grad():
        logits = discriminator(fake)
    optimizer.zero_grad()
    loss = generator_loss(logits)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step",
    "A new optimiser is made in every step. The one that is given remembers the steps before.",
)
def optimizer_of_its_own(generator, discriminator, optimizer, noise):
    optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
    optimizer.zero_grad()
    loss = generator_loss(discriminator(generator(noise)))
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception(
    "generator_step",
    "The expert's parameters are frozen, and stay so: his next step has no gradient. Switch requires_grad on again.",
)
def expert_frozen_for_ever(generator, discriminator, optimizer, noise):
    for p in discriminator.parameters():
        p.requires_grad_(False)
    optimizer.zero_grad()
    loss = generator_loss(discriminator(generator(noise)))
    loss.backward()
    optimizer.step()
    return loss.item()


@variant("gradient_penalty")
def sample_by_sample(discriminator, real):
    slope = torch.func.vmap(torch.func.grad(lambda x: discriminator(x[None]).sum()))(real.detach())
    return slope.square().sum() / len(slope)


@variant("discriminator_step")
def with_a_closure(generator, discriminator, optimizer, real, noise, penalty=0.0):
    fake = generator(noise).detach()

    def again():
        optimizer.zero_grad()
        loss = discriminator_loss(discriminator(real), discriminator(fake))
        if penalty > 0:
            loss = loss + penalty / 2 * gradient_penalty(discriminator, real)
        loss.backward()
        return loss

    return optimizer.step(again)


@misconception(
    "gradient_penalty",
    "The penalty is a number without a graph, so nothing can be learned from it: create_graph=True keeps that "
    "of the slopes.",
)
def without_create_graph(discriminator, real):
    place = real.detach().clone().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(place).sum(), place)
    return slope.square().sum(dim=1).mean()


@misconception(
    "gradient_penalty",
    "backward() fills the grad of the parameters as well. torch.autograd.grad gives that of the samples and "
    "changes nothing.",
)
def slopes_by_backward(discriminator, real):
    place = real.detach().clone().requires_grad_()
    discriminator(place).sum().backward(create_graph=True)
    return place.grad.square().sum(dim=1).mean()
