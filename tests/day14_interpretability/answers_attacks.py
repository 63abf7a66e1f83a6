"""Answers to attacks.py: wrong ones with what went wrong, and right ones in another style."""

import math

import torch
from torch.nn import functional as F
from torch.nn.functional import cross_entropy

from course.testing import misconception, variant
from day14_interpretability.attacks import evaluating, fgsm, fgsm_succeeds, project


@misconception("project", "Only the range of the pixels is kept; the image may be further away than epsilon.")
def range_only(candidate, x, epsilon, low, high):
    return candidate.clamp(low, high)


@misconception("project", "Only the ball is kept; pixels may leave their range.")
def ball_only(candidate, x, epsilon, low, high):
    return candidate.clamp(x - epsilon, x + epsilon)


@misconception(
    "project",
    "The change was shortened to length epsilon as a vector. Here each pixel may change by epsilon (maximum norm).",
)
def euclidean_ball(candidate, x, epsilon, low, high):
    change = candidate - x
    length = change.flatten(1).norm(dim=1).reshape(-1, *[1] * (x.ndim - 1))
    return (x + change * (epsilon / length.clamp(min=1e-12)).clamp(max=1)).clamp(low, high)


@misconception(
    "project",
    "Pixels between 0 and 1 are taken for granted. On the scale of the network the range is [low, high].",
)
def always_zero_to_one(candidate, x, epsilon, low, high):
    return candidate.clamp(x - epsilon, x + epsilon).clamp(0, 1)


@misconception(
    "project", "The change is returned instead of the image: add x to it.", clipped=("image", "change", "")
)
def change_only(candidate, x, epsilon, low, high, *, clipped="image"):
    change = (candidate - x).clamp(-epsilon, epsilon)
    if clipped == "image":
        return (x + change).clamp(low, high) - x
    return change.clamp(low, high) if clipped else change


@misconception(
    "project",
    "The ball lies around zero: the *image* is limited to ±epsilon. Limit the change, candidate − x, and "
    "add x again.",
)
def ball_around_zero(candidate, x, epsilon, low, high):
    return candidate.clamp(-epsilon, epsilon).clamp(low, high)


@misconception(
    "project",
    "An image outside of the ball was thrown away, or put back to x. Every pixel is brought to the "
    "*nearest* place that is allowed.",
    whole=(False, True),
)
def put_back_to_the_original(candidate, x, epsilon, low, high, *, whole=False):
    inside = ((candidate - x).abs() <= epsilon) & (candidate >= low) & (candidate <= high)
    if whole:
        inside = inside.flatten(1).all(dim=1).view(-1, *[1] * (x.ndim - 1))
    return torch.where(inside, candidate, x)


@misconception(
    "project",
    "Pixels are scaled into the range, so that all of them change. Only those outside are moved, to its "
    "ends: clamp.",
)
def rescaled_into_the_range(candidate, x, epsilon, low, high):
    kept = candidate.clamp(x - epsilon, x + epsilon)
    return low + (high - low) * (kept - kept.min()) / (kept.max() - kept.min())


@misconception(
    "project",
    "The argument itself was changed (clamp_, or an assignment to its entries). Work on a copy: clamp "
    "without the underscore.",
)
def candidate_changed(candidate, x, epsilon, low, high):
    return candidate.clamp_(x - epsilon, x + epsilon).clamp_(low, high)


@misconception(
    "project",
    "Only the upper ends were looked at. A pixel may be too small as well: clamp takes both bounds.",
)
def upper_ends_only(candidate, x, epsilon, low, high):
    return torch.minimum(candidate, x + epsilon).clamp(max=high)


@variant("project")
def by_the_change(candidate, x, epsilon, low, high):
    return (x + (candidate - x).clamp(-epsilon, epsilon)).clamp(low, high)


@variant("project")
def by_bounds(candidate, x, epsilon, low, high):
    lower, upper = (x - epsilon).clamp(min=low), (x + epsilon).clamp(max=high)
    return torch.minimum(torch.maximum(candidate, lower), upper)


