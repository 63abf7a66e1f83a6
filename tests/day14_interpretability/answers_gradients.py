"""Answers to gradients.py: wrong ones with what went wrong, and right ones in another style."""

import torch

from course.testing import misconception, variant
from day14_interpretability.gradients import class_scores, evaluating, input_gradient


@misconception(
    "weight_images",
    "Multiplied by std: a pixel that is divided by std before has a weight that is divided by std.",
)
def multiplied_by_std(weight, bias, shape, mean, std):
    images = weight.reshape(-1, *shape) * std
    return images, bias - (images * mean).sum(dim=(1, 2))


@misconception(
    "weight_images",
    "The bias stays as it was. What was subtracted from every pixel, W · mean / std, belongs to it.",
)
def bias_kept(weight, bias, shape, mean, std):
    return weight.reshape(-1, *shape) / std, bias


@misconception(
    "weight_images", "The bias moves in the wrong direction: the mean was subtracted from the pixels."
)
def bias_added(weight, bias, shape, mean, std):
    images = weight.reshape(-1, *shape) / std
    return images, bias + (images * mean).sum(dim=(1, 2))


@misconception("weight_images", "The bias is corrected with the weights before they were divided by std.")
def bias_with_old_weights(weight, bias, shape, mean, std):
    images = weight.reshape(-1, *shape)
    return images / std, bias - (images * mean).sum(dim=(1, 2))


@misconception("weight_images", "The weights are cut into columns. nn.Flatten writes an image row by row.")
def column_by_column(weight, bias, shape, mean, std):
    images = weight.reshape(-1, shape[1], shape[0]).transpose(1, 2) / std
    return images, bias - (images * mean).sum(dim=(1, 2))


@variant("weight_images")
def by_probing(weight, bias, shape, mean, std):
    def logits(x):
        return weight @ ((x - mean) / std).flatten() + bias

    black = torch.zeros(shape, dtype=weight.dtype)
    images = torch.empty(len(bias), *shape, dtype=weight.dtype)
    for i in range(shape[0]):
        for j in range(shape[1]):
            pixel = black.clone()
            pixel[i, j] = 1
            images[:, i, j] = logits(pixel) - logits(black)
    return images, logits(black)


@variant("weight_images")
def on_flat_pixels(weight, bias, shape, mean, std):
    mean, std = (torch.as_tensor(value, dtype=weight.dtype).expand(shape).flatten() for value in (mean, std))
    flat = weight / std
    return flat.view(len(bias), *shape), bias - flat @ mean


@misconception(
    "class_scores", "This is the score of the class that wins, not of the one that is asked about."
)
def largest_score(model, x, target):
    return model(x).amax(dim=1)


@misconception("class_scores", "These are probabilities. Today's maps explain the logit, before the softmax.")
def probability(model, x, target):
    return model(x).softmax(dim=1).gather(1, target[:, None])[:, 0]


@misconception("class_scores", "All images are asked about the class of the first one.")
def class_of_the_first(model, x, target):
    return model(x)[:, target[0]]


@misconception("class_scores", "logits[:, target] is a matrix: every image with the classes of all images.")
def every_class_for_every_image(model, x, target):
    return model(x)[:, target]


@misconception(
    "class_scores",
    "The graph is cut, so nothing can be differentiated. Leave detach() and no_grad() out here.",
)
def without_a_graph(model, x, target):
    return model(x).gather(1, target[:, None])[:, 0].detach()


@misconception(
    "class_scores",
    "The model was put into evaluation mode. Here it is used in the mode it is in; who wants another one asks for it.",
    back=(False, True),
)
def in_evaluation_mode(model, x, target, *, back=False):
    training = model.training
    model.eval()
    scores = model(x).gather(1, target[:, None])[:, 0]
    model.train(training and back)
    return scores


@misconception(
    "class_scores", "This is the score of the class before. Classes count from 0, so target needs no − 1."
)
def the_class_before(model, x, target):
    return model(x)[torch.arange(len(x)), target - 1]


@variant("class_scores")
def by_indexing(model, x, target):
    return model(x)[torch.arange(len(x)), target]


@variant("class_scores")
def by_one_hot(model, x, target):
    logits = model(x)
    return (logits * torch.nn.functional.one_hot(target, logits.shape[1])).sum(dim=1)


