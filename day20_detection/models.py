"""The larger networks of the day (given): a dense one for faces, a reader of crowded digits, a detector on a grid."""

import torch
from torch import Tensor, nn


def dense_reader(inputs: int, classes: int) -> nn.Sequential:
    """Every pixel with every unit: it has to learn each place anew."""
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, 128), nn.ReLU(), nn.Linear(128, classes))


class Residual(nn.Module):
    """Two convolutions and a way around them: what comes in is there again behind it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


def small_resnet(classes: int, width: int = 24) -> nn.Sequential:
    """From (n, 1, h, w) to (n, classes): blocks with a way around, the largest answer of each kernel, and a head."""
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.MaxPool2d(2),
        Residual(width),
        nn.Conv2d(width, 2 * width, 3, padding=1),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        Residual(2 * width),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(2 * width, classes),
    )


class Detector(nn.Module):
    """From pictures (n, 1, 24, 48) to (n, 2, 4, 15): for each cell a logit, a box in cells, and ten class logits."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(2 * width, 4 * width, 3, padding=1),
            nn.BatchNorm2d(4 * width),
            nn.ReLU(),
        )
        self.head = nn.Conv2d(4 * width, 15, 3, stride=3)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x)).permute(0, 2, 3, 1)


@torch.no_grad()
def read_cells(model: Detector, x: Tensor) -> Tensor:
    """What a detector says, as grids (n, 2, 4, 6): probability, box in cells, most probable label."""
    said = model.eval()(x)
    label = said[..., 5:].argmax(dim=-1, keepdim=True)
    return torch.cat([torch.sigmoid(said[..., :1]), said[..., 1:5], label.to(said)], dim=-1)
