"""Features of frozen layers: computed once, kept in memory, shown in place of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from sgus.core.errors import ConfigError
from sgus.images.augment import AugmentConfig
from sgus.nn.network import GradingNetwork
from sgus.nn.tail import Beginning
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.precision import arithmetic, resolve_precision
from sgus.train.predict import Tick

CACHE_LIMIT_MIB: Final = 2048
"""Most memory that the features of a run may take: a laptop has to keep the rest."""

_BATCH = 16
"""As for prediction: maps of more images cost system time."""
_MIB = 2**20


@dataclass(frozen=True, eq=False)
class Features(Examples):
    """Examples whose `pixels` are feature maps, `(n, C, h', w')`, and those of the mirror images.

    Attributes:
        mirrored: Features of the mirror images in the same order, or None where none are shown.
    """

    mirrored: Tensor | None = None

    def varied(self, chosen: Tensor, how: AugmentConfig, *, generator: torch.Generator) -> Tensor:
        """A batch as training shows it: each image or, with the probability of a flip, its mirror.

        Args:
            chosen: `(n,)` int64 positions.
            how: Of it only `flip` can act; a config with more is refused when it is made.
            generator: Decides which are mirrored.

        Returns:
            `(n, C, h', w')` of the stored type.
        """
        shown = self.pixels[chosen]
        if self.mirrored is None:
            return shown
        flipped = torch.rand(len(chosen), generator=generator) < how.flip
        shown[flipped] = self.mirrored[chosen[flipped]]
        return shown


def cache_mib(beginning: Beginning, examples: list[Examples], *, config: TrainConfig) -> float:
    """Memory that the features of `examples` take, the first part with mirrors, MiB."""
    x = GradingNetwork.normalise(examples[0].pixels[:1])
    values = _maps(beginning, x, config=config)[0]
    mirrors = len(examples[0]) if config.augment.flip else 0
    n = sum(map(len, examples)) + mirrors
    return n * values.numel() * values.element_size() / _MIB


def refuse_too_large(
    beginning: Beginning, examples: list[Examples], *, config: TrainConfig
) -> None:
    """Refuse features that do not fit.

    Args:
        beginning: What computes them.
        examples: The training part, then the others.
        config: Of the run.

    Raises:
        ConfigError: They take more than `CACHE_LIMIT_MIB`; how much is said.
    """
    mib = cache_mib(beginning, examples, config=config)
    if mib > CACHE_LIMIT_MIB:
        n = sum(map(len, examples))
        raise ConfigError(
            f"trains={config.trains}",
            f"the features of {n} images would take {mib:.0f} MiB of memory, "
            f"more than the {CACHE_LIMIT_MIB} MiB allowed",
            "Set trains=head or trains=full, a smaller network.height and network.width, "
            "or augment.flip=0",
        )


def compute_features(
    beginning: Beginning,
    examples: Examples,
    *,
    config: TrainConfig,
    mirrors: bool,
    tick: Tick | None = None,
) -> Features:
    """Run the frozen beginning over all images, and over their mirror images where asked.

    Maps are kept in the number format that the run computes in, in which the beginning hands them
    on: with bfloat16 nothing is lost that training the whole network would have kept. Pooled
    features are averaged in that format too, and kept in float32.

    Args:
        beginning: Frozen, in evaluation mode.
        examples: Images.
        config: Number format.
        mirrors: Whether mirror images are wanted.
        tick: Called after each batch; may raise to stop.
    """
    sides = [examples.pixels, examples.pixels.flip(3)] if mirrors else [examples.pixels]
    computed: list[Tensor] = []
    for pixels in sides:
        maps: list[Tensor] = []
        for batch in torch.split(pixels, _BATCH):
            maps.append(_maps(beginning, GradingNetwork.normalise(batch), config=config))
            if tick is not None:
                tick()
        computed.append(torch.cat(maps))
    return Features(
        computed[0],
        examples.grades,
        examples.distributions,
        mirrored=computed[1] if mirrors else None,
    )


@torch.no_grad()
def _maps(beginning: Beginning, x: Tensor, *, config: TrainConfig) -> Tensor:
    precision = resolve_precision(config.precision)
    with arithmetic(precision):
        maps: Tensor = beginning(x.contiguous(memory_format=torch.channels_last))
    return maps.float() if beginning.pooled or precision == "float32" else maps.bfloat16()