@misconception(
    "input_gradient",
    "This is the gradient of the cross-entropy. It vanishes as soon as the network is sure; differentiate the logit.",
)
def gradient_of_the_loss(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        loss = torch.nn.functional.cross_entropy(model(x), target, reduction="sum")
        return torch.autograd.grad(loss, x)[0]


@misconception("input_gradient", "This is the gradient of the class that wins. Asked about was `target`.")
def gradient_of_the_winner(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(model(x).amax(dim=1).sum(), x)[0]


@misconception("input_gradient", "The logits of all classes were added up before differentiating.")
def gradient_of_all_classes(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(model(x).sum(), x)[0]


@misconception(
    "input_gradient",
    "The mean of the scores was differentiated: every gradient is divided by the size of the batch.",
)
def divided_by_the_batch(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(class_scores(model, x, target).mean(), x)[0]


@misconception(
    "input_gradient", "This is the gradient of the probability after the softmax. Differentiate the logit."
)
def gradient_of_the_probability(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(model(x).softmax(dim=1).gather(1, target[:, None]).sum(), x)[0]


@misconception(
    "input_gradient",
    "The model stays in the mode it was found in: dropout and the statistics of the batch get into the gradient.",
)
def in_training_mode(model, x, target):
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(class_scores(model, x, target).sum(), x)[0]


@misconception(
    "input_gradient",
    "backward() also adds to the grad of every parameter; the next optimiser step would use it.",
)
def by_backward(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        class_scores(model, x, target).sum().backward()
    return x.grad


@misconception("input_gradient", "The model is left in evaluation mode, whatever mode it was in.")
def mode_not_restored(model, x, target):
    x = x.detach().clone().requires_grad_()
    model.eval()
    return torch.autograd.grad(class_scores(model, x, target).sum(), x)[0]


@misconception("input_gradient", "The result carries a graph (create_graph): memory that nobody will free.")
def with_a_graph(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(class_scores(model, x, target).sum(), x, create_graph=True)[0]


@misconception(
    "input_gradient",
    "What was in the grad of the parameters before is gone: zero_grad() empties it. torch.autograd.grad needs neither.",
)
def grad_emptied(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        class_scores(model, x, target).sum().backward()
    model.zero_grad()
    return x.grad


@misconception(
    "input_gradient",
    "The model is put into training mode at the end, whatever mode it was in. `evaluating` puts back what was there.",
)
def training_at_the_end(model, x, target):
    x = x.detach().clone().requires_grad_()
    model.eval()
    (gradient,) = torch.autograd.grad(class_scores(model, x, target).sum(), x)
    model.train()
    return gradient


@variant("input_gradient")
def image_by_image(model, x, target):
    gradients = []
    with evaluating(model):
        for image, label in zip(x, target, strict=True):
            image = image[None].detach().requires_grad_()
            gradients.append(torch.autograd.grad(model(image)[0, label], image)[0][0])
    return torch.stack(gradients)


@variant("input_gradient")
def by_vector_jacobian_product(model, x, target):
    x = x.detach().requires_grad_()
    with evaluating(model):
        logits = model(x)
    one_hot = torch.nn.functional.one_hot(target, logits.shape[1]).to(logits.dtype)
    return torch.autograd.grad(logits, x, one_hot)[0]


@variant("input_gradient")
def by_backward_on_x_only(model, x, target):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        class_scores(model, x, target).sum().backward(inputs=[x])
    return x.grad


@misconception(
    "saliency", "The signs are still there. A saliency map shows how strongly, not in which direction."
)
def with_signs(model, x, target):
    return input_gradient(model, x, target).amax(dim=1)


@misconception("saliency", "The channels are added up. The largest of them counts here.")
def sum_over_channels(model, x, target):
    return input_gradient(model, x, target).abs().sum(dim=1)


@misconception(
    "saliency", "First the mean over the channels, then the absolute value: opposite signs cancel."
)
def absolute_value_at_the_end(model, x, target):
    return input_gradient(model, x, target).mean(dim=1).abs()


@misconception(
    "saliency",
    "The map is divided by its maximum. That is a matter of the picture; it makes images incomparable.",
)
def divided_by_the_maximum(model, x, target):
    maps = input_gradient(model, x, target).abs().amax(dim=1)
    return maps / maps.amax(dim=(1, 2), keepdim=True)


@misconception("saliency", "The channel axis is still there: a map has one number per place.")
def channels_kept(model, x, target):
    return input_gradient(model, x, target).abs().amax(dim=1, keepdim=True)


@misconception("saliency", "The mean over the channels is taken. The largest of them counts here.")
def mean_over_channels(model, x, target):
    return input_gradient(model, x, target).abs().mean(dim=1)


@misconception(
    "saliency",
    "The largest channel is chosen first, then the absolute value: a strongly negative one is overlooked.",
)
def largest_before_the_absolute_value(model, x, target):
    return input_gradient(model, x, target).amax(dim=1).abs()


@misconception("saliency", "The gradient is multiplied by the image: that is the next method, not this one.")
def times_the_image(model, x, target):
    return (x.detach() * input_gradient(model, x, target)).abs().amax(dim=1)


@variant("saliency")
def by_two_maxima(model, x, target):
    gradient = input_gradient(model, x, target)
    return torch.maximum(gradient.max(dim=1).values, -gradient.min(dim=1).values)


@variant("saliency")
def by_infinity_norm(model, x, target):
    return torch.linalg.vector_norm(input_gradient(model, x, target), ord=float("inf"), dim=1)


@misconception(
    "gradient_times_input",
    "The absolute value of the gradient was taken: contributions have signs and must be able to cancel.",
)
def saliency_times_input(model, x, target):
    return x.detach() * input_gradient(model, x, target).abs()


@misconception("gradient_times_input", "This is the gradient alone. It must be multiplied by the image.")
def gradient_alone(model, x, target):
    return input_gradient(model, x, target)


@misconception(
    "gradient_times_input",
    "The channels are added up. Each number of the image has a contribution of its own.",
)
def summed_over_channels(model, x, target):
    return (x.detach() * input_gradient(model, x, target)).sum(dim=1)


@misconception("gradient_times_input", "The sign is lost: a contribution can be negative.")
def absolute_contributions(model, x, target):
    return (x.detach() * input_gradient(model, x, target)).abs()


@misconception("gradient_times_input", "The result still carries the graph of x: use x.detach().")
def graph_of_x(model, x, target):
    return x * input_gradient(model, x, target)


@variant("gradient_times_input")
def as_derivative_of_a_scaling(model, x, target):
    scale = torch.ones_like(x).requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(class_scores(model, scale * x.detach(), target).sum(), scale)[0]


@variant("gradient_times_input")
def by_mul(model, x, target):
    return input_gradient(model, x, target).mul_(x.detach())


@misconception(
    "smoothgrad",
    "Absolute values are averaged: signs that change from copy to copy are noise, and should cancel.",
)
def mean_of_absolute_values(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * width * noise, target).abs()
    return total / samples


@misconception(
    "smoothgrad",
    "noise_level is taken for the standard deviation itself. It is a fraction of the range of the image.",
)
def absolute_noise(model, x, target, noise_level=0.15, samples=50, seed=0):
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * noise, target)
    return total / samples


@misconception(
    "smoothgrad",
    "One range for the whole batch: the noise of an image depends on its neighbours in the batch.",
)
def range_of_the_batch(model, x, target, noise_level=0.15, samples=50, seed=0):
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * (x.max() - x.min()) * noise, target)
    return total / samples


@misconception(
    "smoothgrad",
    "Every copy gets the same noise, so nothing is averaged. Seed the generator once, before the loop.",
)
def same_noise_for_every_copy(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    total = torch.zeros_like(x)
    for _ in range(samples):
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * width * noise, target)
    return total / samples


@misconception(
    "smoothgrad", "The noise accumulates: every copy starts from the one before instead of from the image."
)
def random_walk(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    generator = torch.Generator().manual_seed(seed)
    total, noisy = torch.zeros_like(x), x.clone()
    for _ in range(samples):
        noisy = noisy + noise_level * width * torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, noisy, target)
    return total / samples


@misconception("smoothgrad", "The gradients are added up but not divided by their number.")
def sum_of_gradients(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * width * noise, target)
    return total


@misconception(
    "smoothgrad", "The noise is uniform, and never negative: torch.rand. Normal noise is torch.randn."
)
def uniform_noise(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        noise = torch.rand(x.shape, generator=generator, dtype=x.dtype)
        total += input_gradient(model, x + noise_level * width * noise, target)
    return total / samples


@misconception(
    "smoothgrad",
    "PyTorch's global random numbers are seeded, for everybody else as well. Use a torch.Generator of your own.",
)
def seeded_globally(model, x, target, noise_level=0.15, samples=50, seed=0):
    pixels = x.flatten(1)
    width = (pixels.amax(1) - pixels.amin(1)).reshape(-1, *[1] * (x.ndim - 1))
    torch.manual_seed(seed)
    total = torch.zeros_like(x)
    for _ in range(samples):
        total += input_gradient(model, x + noise_level * width * torch.randn_like(x), target)
    return total / samples


@variant("smoothgrad")
def as_one_large_batch(model, x, target, noise_level=0.15, samples=50, seed=0):
    generator = torch.Generator().manual_seed(seed)
    pixels = x.flatten(1)
    sigma = noise_level * (pixels.max(dim=1).values - pixels.min(dim=1).values)
    noise = torch.randn((samples, *x.shape), generator=generator, dtype=x.dtype)
    noisy = x + sigma.view(-1, *[1] * (x.ndim - 1)) * noise
    gradients = input_gradient(model, noisy.flatten(0, 1), target.repeat(samples))
    return gradients.view(samples, *x.shape).mean(dim=0)


@variant("smoothgrad")
def one_image_after_the_other(model, x, target, noise_level=0.15, samples=50, seed=0):
    generator = torch.Generator().manual_seed(seed)
    result = []
    for image, label in zip(x, target, strict=True):
        sigma = float(noise_level * (image.max() - image.min()))
        noise = torch.randn((samples, *image.shape), generator=generator, dtype=torch.float64)
        copies = (image + sigma * noise).to(x.dtype)
        result.append(input_gradient(model, copies, label.repeat(samples)).mean(dim=0))
    return torch.stack(result)
