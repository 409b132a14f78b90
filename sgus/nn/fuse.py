"""A frozen convolution and the normalisation behind it as one convolution: the same, sooner."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.hooks import RemovableHandle

Pair = tuple[str, str]


@torch.no_grad()
def fuse(module: nn.Module, x: Tensor) -> int:
    """Make each batch normalisation that follows a convolution part of it.

    In evaluation mode a normalisation is a factor and a constant a channel, which the weights of
    the convolution before it take up; a pass over the maps is saved. Which belongs to which is
    seen on one image, and what comes out is compared on it: where something else reads a
    convolution too, all is put back.

    Args:
        module: In evaluation mode, never to be trained again; changed in place.
        x: An input of it.

    Returns:
        How many normalisations were taken up.
    """
    pairs, wanted = _pairs(module, x)
    before = {name: module.get_submodule(name) for pair in pairs for name in pair}
    for first, second in pairs:
        convolution = cast(nn.Conv2d, before[first])
        normalisation = cast(nn.BatchNorm2d, before[second])
        module.set_submodule(first, fuse_conv_bn_eval(convolution, normalisation))
        module.set_submodule(second, nn.Identity().eval())
    if pairs and torch.allclose(module(x), wanted, rtol=1e-3, atol=1e-4):
        return len(pairs)
    for name, part in before.items():
        module.set_submodule(name, part)
    return 0


def _pairs(module: nn.Module, x: Tensor) -> tuple[list[Pair], Tensor]:
    """Names of each convolution whose output is what a normalisation gets; what comes out.

    Both are used once.
    """
    made: list[tuple[str, Tensor]] = []  # the tensors are kept, so that no two are one by chance
    pairs: list[Pair] = []
    used: list[str] = []

    def watch(name: str, part: nn.Module) -> RemovableHandle:
        def seen(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            used.append(name)
            if isinstance(part, nn.Conv2d):
                made.append((name, output))
            else:
                pairs.extend((before, name) for before, maps in made if maps is inputs[0])

        return part.register_forward_hook(seen)

    handles = [watch(name, part) for name, part in module.named_modules() if _fusible(part)]
    try:
        wanted: Tensor = module(x)
    finally:
        for handle in handles:
            handle.remove()
    return [pair for pair in pairs if all(used.count(name) == 1 for name in pair)], wanted


def _fusible(part: nn.Module) -> bool:
    """A plain convolution or normalisation; of its own kind exactly: kin may do more."""
    return type(part) is nn.Conv2d or (
        type(part) is nn.BatchNorm2d and part.affine and part.track_running_stats
    )
