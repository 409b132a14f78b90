"""Trunks: an image in, feature maps out. Any timm name, and a small one of our own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from sgus.core.errors import ConfigError
from sgus.nn.resnet import ResNet18

RESNET18 = "resnet18"
TINY = "tiny"
"""About 0.3 M parameters: a residual network for quick work on a laptop."""


class Trunk(nn.Module):
    """A timm model without its classifier, giving maps as `(n, C, h', w')` whatever its family.

    Args:
        name: A timm model name.
        height: Rows of the input, which transformers must know in advance.
        width: Columns of the input.

    Raises:
        ConfigError: timm has no such model, or it does not take images of one channel.
    """

    def __init__(self, name: str, *, height: int, width: int) -> None:
        super().__init__()
        self.model = _create(name, height=height, width=width)
        self.n_features = int(self.model.num_features)
        self.n_prefix = int(getattr(self.model, "num_prefix_tokens", 0))

    def forward(self, x: Tensor) -> Tensor:
        """Map `(n, 1, h, w)` float to `(n, C, h', w')`."""
        maps: Tensor = self.model.forward_features(x)
        if maps.ndim == 3:  # tokens of a transformer: (n, prefix + h'w', C)
            rows, columns = self.model.patch_embed.grid_size
            tokens = maps[:, self.n_prefix :].transpose(1, 2)
            return tokens.reshape(len(x), self.n_features, rows, columns)
        if maps.shape[1] != self.n_features and maps.shape[-1] == self.n_features:
            return maps.permute(0, 3, 1, 2)  # channels-last families such as Swin
        return maps


def _create(name: str, *, height: int, width: int) -> Any:
    if name == RESNET18:
        return ResNet18()
    import timm

    if not timm.is_model(name):
        near = ", ".join(timm.list_models(f"*{name[:6]}*")[:5])
        raise ConfigError(
            f"backbone {name!r}",
            "neither our own nor timm has a model of this name",
            f"Use {TINY}, resnet18 or any timm name" + (f", such as {near}" if near else ""),
        )
    options: dict[str, Any] = {"in_chans": 1, "num_classes": 0, "global_pool": ""}
    try:
        return timm.create_model(name, img_size=(height, width), **options)
    except TypeError:  # convolutional families take any size and know no img_size
        return timm.create_model(name, **options)


class _Block(nn.Module):
    """Two 3x3 convolutions around a shortcut that halves the resolution by averaging."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(n_in, n_out, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(n_out),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, ceil_mode=True),
            nn.Conv2d(n_in, n_out, 1, bias=False),
            nn.BatchNorm2d(n_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map `(n, n_in, h, w)` to `(n, n_out, ceil(h / 2), ceil(w / 2))`."""
        return torch.relu(self.body(x) + self.shortcut(x))


class TinyTrunk(nn.Module):
    """Stem and three residual blocks, 16 to 128 channels, 1/16 of the input's resolution."""

    n_features = 128

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            _Block(16, 32),
            _Block(32, 64),
            _Block(64, self.n_features),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map `(n, 1, h, w)` float to `(n, 128, h / 16, w / 16)`."""
        maps: Tensor = self.layers(x)
        return maps


def build_trunk(name: str, *, height: int, width: int) -> Trunk | TinyTrunk:
    """Make a trunk with random weights.

    Args:
        name: `tiny` or a timm model name.
        height: Rows of the input, pixels.
        width: Columns of the input, pixels.

    Raises:
        ConfigError: There is no such backbone.
    """
    if name == TINY:
        return TinyTrunk()
    return Trunk(name, height=height, width=width)


def imagenet_state(name: str) -> dict[str, Tensor]:
    """ImageNet weights of a timm model for one channel, fetched by timm's own loader.

    Raises:
        OSError, RuntimeError, ValueError: timm or the hub cannot give them.
    """
    import timm

    model: nn.Module = timm.create_model(name, pretrained=True, in_chans=1, num_classes=0)
    return dict(model.state_dict())
