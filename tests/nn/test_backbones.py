from __future__ import annotations

import pytest
import torch

from sgus.core.errors import ConfigError
from sgus.nn.backbones import build_trunk


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("tiny", (2, 128, 4, 6)),
        ("resnet18", (2, 512, 2, 3)),
        ("mobilenetv3_small_050", (2, 288, 2, 3)),
        ("vit_tiny_patch16_224", (2, 192, 4, 6)),  # tokens become a map
    ],
)
def test_every_family_gives_maps_with_channels_first(name: str, shape: tuple[int, ...]) -> None:
    trunk = build_trunk(name, height=64, width=96).eval()
    with torch.inference_mode():
        maps = trunk(torch.randn(2, 1, 64, 96))
    assert maps.shape == shape
    assert trunk.n_features == shape[1]


def test_tokens_keep_their_place() -> None:
    trunk = build_trunk("vit_tiny_patch16_224", height=64, width=96).eval()
    x = torch.randn(1, 1, 64, 96)
    with torch.inference_mode():
        tokens = trunk.model.forward_features(x)  # type: ignore[operator, union-attr]
        maps = trunk(x)
    torch.testing.assert_close(maps[0, :, 1, 2], tokens[0, 1 + 1 * 6 + 2])


def test_the_small_network_has_about_0_3_million_parameters() -> None:
    n = sum(p.numel() for p in build_trunk("tiny", height=64, width=64).parameters())
    assert 250_000 < n < 350_000


def test_an_unknown_backbone_names_near_ones() -> None:
    with pytest.raises(ConfigError, match=r"neither our own nor timm .*resnet18 .*such as \w+"):
        build_trunk("resnet17", height=64, width=64)
