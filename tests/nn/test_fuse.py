from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from sgus.nn.backbones import build_trunk
from sgus.nn.fuse import fuse

HEIGHT, WIDTH = 64, 96


def seen(module: nn.Module) -> nn.Module:
    """With normalisations that have seen something, and differ in every channel."""
    torch.manual_seed(0)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.uniform_(part.bias, -0.5, 0.5)
    with torch.no_grad():
        for _ in range(3):
            module.train()(images(8))
    return module.eval()


def images(n: int = 3) -> Tensor:
    return torch.randn((n, 1, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(n))


def count(module: nn.Module, kind: type[nn.Module]) -> int:
    return sum(type(part) is kind for part in module.modules())


@pytest.mark.parametrize(("name", "n"), [("resnet18", 20), ("tiny", 10)])
def test_all_normalisations_are_taken_up_and_maps_stay(name: str, n: int) -> None:
    trunk = seen(build_trunk(name, height=HEIGHT, width=WIDTH))
    joined = copy.deepcopy(trunk)
    assert fuse(joined, images(1)) == n == count(trunk, nn.BatchNorm2d)
    assert count(joined, nn.BatchNorm2d) == 0
    with torch.no_grad():
        torch.testing.assert_close(joined(images()), trunk(images()), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "name", ["resnet10t", "regnety_002", "convnext_atto", "mobilenetv3_small_050"]
)
def test_other_families_give_the_maps_they_gave(name: str) -> None:
    trunk = seen(build_trunk(name, height=HEIGHT, width=WIDTH))
    with torch.no_grad():
        wanted = trunk(images())
        fuse(trunk, images(1))
        torch.testing.assert_close(trunk(images()), wanted, rtol=1e-3, atol=1e-3)


class ReadTwice(nn.Module):
    """Its convolution is read by the normalisation, and beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 4, 3)
        self.normalisation = nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.convolution(x)
        return self.normalisation(maps) + maps


class UsedTwice(nn.Module):
    """One normalisation behind two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 4, 3), nn.Conv2d(1, 4, 3)
        self.normalisation = nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        return self.normalisation(self.first(x)) + self.normalisation(self.second(x))


@pytest.mark.parametrize("kind", [ReadTwice, UsedTwice])
def test_what_cannot_be_fused_stays_as_it_is(kind: type[nn.Module]) -> None:
    module = seen(kind())
    before, parts = module.state_dict(), list(module.modules())
    assert fuse(module, images(1)) == 0
    assert list(module.modules()) == parts
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())


def test_no_hook_is_left_behind() -> None:
    trunk = seen(build_trunk("tiny", height=HEIGHT, width=WIDTH))
    assert fuse(trunk, images(1)) == 10
    assert not any(part._forward_hooks for part in trunk.modules())
