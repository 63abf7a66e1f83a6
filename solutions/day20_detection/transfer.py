"""To go on from what somebody else has learnt: a trained network gets a new head.

Networks of this module are ``torch.nn.Sequential`` whose last module is the head, a ``torch.nn.Linear``; all before it
is the body. What does not change a network on purpose leaves it as it was, its modes and statistics, too. Apart from
such networks, arguments come back unchanged.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy


def preprocess(images: Tensor, side: int, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Pictures as a trained network wants them: cut to a square, between 0 and 1, then normalised by *its* numbers.

    The square of ``side`` pixels is taken from the middle. Where the rest is odd, there is one pixel less of it on the
    left, or above.

    Parameters
    ----------
    images : (n, h, w, 3) uint8 tensor, colours last, 0 to 255; h and w at least ``side``
    side : of the square, in pixels
    mean, std : three numbers each, of pictures between 0 and 1, from the training of the network

    Returns
    -------
    (n, 3, side, side) float tensor

    References
    ----------
    Simonyan and Zisserman (2015), Very deep convolutional networks for large-scale image recognition, ICLR, section 2.1
    """
    ### BEGIN SOLUTION cut, colours to the front, / 255, then − mean and / std along the colours
    top, left = (images.shape[1] - side) // 2, (images.shape[2] - side) // 2
    square = images[:, top : top + side, left : left + side].permute(0, 3, 1, 2).float() / 255
    centre, spread = (torch.tensor(list(numbers)).reshape(3, 1, 1) for numbers in (mean, std))
    return (square - centre) / spread
    ### END SOLUTION


def top_k(logits: Tensor, names: Sequence[str], k: int) -> list[tuple[str, float]]:
    """What a network takes a picture for: the k most probable names, the best first, with their probabilities.

    Parameters
    ----------
    logits : (c,) float tensor, all different
    names : of the c classes
    k : 1 to c

    Returns
    -------
    list of k pairs (name, probability)

    References
    ----------
    Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep convolutional neural networks, NIPS 25
    """
    ### BEGIN SOLUTION
    p = logits.softmax(dim=0)
    return [(names[i], p[i].item()) for i in p.topk(k).indices.tolist()]
    ### END SOLUTION


def fool(
    model: nn.Sequential,
    images: Tensor,
    targets: Tensor,
    radius: float,
    steps: int,
    mean: Sequence[float],
    std: Sequence[float],
) -> Tensor:
    """Pictures that look as before, and that a network takes for something else (optional).

    The network is in evaluation mode, and gets (x − mean) / std. In each of the steps every pixel is moved by
    2.5 · radius / steps, against the sign of the gradient of the cross-entropy with the *targets*; where the gradient
    is 0 it stays. After each step the pixels are brought back to at most ``radius`` from where they began, and into
    0 … 1. The first step begins at the pictures themselves.

    Parameters
    ----------
    model : the last module is the head; its modes, statistics and ``grad`` fields stay as they are
    images : (n, c, h, w) float tensor, between 0 and 1, not normalised
    targets : (n,) int64 tensor, what the network is to see
    radius : how far a pixel may move, above 0
    steps : 1 or more
    mean, std : c numbers each, from the training of the network

    Returns
    -------
    (n, c, h, w) float tensor, between 0 and 1, without a graph

    References
    ----------
    Madry, Makelov, Schmidt, Tsipras and Vladu (2018), Towards deep learning models resistant to adversarial attacks,
    ICLR, section 2.1
    """
    ### BEGIN SOLUTION the gradient is taken by the picture, not by what the network gets
    centre, spread = (images.new_tensor(list(v)).reshape(-1, 1, 1) for v in (mean, std))
    modes = {module: module.training for module in model.modules()}
    model.eval()
    x = images.clone()
    for _ in range(steps):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(cross_entropy(model((x - centre) / spread), targets), x)
        x = x.detach() - 2.5 * radius / steps * grad.sign()
        x = (images + (x - images).clamp(-radius, radius)).clamp(0, 1)
    for module, mode in modes.items():
        module.training = mode
    return x
    ### END SOLUTION


