"""Answers to networks.py: wrong ones with what went wrong, and right ones in another style."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course.testing import misconception, variant
from day12_cnn.networks import conv2d, conv2d_backward


@misconception(
    "LeNet", "The convolutions do not pad, so that 8×8 pixels become 6×6 and the dense layer is smaller."
)
class WithoutPadding(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3), nn.Conv2d(16, 32, 3)
        self.dense1, self.dense2 = nn.Linear(32 * ((side - 2) // 2 - 2) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.relu(self.conv2(x))
        return self.dense2(F.relu(self.dense1(x.flatten(1))))


@misconception(
    "LeNet",
    "There is no ReLU after a convolution: with its pooling alone the layer is followed by no bend.",
    layer=(1, 2),
)
class WithoutAnEarlyRelu(nn.Module):
    def __init__(self, side=8, *, layer=1):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)
        self.layer = layer

    def forward(self, x):
        x = self.conv1(x)
        x = F.max_pool2d(x if self.layer == 1 else F.relu(x), 2)
        x = self.conv2(x)
        x = F.max_pool2d(x if self.layer == 2 else F.relu(x), 2)
        return self.dense2(F.relu(self.dense1(x.flatten(1))))


@misconception("LeNet", "There is a softmax at the end. The loss takes logits and applies it itself.")
class SoftmaxAtTheEnd(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.softmax(self.dense2(F.relu(self.dense1(x.flatten(1)))), dim=1)


@misconception("LeNet", "The ReLUs are missing: without them the network can only draw straight lines.")
class WithoutRelu(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(self.conv1(x), 2)
        x = F.max_pool2d(self.conv2(x), 2)
        return self.dense2(self.dense1(x.flatten(1)))


@misconception("LeNet", "There is a ReLU after the last layer: logits may be negative.")
class RectifiedLogits(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.relu(self.dense2(F.relu(self.dense1(x.flatten(1)))))


@misconception(
    "LeNet",
    "The layers have other names. conv1, conv2, dense1 and dense2 are asked for, so that the parameters "
    "of lenet.py fit in.",
)
class NamedLikeElsewhere(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.fc1, self.fc2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))


@misconception(
    "LeNet",
    "There is no ReLU after dense1: two dense layers in a row are one.",
)
class WithoutTheLastRelu(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.dense2(self.dense1(x.flatten(1)))


@misconception(
    "LeNet",
    "The batch was flattened along with the images. Flatten from axis 1 on: x.flatten(start_dim=1).",
)
class FlattenedBatch(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(32 * (side // 4) ** 2, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.dense2(F.relu(self.dense1(x.flatten())))


@variant("LeNet")
class PooledFirst(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=(3, 3), padding="same")
        self.conv2 = nn.Conv2d(16, 32, kernel_size=(3, 3), padding="same")
        self.dense1 = nn.Linear(32 * (side // 4) ** 2, 64)
        self.dense2 = nn.Linear(64, 10)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        x = torch.relu(self.pool(self.conv1(x)))
        x = torch.relu(self.pool(self.conv2(x)))
        return self.dense2(torch.relu(self.dense1(x.reshape(len(x), -1))))


@variant("LeNet")
class WithClamp(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.dense2 = nn.Linear(64, 10)
        self.dense1 = nn.Linear(32 * (side // 2 // 2) ** 2, 64)
        self.conv2 = nn.Conv2d(16, 32, 3, 1, 1)
        self.conv1 = nn.Conv2d(1, 16, 3, 1, 1)

    def forward(self, x):
        for conv in (self.conv1, self.conv2):
            x = F.max_pool2d(conv(x).clamp(min=0), kernel_size=2, stride=2)
        x = self.dense1(torch.flatten(x, 1)).clamp(min=0)
        return self.dense2(x)


@misconception(
    "LeNet", "dense1 always takes 128 inputs. It must fit the images: 32 channels of (side // 4)² pixels."
)
class OnlyForDigits(nn.Module):
    def __init__(self, side=8):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        self.dense1, self.dense2 = nn.Linear(128, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.dense2(F.relu(self.dense1(x.flatten(1))))


@misconception(
    "DigitNet", "It is too large: a budget of 50,000 parameters forces you to think where they are needed."
)
class TooLarge(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(2048, 128), nn.ReLU(), nn.Linear(128, 10)),
        )

    def forward(self, x):
        return self.layers(x)


@misconception("DigitNet", "There is no convolution in it: this is a multi-layer perceptron.")
class Perceptron(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, x):
        return self.layers(x)


@misconception(
    "DigitNet",
    "It returns probabilities. The cross-entropy takes logits, and a softmax of a softmax learns slowly.",
)
class Probabilities(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(128, 10), nn.Softmax(dim=1)),
        )

    def forward(self, x):
        return self.layers(x)


@misconception("DigitNet", "The last layer is followed by a ReLU: logits may be negative.")
class PositiveLogits(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(128, 10), nn.ReLU()),
        )

    def forward(self, x):
        return self.layers(x)


@misconception(
    "DigitNet", "There is a single convolution: its filters see 3×3 pixels each, and no stroke as a whole."
)
class OneConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(512, 10)),
        )

    def forward(self, x):
        return self.layers(x)


@variant("DigitNet")
class GloballyPooled(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv2, self.norm2 = nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.conv3, self.norm3 = nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.head = nn.Linear(64 * 4, 10)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        x = F.avg_pool2d(F.relu(self.norm3(self.conv3(x))), 2)
        return F.log_softmax(
            self.head(x.flatten(1)), dim=1
        )  # logits as good as others: a softmax leaves them


@variant("DigitNet")
class WithDropout(nn.Module):
    def __init__(self):
        super().__init__()
        layers = []
        for before, after, pool in ((1, 16, False), (16, 32, True), (32, 48, True)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if pool else []
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(192, 10))

    def forward(self, x):
        return self.layers(x)


@misconception(
    "ResidualBlock", "The input is not added: a plain block, and the gradient has to pass all of its layers."
)
class PlainBlock(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@misconception(
    "ResidualBlock", "A ReLU after the sum stands in the way of the identity: here nothing follows the sum."
)
class RectifiedSum(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        branch = self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))
        return F.relu(self.shortcut(x) + branch)


@misconception(
    "ResidualBlock",
    "The activated input is added, not the input itself: norm1 and ReLU stand in the way of the identity.",
)
class ActivatedShortcut(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        x = F.relu(self.norm1(x))
        return self.shortcut(x) + self.conv2(F.relu(self.norm2(self.conv1(x))))


@misconception("ResidualBlock", "The ReLU before conv2 is missing: two convolutions in a row are one.")
class WithoutSecondRelu(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.shortcut(x) + self.conv2(self.norm2(self.conv1(F.relu(self.norm1(x)))))


@misconception(
    "ResidualBlock",
    "The convolutions, or one of them, have a bias. All three are asked for without, the shortcut too: the norm "
    "after a convolution takes its bias out again.",
    which=("shortcut", "branch", "all"),
)
class WithBiases(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1, *, which="all"):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=which != "shortcut")
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=which != "shortcut")
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=which != "branch")

    def forward(self, x):
        return self.shortcut(x) + self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@misconception(
    "ResidualBlock",
    "The stride is at conv2, or at both. It is at conv1 (and at the shortcut).",
    both=(False, True),
)
class StrideAtConv2(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1, *, both=False):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride if both else 1, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, stride, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.shortcut(x) + self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@misconception(
    "ResidualBlock",
    "This is the block of 2015: the norm comes after the convolution. Here (pre-activation) norm and ReLU"
    " come before each convolution, so norm1 has in_channels.",
)
class PostActivation(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.shortcut(x) + self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))


@misconception(
    "ResidualBlock",
    "The ReLU before conv1 is missing: norm1, ReLU, conv1.",
)
class WithoutFirstRelu(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.shortcut(x) + self.conv2(F.relu(self.norm2(self.conv1(self.norm1(x)))))


@misconception(
    "ResidualBlock",
    "The shortcut is made only when the number of channels changes. A stride other than 1 changes the "
    "size, so it needs the 1×1 convolution too.",
)
class StrideForgotten(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x):
        return self.shortcut(x) + self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


@variant("ResidualBlock")
class BranchUnderASecondName(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(out_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.shortcut = nn.Identity()
        if in_channels != out_channels or stride != 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.branch = nn.Sequential(self.norm1, nn.ReLU(), self.conv1, self.norm2, nn.ReLU(), self.conv2)

    def forward(self, x):
        return torch.add(self.branch(x), self.shortcut(x))


@variant("ResidualBlock")
class ShortcutInASequential(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(out_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, 1, 1, bias=False)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False))

    def forward(self, x):
        y = self.conv1(torch.relu(self.norm1(x)))
        y = self.conv2(torch.relu(self.norm2(y)))
        return y + self.shortcut(x)


@variant("ResidualBlock")
class BranchInOneLine(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(in_channels), nn.BatchNorm2d(out_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, (3, 3), (stride, stride), (1, 1), bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, (3, 3), padding="same", bias=False)
        same = in_channels == out_channels and stride == 1
        self.shortcut = (
            nn.Sequential() if same else nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        )

    def forward(self, x):
        return self.conv2(torch.relu(self.norm2(self.conv1(torch.relu(self.norm1(x)))))) + self.shortcut(x)


@variant("ResidualBlock")
class ShortcutMayBeNone(nn.Module):
    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.shortcut = None
        if in_channels != out_channels or stride > 1:
            self.shortcut = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.norm2 = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        y = x if self.shortcut is None else self.shortcut(x)
        for norm, conv in ((self.norm1, self.conv1), (self.norm2, self.conv2)):
            x = conv(norm(x).relu())
        return y + x


@misconception(
    "predict",
    "The model is not in evaluation mode: the answer depends on dropout and on what else is in the batch.",
)
def in_training_mode(model, images):
    model.train()
    with torch.no_grad():
        return model(images).argmax(dim=1)


@misconception(
    "predict", "The model stays in evaluation mode: training that goes on afterwards would go wrong."
)
def mode_not_restored(model, images):
    model.eval()
    with torch.no_grad():
        return model(images).argmax(dim=1)


@misconception(
    "predict", "The model is always put into training mode afterwards, also when it was not before."
)
def always_back_to_training(model, images):
    model.eval()
    with torch.no_grad():
        labels = model(images).argmax(dim=1)
    model.train()
    return labels


@misconception("predict", "This is the largest logit, not its number: argmax, not max.")
def largest_logit(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        values = model(images).max(dim=1).values
    model.train(was_training)
    return values


@misconception(
    "predict",
    "argmax was taken over the whole array, or over the batch. Every image has a label of its own: "
    "argmax(dim=1).",
    over=("all", "the batch"),
)
def argmax_without_an_axis(model, images, *, over="all"):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        logits = model(images)
    model.train(was_training)
    return logits.argmax() if over == "all" else logits.argmax(dim=0)


@misconception(
    "predict",
    "Gradients are still being recorded: evaluation mode does not switch that off. The forward pass "
    "stands under torch.no_grad().",
)
def gradients_recorded(model, images):
    was_training = model.training
    model.eval()
    labels = model(images).argmax(dim=1)
    model.train(was_training)
    return labels


@misconception(
    "predict",
    "Probabilities come back. The *class* is asked for: argmax(dim=1) of the logits.",
)
def probabilities_for_labels(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        probabilities = model(images).softmax(dim=1)
    model.train(was_training)
    return probabilities


@variant("predict")
def by_softmax(model, images):
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        labels = torch.softmax(model(images), dim=1).max(dim=1).indices
    model.train(was_training)
    return labels.clone()


@variant("predict")
def image_by_image(model, images):
    was_training = model.training
    try:
        model.train(False)
        with torch.no_grad():
            return torch.stack([model(image[None])[0].argmax() for image in images])
    finally:
        model.train(was_training)


@variant("predict")
def by_a_frozen_copy(model, images):
    frozen = copy.deepcopy(model).eval().requires_grad_(False)
    return frozen(images).argmax(dim=1)


@variant("predict")
def without_the_parameters_of_the_graph(model, images):
    was_training = model.training
    values = {name: value.detach() for name, value in model.state_dict().items()}
    logits = torch.func.functional_call(model.eval(), values, (images,))
    model.train(was_training)
    return logits.topk(1, dim=1).indices[:, 0]


@misconception("fit", "zero_grad is missing: the gradients of all batches so far add up.")
def gradients_pile_up(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception(
    "fit", "The model is not put into training mode: batch normalisation does not learn its statistics."
)
def in_evaluation_mode(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.eval()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception("fit", "A softmax comes before the cross-entropy, which applies one itself.")
def softmax_twice(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(F.softmax(model(images[batch]), dim=1), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception(
    "fit",
    "The parameters never move: optimizer.step() is missing, or zero_grad() stands between backward() and step() and "
    "takes the gradients away.",
)
def never_moved(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    losses = []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            total += F.cross_entropy(model(images[batch]), labels[batch]).item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception("fit", "The sum of the losses is not set back to 0 when an epoch begins.")
def sum_goes_on(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer, losses, total = torch.optim.Adam(model.parameters(), lr=learning_rate), [], 0.0
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception("fit", "The optimizer is made anew in every epoch and forgets its moments.")
def optimizer_in_the_loop(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    model.train()
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception(
    "fit", "The loss of an epoch is a mean over batches: the samples of the last, smaller one count for more."
)
def mean_over_batches(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        batch_losses = []
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            batch_losses.append(loss.item())
        losses.append(sum(batch_losses) / len(batch_losses))
    return losses


@misconception("fit", "The last, smaller batch is left out.")
def last_batch_dropped(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses, used = [], len(images) // batch_size * batch_size
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling)[:used].split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / used)
    return losses


@misconception(
    "fit",
    "The loss is added up as a sum over batches. The mean over all samples of the epoch is asked for.",
)
def losses_added_up(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=learning_rate), []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total)
    return losses


@misconception(
    "fit",
    "The losses of all batches come back. One number per epoch is asked for.",
)
def loss_of_every_batch(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=learning_rate), []
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception(
    "fit",
    "The learning rate that is given is not used: Adam takes its own, 0.001.",
)
def default_rate(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer, losses = torch.optim.Adam(model.parameters()), []
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=shuffling).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception("fit", "The samples are not shuffled: every epoch takes them in the order in which they came.")
def never_shuffled(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.arange(len(images)).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception(
    "fit",
    "The samples are shuffled once, before the first epoch. Shuffle anew in every epoch: draw the permutation "
    "inside of the loop.",
)
def shuffled_once(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    shuffling = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses, order = [], torch.randperm(len(images), generator=shuffling)
    for _ in range(epochs):
        total = 0.0
        for batch in order.split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@misconception(
    "fit",
    "The order of the samples comes from PyTorch's own generator, and not from the seed: hand the generator on, "
    "generator=shuffling.",
)
def seed_not_used(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images)).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses


@variant("fit")
def with_a_data_loader(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    from torch.utils.data import DataLoader, TensorDataset

    shuffling = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size, shuffle=True, generator=shuffling)
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    criterion = nn.CrossEntropyLoss()
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            loss = criterion(model(x), y)
            model.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss) * len(y)
        losses.append(total / len(labels))
    return losses


@variant("fit")
def shuffled_by_numpy(model, images, labels, epochs=10, batch_size=32, learning_rate=2e-3, seed=0):
    rng, n = np.random.default_rng(seed), len(images)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    losses = np.zeros(epochs)
    for epoch in range(epochs):
        order = torch.from_numpy(rng.permutation(n))
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            loss = -F.log_softmax(model(images[batch]), dim=1)[torch.arange(len(batch)), labels[batch]].mean()
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            losses[epoch] += loss.detach().item() * len(batch) / n
    return losses


@misconception(
    "feature_maps", "The hooks stay on the model: every later forward pass calls them again. remove() them."
)
def hooks_left(model, images):
    maps, was_training = {}, model.training
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y}))
    model.eval()
    with torch.no_grad():
        model(images)
    model.train(was_training)
    return maps


@misconception(
    "feature_maps",
    "When the forward pass fails, the hooks stay, and the model in evaluation mode: take them off and put the mode "
    "back in a `finally`.",
    left=("both", "hooks", "mode"),
)
def left_after_an_error(model, images, *, left="both"):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    done = False
    try:
        model.eval()
        with torch.no_grad():
            model(images)
        done = True
    finally:
        for hook in hooks if done or left == "mode" else ():
            hook.remove()
        if done or left == "hooks":
            model.train(was_training)
    return maps


@misconception(
    "feature_maps",
    "All maps land under the name of the last layer: a function that is made in a loop sees the last value of the "
    "loop's variable. Give the name to it when it is made: def hook(…, name=name).",
    through=("convolutions", "modules"),
)
def last_name_wins(model, images, *, through="convolutions"):
    maps, hooks, was_training = {}, [], model.training
    layers = list(model.named_modules())
    if through == "convolutions":
        layers = [(name, module) for name, module in layers if isinstance(module, nn.Conv2d)]
    for name, module in layers:
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y: maps.update({name: y})))  # noqa: B023
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@misconception(
    "feature_maps", "These are the inputs of the convolutions. A hook gets inputs and output; take the last."
)
def inputs_kept(model, images):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, x, __, name=name: maps.update({name: x[0]})))
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@misconception(
    "feature_maps",
    "The model ran in training mode: batch normalisation and dropout depend on the batch then.",
)
def in_training(model, images):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    model.train()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@misconception(
    "feature_maps", "Only the direct children of the model are looked at; a convolution may sit deeper."
)
def children_only(model, images):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_children():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@misconception(
    "feature_maps",
    "The maps still belong to a graph: the forward pass stands under torch.no_grad(), or each map is "
    "detached.",
)
def with_a_graph(model, images):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    model.eval()
    model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@misconception(
    "feature_maps",
    "The model stays in evaluation mode. Remember model.training before, and restore it.",
)
def left_in_evaluation(model, images):
    maps, hooks = {}, []
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    return maps


@misconception(
    "feature_maps",
    "The outputs of all modules are in the dict. Only those of nn.Conv2d are asked for.",
)
def every_module(model, images):
    maps, hooks, was_training = {}, [], model.training
    for name, module in model.named_modules():
        hooks.append(module.register_forward_hook(lambda _, __, y, name=name: maps.update({name: y})))
    model.eval()
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()
    model.train(was_training)
    return maps


@variant("feature_maps")
def hooks_from_a_factory(model, images):
    maps, was_training = {}, model.training

    def keep(name):
        def hook(module, inputs, output):
            maps[name] = output.detach().clone()

        return hook

    handles = [
        module.register_forward_hook(keep(name))
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d)
    ]
    try:
        model.eval()
        with torch.no_grad():
            model(images)
    finally:
        [handle.remove() for handle in handles]
        model.train(was_training)
    return maps


@variant("feature_maps")
def found_by_object(model, images):
    names = {module: name for name, module in model.named_modules() if type(module) is nn.Conv2d}
    maps, was_training = dict.fromkeys(names.values()), model.training
    handles = [
        module.register_forward_hook(lambda module, _, y: maps.__setitem__(names[module], y))
        for module in names
    ]
    try:
        with torch.inference_mode():
            model.eval()(images)
    finally:
        for handle in handles:
            handle.remove()
        model.train(was_training)
    return {name: value.clone() for name, value in maps.items()}


@misconception(
    "Convolution", "The gradient by the bias is missing its sum over images: one number per filter."
)
class BiasOfTheFirstImage(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return torch.from_numpy(conv2d(*(t.detach().numpy() for t in (x, weight, bias))))

    @staticmethod
    def backward(context, grad):
        x, weight = context.saved_tensors
        dx, dweight, _ = conv2d_backward(*(t.detach().numpy() for t in (grad, x, weight)))
        parts = (dx, dweight, grad.numpy()[0].sum(axis=(1, 2)))
        return tuple(torch.from_numpy(np.ascontiguousarray(g)) for g in parts)


@misconception(
    "Convolution",
    "A gradient is missing: backward returned None for one of x, weight and bias. All three learn; that of the bias is "
    "the third part of `conv2d_backward`.",
    missing=(2, 1, 0),
)
class GradientMissing(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return torch.from_numpy(conv2d(*(t.detach().numpy() for t in (x, weight, bias))))

    @staticmethod
    def backward(context, grad, *, missing=2):
        x, weight = context.saved_tensors
        parts = conv2d_backward(*(t.detach().numpy() for t in (grad, x, weight)))
        found = [torch.from_numpy(np.ascontiguousarray(g)) for g in parts]
        found[missing] = None
        return tuple(found)


@misconception("Convolution", "The incoming gradient is not used: the chain rule multiplies by it.")
class ChainBroken(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return torch.from_numpy(conv2d(*(t.detach().numpy() for t in (x, weight, bias))))

    @staticmethod
    def backward(context, grad):
        x, weight = context.saved_tensors
        parts = conv2d_backward(np.ones(grad.shape), x.detach().numpy(), weight.detach().numpy())
        return tuple(torch.from_numpy(np.ascontiguousarray(g)) for g in parts)


@misconception("Convolution", "The bias is not added on the way forward.")
class BiasForgotten(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        return torch.from_numpy(conv2d(x.detach().numpy(), weight.detach().numpy()))

    @staticmethod
    def backward(context, grad):
        x, weight = context.saved_tensors
        parts = conv2d_backward(*(t.detach().numpy() for t in (grad, x, weight)))
        return tuple(torch.from_numpy(np.ascontiguousarray(g)) for g in parts)


@variant("Convolution")
class KeptAsAttributes(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.arrays = x.detach().numpy().copy(), weight.detach().numpy().copy()
        return torch.tensor(np.asarray(conv2d(*context.arrays, bias.detach().numpy())))

    @staticmethod
    def backward(context, grad):
        parts = conv2d_backward(grad.numpy(), *context.arrays)
        return tuple(torch.tensor(np.array(g)) for g in parts)


@variant("Convolution")
class BiasByHand(torch.autograd.Function):
    @staticmethod
    def forward(context, x, weight, bias):
        context.save_for_backward(x, weight)
        y = torch.from_numpy(np.array(conv2d(x.detach().numpy(), weight.detach().numpy())))
        return y + bias.detach()[:, None, None]

    @staticmethod
    def backward(context, grad):
        x, weight = context.saved_tensors
        dx, dweight, _ = conv2d_backward(*(t.detach().numpy() for t in (grad, x, weight)))
        return torch.from_numpy(np.array(dx)), torch.from_numpy(np.array(dweight)), grad.sum(dim=(0, 2, 3))
