"""Heads: what the outputs of a network mean as probabilities of the four grades.

A head is pure: it has no weights. It turns `raw` outputs `(n, n_outputs)` into log-probabilities
of `GRADES`, log-odds of `STAGES` and a loss against a target distribution over the grades (one-hot
for a single grade, soft for several readers).
"""

from __future__ import annotations

from typing import ClassVar, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from sgus.core.grades import N_GRADES, STAGES
from sgus.core.registry import Registry

_TINY_PROBABILITY = 1e-6


class Head(Protocol):
    """What every head offers."""

    n_outputs: ClassVar[int]

    def log_probabilities(self, raw: Tensor) -> Tensor:
        """Map `(n, n_outputs)` to `(n, 4)` log-probabilities whose exponentials sum to one."""

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        """Map `(n, n_outputs)` to `(n, 3)`: log-odds of the higher side of each stage."""

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        """Loss of each image, `(n,)`, against target grade probabilities `(n, 4)`."""


class HierarchicalHead:
    """Three log-odds, one a stage; P(grade) = P(branch) x P(leaf).

    The loss is the negative log-likelihood of that product: stage 1 learns from every image, a
    stage 2 only from the images of its branch, so a grade counts once in each decision it takes.
    """

    n_outputs: ClassVar[int] = 3

    def log_probabilities(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        up, down = F.logsigmoid(raw), F.logsigmoid(-raw)
        high, one, three = up.unbind(1)
        low, zero, two = down.unbind(1)
        return torch.stack([low + zero, low + one, high + two, high + three], dim=1)

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        return raw

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        """See `Head`."""
        return -(target * self.log_probabilities(raw)).sum(1)


class FlatHead:
    """Four logits and a softmax: the grades as unordered classes."""

    n_outputs: ClassVar[int] = N_GRADES

    def log_probabilities(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        return F.log_softmax(raw, dim=1)

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        return _stage_log_odds(self.log_probabilities(raw))

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        """See `Head`."""
        return -(target * self.log_probabilities(raw)).sum(1)


class OrdinalHead:
    """Three cumulative log-odds: grade >= 1, >= 2, >= 3, each its own linear reading.

    Nothing makes three free readings fall with the grade; a later one that exceeds an earlier one
    is cut back to it, so that no grade gets a negative probability.

    References:
        Binary decomposition of an ordinal grade: Frank & Hall 2001, 10.1007/3-540-44795-4_13.
    """

    n_outputs: ClassVar[int] = N_GRADES - 1

    def log_probabilities(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        at_least = torch.sigmoid(raw).cummin(dim=1).values  # (n, 3)
        ends = torch.ones_like(at_least[:, :1])
        bounds = torch.cat([ends, at_least, torch.zeros_like(ends)], dim=1)  # (n, 5)
        p = (bounds[:, :-1] - bounds[:, 1:]).clamp_min(_TINY_PROBABILITY)
        return (p / p.sum(1, keepdim=True)).log()

    def stage_log_odds(self, raw: Tensor) -> Tensor:
        """See `Head`."""
        return _stage_log_odds(self.log_probabilities(raw))

    def loss(self, raw: Tensor, target: Tensor) -> Tensor:
        """See `Head`."""
        at_least = target.flip(1).cumsum(1).flip(1)[:, 1:]  # (n, 3)
        return F.binary_cross_entropy_with_logits(raw, at_least, reduction="none").sum(1)


def _stage_log_odds(log_p: Tensor) -> Tensor:
    """Log-odds of each stage, given that the image belongs to the stage's grades."""
    return torch.stack(
        [
            log_p[:, list(stage.higher)].logsumexp(1) - log_p[:, list(stage.lower)].logsumexp(1)
            for stage in STAGES
        ],
        dim=1,
    )


HEADS: Registry[Head] = Registry(
    "head",
    {"hierarchical": HierarchicalHead(), "flat": FlatHead(), "ordinal": OrdinalHead()},
)