def load_body(model: nn.Module, state: Mapping[str, Tensor]) -> list[str]:
    """Put what another network has learnt into this one, as far as it fits.

    ``state`` is a ``state_dict``, as it comes from a file. Each of its tensors goes into the parameter or statistic of
    the same name, if there is one and it has the same shape. All others keep their numbers: so a head for other classes
    stays new.

    Parameters
    ----------
    model : is changed: numbers are copied, without a graph; what requires a gradient goes on doing so
    state : from names to tensors; it may hold names that the network does not have

    Returns
    -------
    list of the names in ``model.state_dict()`` that kept their numbers, in its order

    Raises
    ------
    ValueError
        when not one tensor fits: that is the file of another network. The network is then unchanged.

    References
    ----------
    PyTorch documentation, Saving and loading models, section "Warmstarting model using parameters from a different
    model"
    """
    ### BEGIN SOLUTION load_state_dict(…, strict=False) forgives names that are missing, but not other shapes
    own = model.state_dict()
    fits = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
    if not fits:
        raise ValueError("no tensor has the name and the shape of one in this network")
    model.load_state_dict(fits, strict=False)
    return [name for name in own if name not in fits]
    ### END SOLUTION


def replace_head(model: nn.Sequential, classes: int) -> nn.Sequential:
    """A network with the same body and a new head for other classes.

    The body is *the same* modules in their order, not a copy: what is trained in one is trained in both. The network
    that is given keeps its old head. The new head is a ``torch.nn.Linear`` with a bias, as PyTorch draws it.

    Parameters
    ----------
    model : a network, the last module of which is a Linear
    classes : of the new task

    Returns
    -------
    torch.nn.Sequential

    References
    ----------
    Yosinski, Clune, Bengio and Lipson (2014), How transferable are features in deep neural networks?, NIPS 27
    """
    ### BEGIN SOLUTION
    return nn.Sequential(*model[:-1], nn.Linear(model[-1].in_features, classes))
    ### END SOLUTION


def freeze_body(model: nn.Sequential) -> None:
    """Let nothing but the head learn from now on.

    The parameters of the body ask for no gradient any more, so that they are used without a graph; those of the head
    do, whatever they did before. Batch normalisation of the body is in evaluation mode afterwards, so that its
    statistics stay what they are when batches go through. All other modules are in training mode, whatever they were in
    before.

    Parameters
    ----------
    model : is changed; the last module is the head

    References
    ----------
    Kornblith, Shlens and Le (2019), Do better ImageNet models transfer better?, CVPR, section 3
    """
    ### BEGIN SOLUTION batch normalisation is nn.BatchNorm1d, nn.BatchNorm2d or nn.BatchNorm3d
    model.train()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for parameter in model[-1].parameters():
        parameter.requires_grad_(True)
    for module in model[:-1].modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
            module.eval()
    ### END SOLUTION


def extract_features(model: nn.Sequential, x: Tensor) -> Tensor:
    """What the body makes of pictures, one row each: in evaluation mode, without a graph.

    Every module is afterwards in the mode in which it was.

    Parameters
    ----------
    model : the last module is the head
    x : (n, …) float tensor

    Returns
    -------
    (n, d) float tensor, what the head would get

    References
    ----------
    Sharif Razavian, Azizpour, Sullivan and Carlsson (2014), CNN features off-the-shelf, CVPR workshops
    """
    ### BEGIN SOLUTION
    modes = {module: module.training for module in model.modules()}
    model.eval()
    with torch.no_grad():
        features = model[:-1](x)
    for module, mode in modes.items():
        module.training = mode
    return features
    ### END SOLUTION


def parameter_groups(model: nn.Sequential, body_rate: float, head_rate: float) -> list[dict[str, object]]:
    """What an optimiser is given for fine-tuning: small steps for the body, larger ones for the head.

    Two groups, the body first, each a dict with "params", a list of parameters, and "lr". Parameters that ask for no
    gradient are in neither. A group without any parameter is left out.

    Parameters
    ----------
    model : the last module is the head
    body_rate, head_rate : learning rates

    Returns
    -------
    list of dicts, for ``torch.optim.SGD`` and others

    References
    ----------
    Howard and Ruder (2018), Universal language model fine-tuning for text classification, ACL, section 3.2
    """
    ### BEGIN SOLUTION
    groups = []
    for part, rate in ((model[:-1], body_rate), (model[-1], head_rate)):
        params = [p for p in part.parameters() if p.requires_grad]
        if params:
            groups.append({"params": params, "lr": rate})
    return groups
    ### END SOLUTION
