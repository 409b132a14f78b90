"""A network cut in two: a part that stays as it is, and the end of it that learns."""

from __future__ import annotations

import copy
from typing import Final, Literal

import torch
from torch import Tensor, nn

from sgus.core.errors import ConfigError
from sgus.nn.fuse import fuse
from sgus.nn.network import GradingNetwork

Learning = Literal["last_block", "head"]

LAST_STAGES: Final = ("layers", "model.layer4.1", "model.layer4", "model.s4", "model.stages")
"""Where families of trunks keep their last block: ours (tiny), ResNet18 (its last residual block),
longer ResNets (their last stage), RegNets, ConvNeXts and others. Of several stages the last is
meant; a numbered block has to be the last of its own."""


class Tail(GradingNetwork):
    """The end of a network, on feature maps of what comes before; its modules are the network's.

    Training it trains the network; the modules before it are not part of it, so that nothing can
    change them, and a checkpoint of it holds only what learns.

    Args:
        network: The whole network.
        ends: What is left of each trunk: modules of `network`, or `Identity`.
    """

    def __init__(self, network: GradingNetwork, ends: list[nn.Module]) -> None:
        nn.Module.__init__(self)  # a tail builds no trunk of its own
        self.spec = network.spec
        self.head = network.head
        self.trunks = nn.ModuleList(ends)
        self.readings = network.readings
        self.dropout = network.dropout

    @staticmethod
    def normalise(pixels: Tensor) -> Tensor:
        """Features are normalised already: `(n, C, h', w')` as float32."""
        return pixels.float()

    def features(self, x: Tensor) -> list[Tensor]:
        """Map the maps of all trunks, side by side in `(n, trunks * C, h', w')`, to their ends."""
        parts = x.chunk(len(self.trunks), dim=1)
        return [end(maps) for end, maps in zip(self.trunks, parts, strict=True)]


class Beginning(nn.Module):
    """What comes before a tail: a frozen copy, always in evaluation mode.

    Its normalisations are part of its convolutions.

    Args:
        trunks: The beginning of each trunk, a copy that is its own.
        x: `(1, 1, h, w)`, an image to try them on.
        pooled: Whether the maps are averaged, since nothing but the reading follows.
    """

    def __init__(self, trunks: list[nn.Module], x: Tensor, *, pooled: bool) -> None:
        super().__init__()
        self.trunks = nn.ModuleList(trunks)
        self.pooled = pooled
        self.requires_grad_(False).eval().to(memory_format=torch.channels_last)
        for trunk in trunks:
            fuse(trunk, x)

    def forward(self, x: Tensor) -> Tensor:
        """Map normalised `(n, 1, h, w)` to `(n, trunks * C, h', w')`; pooled, h' and w' are 1."""
        maps = torch.cat([trunk(x) for trunk in self.trunks], dim=1)
        return maps.mean((2, 3), keepdim=True) if self.pooled else maps


def cut(network: GradingNetwork, learning: Learning) -> tuple[Beginning, Tail]:
    """Cut a network before what learns.

    In evaluation mode `tail(beginning(x))` is `network(x)`.

    Args:
        network: The whole network; its modules are shared by the tail, copied by the beginning.
        learning: `head`: the linear readings; `last_block`: the last block of each trunk too.

    Raises:
        ConfigError: No last stage can be cut off this backbone.
    """
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 1, network.spec.height, network.spec.width, generator=generator)
    if learning == "head":
        whole = [copy.deepcopy(trunk) for trunk in network.trunks]
        return Beginning(whole, x, pooled=True), Tail(network, [nn.Identity() for _ in whole])
    pairs = [_without_last_stage(trunk, x, network.spec.backbone) for trunk in network.trunks]
    return Beginning([p[0] for p in pairs], x, pooled=False), Tail(network, [p[1] for p in pairs])


def _without_last_stage(trunk: nn.Module, x: Tensor, backbone: str) -> tuple[nn.Module, nn.Module]:
    """A copy of a trunk that ends before its last stage, and that stage.

    That the stage is the end is not taken from its name: both are run on an image and compared.
    """
    for name in LAST_STAGES:
        stage = _stage(trunk, name)
        if stage is None:
            continue
        place, end = stage
        start = copy.deepcopy(trunk)
        start.set_submodule(place, nn.Identity())
        if _make_up(start, end, trunk, x):
            return start, end
    raise ConfigError(
        f"trains=last_block with the backbone {backbone}",
        "no last stage can be cut off this backbone",
        "Set trains=head or trains=full, or a backbone such as resnet18 or tiny",
    )


def _stage(trunk: nn.Module, name: str) -> tuple[str, nn.Module] | None:
    """Place and module of a last stage, where the trunk has something of this name."""
    try:
        module = trunk.get_submodule(name)
    except AttributeError:
        return None
    parent, _, number = name.rpartition(".")
    if number.isdigit() and [*dict(trunk.get_submodule(parent).named_children())][-1] != number:
        return None  # blocks that begin as the identity could change places unnoticed
    if name.endswith("s"):  # a sequence of stages
        places = [place for place, _ in module.named_children()]
        if not places:
            return None
        name = f"{name}.{places[-1]}"
    return name, trunk.get_submodule(name)


@torch.no_grad()
def _make_up(start: nn.Module, end: nn.Module, trunk: nn.Module, x: Tensor) -> bool:
    """Whether one after the other gives what the trunk gives, in evaluation mode."""
    modes = {module: module.training for module in trunk.modules()}
    trunk.eval()
    try:
        whole, joined = trunk(x), end(start.eval()(x))
    except RuntimeError:  # shapes that do not fit: something else lies between them
        return False
    finally:
        for module, mode in modes.items():
            module.training = mode
    return whole.shape == joined.shape and torch.allclose(whole, joined, rtol=1e-4, atol=1e-5)
