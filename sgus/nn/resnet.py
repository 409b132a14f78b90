"""ResNet18 for one channel, equal to timm's to the bit, without importing timm.

The default backbone is loaded in every app and every prediction; importing timm and torchvision
for it costs seconds and about 200 MB. Names of tensors, initial weights and outputs are timm's, and
a test holds them there.

References:
    He et al. 2016, 10.1109/CVPR.2016.90; timm `resnet18`.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

_WIDTHS = (64, 128, 256, 512)
_BLOCKS_A_LAYER = 2


class _Block(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, n_in: int, n_out: int, *, stride: int, downsample: nn.Module | None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(n_out)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(n_out)
        self.downsample = downsample

    def forward(self, x: Tensor) -> Tensor:
        """Map `(n, n_in, h, w)` to `(n, n_out, h / stride, w / stride)`."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu_(self.bn1(self.conv1(x)))
        return torch.relu_(self.bn2(self.conv2(x)) + shortcut)


def _layer(n_in: int, n_out: int) -> nn.Sequential:
    stride = 1 if n_in == n_out else 2
    downsample = None
    if stride == 2:
        downsample = nn.Sequential(
            nn.Conv2d(n_in, n_out, 1, stride=2, bias=False), nn.BatchNorm2d(n_out)
        )
    first = _Block(n_in, n_out, stride=stride, downsample=downsample)
    rest = [_Block(n_out, n_out, stride=1, downsample=None) for _ in range(_BLOCKS_A_LAYER - 1)]
    return nn.Sequential(first, *rest)


class ResNet18(nn.Module):
    """Stem and four layers; 1/32 of the input's resolution."""

    num_features = _WIDTHS[-1]

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, _WIDTHS[0], 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(_WIDTHS[0])
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        widths = (_WIDTHS[0], *_WIDTHS)
        layers = OrderedDict(
            (f"layer{number + 1}", _layer(widths[number], widths[number + 1]))
            for number in range(len(_WIDTHS))
        )
        for name, layer in layers.items():
            self.add_module(name, layer)
        self._initialise()

    def _initialise(self) -> None:
        """As timm: He's initialisation, and blocks that begin as their shortcut."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for module in self.modules():
            if isinstance(module, _Block):
                nn.init.zeros_(module.bn2.weight)

    def forward_features(self, x: Tensor) -> Tensor:
        """Map `(n, 1, h, w)` float to `(n, 512, h / 32, w / 32)`."""
        # The greatest of what is cut off at 0 is the greatest, cut off at 0, which is less work.
        x = torch.relu_(self.maxpool(self.bn1(self.conv1(x))))
        for number in range(len(_WIDTHS)):
            x = self.get_submodule(f"layer{number + 1}")(x)
        return x