@misconception("fgsm", "The sign is wrong: this makes the loss smaller and the network surer.")
def helps_the_network(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(copy), y), copy)
    return project(x.detach() - epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception("fgsm", "A step along the gradient itself. The sign lets every pixel use what it is allowed.")
def without_sign(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(copy), y), copy)
    return project(x.detach() + epsilon * gradient, x.detach(), epsilon, low, high)


@misconception("fgsm", "Pixels leave their range: the result has to be projected.")
def without_clipping(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(copy), y), copy)
    return x.detach() + epsilon * gradient.sign()


@misconception(
    "fgsm",
    "The largest score is made larger, as if the network should be surer. The loss of the true class has to "
    "grow, so that this class loses.",
)
def raises_the_score(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(model(copy).amax(dim=1).sum(), copy)
    return project(x.detach() + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception("fgsm", "The model is attacked in training mode: with dropout the gradient is random.")
def in_training_mode(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(cross_entropy(model(copy), y), copy)
    return project(x.detach() + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception("fgsm", "backward() also fills the grad of every parameter: use torch.autograd.grad.")
def by_backward(model, x, y, epsilon, low, high):
    copy = x.detach().clone().requires_grad_()
    with evaluating(model):
        cross_entropy(model(copy), y).backward()
    return project(x.detach() + epsilon * copy.grad.sign(), x.detach(), epsilon, low, high)


@misconception(
    "fgsm",
    "The adversarial image still belongs to a graph: start from x.detach().",
)
def with_a_graph(model, x, y, epsilon, low, high):
    place = x.detach().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(place), y), place)
    return project(place + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception(
    "fgsm",
    "Where the gradient is 0 the pixel was moved as well: torch.where(gradient > 0, 1, −1) has no 0, sign(0) is 0.",
    way=(-1.0, 1.0),
)
def zero_has_a_sign(model, x, y, epsilon, low, high, *, way=-1.0):
    place = x.detach().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(place), y), place)
    sign = torch.where(gradient == 0, torch.full_like(gradient, way), gradient.sign())
    return project(x.detach() + epsilon * sign, x.detach(), epsilon, low, high)


@misconception(
    "fgsm",
    "This is the loss of the model's own answer (argmax). Where the model is wrong already, that drives it back to the "
    "truth: take the true classes, y.",
)
def loss_of_the_answer(model, x, y, epsilon, low, high):
    place = x.detach().requires_grad_()
    with evaluating(model):
        logits = model(place)
        (gradient,) = torch.autograd.grad(cross_entropy(logits, logits.argmax(dim=1)), place)
    return project(x.detach() + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception(
    "fgsm",
    "The score of the true class was made smaller. The loss, cross-entropy, also asks for the others to grow.",
)
def score_instead_of_the_loss(model, x, y, epsilon, low, high):
    place = x.detach().requires_grad_()
    with evaluating(model):
        score = model(place).gather(1, y[:, None]).sum()
        (gradient,) = torch.autograd.grad(-score, place)
    return project(x.detach() + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@misconception(
    "fgsm",
    "A softmax stands before cross_entropy, which has one of its own: it takes the logits as they are.",
)
def softmax_twice(model, x, y, epsilon, low, high):
    place = x.detach().requires_grad_()
    with evaluating(model):
        (gradient,) = torch.autograd.grad(cross_entropy(model(place).softmax(dim=1), y), place)
    return project(x.detach() + epsilon * gradient.sign(), x.detach(), epsilon, low, high)


@variant("fgsm")
def image_by_image(model, x, y, epsilon, low, high):
    result = []
    with evaluating(model):
        for image, label in zip(x.detach(), y, strict=True):
            copy = image[None].clone().requires_grad_()
            loss = -F.log_softmax(model(copy), dim=1)[0, label]
            (gradient,) = torch.autograd.grad(loss, copy)
            result.append((image + epsilon * torch.sign(gradient[0])).clamp(low, high))
    return torch.stack(result)


@variant("fgsm")
def with_a_perturbation(model, x, y, epsilon, low, high):
    change = torch.zeros_like(x).requires_grad_()
    with evaluating(model):
        loss = F.nll_loss(model(x.detach() + change).log_softmax(dim=1), y, reduction="sum")
    change = epsilon * torch.sign(torch.autograd.grad(loss, change)[0])
    return torch.clamp(x.detach() + change, low, high)


@misconception(
    "pgd", "The ball moves along: each step is projected around the last image instead of the original one."
)
def ball_moves_along(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = project(x.detach() if noise is None else x.detach() + noise, x.detach(), epsilon, low, high)
    for _ in range(steps):
        adversarial = project(fgsm(model, adversarial, y, step, low, high), adversarial, epsilon, low, high)
    return adversarial


@misconception("pgd", "Every step starts from the original image: that is a single step, repeated.")
def always_from_the_start(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = start = project(
        x.detach() if noise is None else x.detach() + noise, x.detach(), epsilon, low, high
    )
    for _ in range(steps):
        adversarial = project(fgsm(model, start, y, step, low, high), x.detach(), epsilon, low, high)
    return adversarial


@misconception("pgd", "The steps have size epsilon instead of `step`.")
def steps_of_epsilon(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = project(x.detach() if noise is None else x.detach() + noise, x.detach(), epsilon, low, high)
    for _ in range(steps):
        adversarial = project(fgsm(model, adversarial, y, epsilon, low, high), x.detach(), epsilon, low, high)
    return adversarial


@misconception(
    "pgd", "The ball is forgotten: several steps lead further away than epsilon. Project after each of them."
)
def without_the_ball(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = x.detach() if noise is None else x.detach() + noise
    for _ in range(steps):
        adversarial = fgsm(model, adversarial, y, step, low, high)
    return adversarial


@misconception(
    "pgd", "The ball is kept at the end only: on the way, gradients are taken where the attack may not go."
)
def projected_at_the_end(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = x.detach() if noise is None else x.detach() + noise
    for _ in range(steps):
        adversarial = fgsm(model, adversarial, y, step, low, high)
    return project(adversarial, x.detach(), epsilon, low, high)


@misconception("pgd", "The noise is ignored: the attack starts at x.")
def noise_ignored(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = x.detach()
    for _ in range(steps):
        adversarial = project(fgsm(model, adversarial, y, step, low, high), x.detach(), epsilon, low, high)
    return adversarial


@misconception("pgd", "The start is not projected: x + noise may be outside the ball or the range.")
def start_not_projected(model, x, y, epsilon, step, steps, low, high, noise=None):
    adversarial = x.detach() if noise is None else x.detach() + noise
    for _ in range(steps):
        adversarial = project(fgsm(model, adversarial, y, step, low, high), x.detach(), epsilon, low, high)
    return adversarial


@misconception(
    "pgd", "The steps go down: minus the sign of the gradient lowers the loss. An attack raises it."
)
def downhill(model, x, y, epsilon, step, steps, low, high, noise=None):
    x = x.detach()
    adversarial = project(x if noise is None else x + noise, x, epsilon, low, high)
    for _ in range(steps):
        up = fgsm(model, adversarial, y, step, -math.inf, math.inf)
        adversarial = project(2 * adversarial - up, x, epsilon, low, high)
    return adversarial


@misconception(
    "pgd",
    "One step too few, or one too many: range(steps) makes `steps` of them, range(1, steps) one less.",
    more=(-1, 1),
)
def another_number_of_steps(model, x, y, epsilon, step, steps, low, high, noise=None, *, more=-1):
    x = x.detach()
    adversarial = project(x if noise is None else x + noise, x, epsilon, low, high)
    for _ in range(steps + more):
        adversarial = project(fgsm(model, adversarial, y, step, low, high), x, epsilon, low, high)
    return adversarial


@variant("pgd")
def by_its_change(model, x, y, epsilon, step, steps, low, high, noise=None):
    x = x.detach()
    change = torch.zeros_like(x) if noise is None else noise.clamp(-epsilon, epsilon)
    change = (x + change).clamp(low, high) - x
    with evaluating(model):
        for _ in range(steps):
            change.requires_grad_()
            (gradient,) = torch.autograd.grad(cross_entropy(model(x + change), y), change)
            change = (change.detach() + step * gradient.sign()).clamp(-epsilon, epsilon)
            change = (x + change).clamp(low, high) - x
    return x + change


@variant("pgd")
def with_bounds(model, x, y, epsilon, step, steps, low, high, noise=None):
    lower, upper = (x.detach() - epsilon).clamp(min=low), (x.detach() + epsilon).clamp(max=high)
    place = x.detach().clone()
    if noise is not None:
        place = (place + noise).clamp(lower, upper)
    with evaluating(model):
        for _ in range(steps):
            place.requires_grad_()
            (gradient,) = torch.autograd.grad(cross_entropy(model(place), y, reduction="sum"), place)
            place = (place.detach() + step * torch.sign(gradient)).clamp(lower, upper)
    return place


@misconception("smallest_epsilon", "One epsilon for the whole batch: every image has its own.")
def one_for_the_whole_batch(model, x, y, low, high, largest=1.0, halvings=20):
    below, above = 0.0, largest
    for _ in range(halvings):
        middle = (below + above) / 2
        adversarial = fgsm(model, x, y, middle, low, high)
        with evaluating(model), torch.no_grad():
            fooled = (model(adversarial).argmax(dim=1) != y).all()
        below, above = (below, middle) if fooled else (middle, above)
    return torch.full((len(x),), above, dtype=x.dtype)


@misconception(
    "smallest_epsilon",
    "The halves are exchanged: where the attack succeeds, a smaller epsilon has to be tried.",
)
def wrong_half(model, x, y, low, high, largest=1.0, halvings=20):
    below, above = torch.zeros(len(x), dtype=x.dtype), torch.full((len(x),), largest, dtype=x.dtype)
    for _ in range(halvings):
        middle = (below + above) / 2
        for i in range(len(x)):
            image, label = x[i : i + 1], y[i : i + 1]
            adversarial = fgsm(model, image, label, float(middle[i]), low, high)
            with evaluating(model), torch.no_grad():
                fooled = model(adversarial).argmax(dim=1) != label
            if fooled:
                below[i] = middle[i]
            else:
                above[i] = middle[i]
    return above


@misconception(
    "smallest_epsilon", "The largest epsilon is returned where it fails as well; infinity is expected there."
)
def never_infinite(model, x, y, low, high, largest=1.0, halvings=20):
    result = torch.empty(len(x), dtype=x.dtype)
    for i in range(len(x)):
        below, above = 0.0, largest
        image, label = x[i : i + 1], y[i : i + 1]
        for _ in range(halvings):
            middle = (below + above) / 2
            adversarial = fgsm(model, image, label, middle, low, high)
            with evaluating(model), torch.no_grad():
                fooled = model(adversarial).argmax(dim=1) != label
            below, above = (below, middle) if fooled else (middle, above)
        with evaluating(model), torch.no_grad():
            result[i] = 0.0 if model(image).argmax(dim=1) != label else above
    return result


@misconception(
    "smallest_epsilon",
    "The lower end of the last interval comes back. There the attack failed; asked for is the upper one, "
    "where it has succeeded.",
)
def lower_end(model, x, y, low, high, largest=1.0, halvings=20):
    result = []
    for image, label in zip(x.split(1), y.split(1), strict=True):
        below, above = 0.0, largest
        for _ in range(halvings):
            middle = (below + above) / 2
            if fgsm_succeeds(model, image, label, middle, low, high):
                above = middle
            else:
                below = middle
        if fgsm_succeeds(model, image, label, 0.0, low, high):
            below = 0.0
        elif not fgsm_succeeds(model, image, label, largest, low, high):
            below = float("inf")
        result.append(below)
    return torch.tensor(result)


@misconception(
    "smallest_epsilon",
    "The middle of the last interval comes back. Asked for is its upper end, where the attack has succeeded.",
)
def middle_of_the_last(model, x, y, low, high, largest=1.0, halvings=20):
    result = []
    for image, label in zip(x.split(1), y.split(1), strict=True):
        below, above = 0.0, largest
        for _ in range(halvings):
            middle = (below + above) / 2
            if fgsm_succeeds(model, image, label, middle, low, high):
                above = middle
            else:
                below = middle
        if fgsm_succeeds(model, image, label, 0.0, low, high):
            result.append(0.0)
        else:
            fails = not fgsm_succeeds(model, image, label, largest, low, high)
            result.append(math.inf if fails else (below + above) / 2)
    return torch.tensor(result)


@misconception(
    "smallest_epsilon",
    "An image that the model gets wrong as it is needs no attack: its smallest epsilon is 0.",
)
def never_zero(model, x, y, low, high, largest=1.0, halvings=20):
    result = []
    for image, label in zip(x.split(1), y.split(1), strict=True):
        below, above = 0.0, largest
        for _ in range(halvings):
            middle = (below + above) / 2
            if fgsm_succeeds(model, image, label, middle, low, high):
                above = middle
            else:
                below = middle
        result.append(above if fgsm_succeeds(model, image, label, largest, low, high) else math.inf)
    return torch.tensor(result)


@misconception(
    "smallest_epsilon",
    "Images and labels go into the network without the axis of the batch: x.split(1) and x[i : i + 1] keep it, "
    "x[i] loses it.",
)
def without_the_axis_of_the_batch(model, x, y, low, high, largest=1.0, halvings=20):
    result = []
    for image, label in zip(x, y, strict=True):
        below, above = 0.0, largest
        for _ in range(halvings):
            middle = (below + above) / 2
            if fgsm_succeeds(model, image, label, middle, low, high):
                above = middle
            else:
                below = middle
        if fgsm_succeeds(model, image, label, 0.0, low, high):
            above = 0.0
        elif not fgsm_succeeds(model, image, label, largest, low, high):
            above = math.inf
        result.append(above)
    return torch.tensor(result)


@variant("smallest_epsilon")
def all_images_at_once(model, x, y, low, high, largest=1.0, halvings=20):
    x = x.detach()
    with evaluating(model):
        copy = x.clone().requires_grad_()
        logits = model(copy)
        direction = torch.autograd.grad(cross_entropy(logits, y), copy)[0].sign()

        def fooled(epsilon):
            moved = (x + epsilon.reshape(-1, *[1] * (x.ndim - 1)) * direction).clamp(low, high)
            with torch.no_grad():
                return model(moved).argmax(dim=1) != y

        below, above = torch.zeros(len(x), dtype=x.dtype), torch.full((len(x),), largest, dtype=x.dtype)
        for _ in range(halvings):
            middle = (below + above) / 2
            success = fooled(middle)
            above, below = torch.where(success, middle, above), torch.where(success, below, middle)
        result = torch.where(fooled(torch.full_like(above, largest)), above, torch.full_like(above, math.inf))
        return torch.where(logits.argmax(dim=1) != y, torch.zeros_like(result), result).detach()


@variant("smallest_epsilon")
def as_a_list(model, x, y, low, high, largest=1.0, halvings=20):
    result = []
    for image, label in zip(x.detach().split(1), y.split(1), strict=True):

        def wrong(epsilon, image=image, label=label):
            adversarial = fgsm(model, image, label, epsilon, low, high)
            with evaluating(model), torch.no_grad():
                return model(adversarial).argmax().item() != label.item()

        low_end, high_end = 0.0, float(largest)
        for _ in range(halvings):
            middle = 0.5 * (low_end + high_end)
            low_end, high_end = (low_end, middle) if wrong(middle) else (middle, high_end)
        result.append(0.0 if wrong(0.0) else high_end if wrong(largest) else math.inf)
    return result
