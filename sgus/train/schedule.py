"""Learning rates as pure functions of progress, so that a resumed run needs no state."""

from __future__ import annotations

import math

_RISE = 0.2


def learning_rate_factor(schedule: str, progress: float) -> float:
    """Factor on the highest learning rate.

    Args:
        schedule: `onecycle`, `step` or `constant`.
        progress: Share of all steps done, in [0, 1).

    Returns:
        In (0, 1].
    """
    if schedule == "step":
        return 1.0 if progress < 0.5 else 0.1 if progress < 0.75 else 0.01
    if schedule == "onecycle":
        if progress < _RISE:
            return 0.04 + 0.96 * _cosine(progress / _RISE)
        return max(1e-4, 1.0 - _cosine((progress - _RISE) / (1 - _RISE)))
    return 1.0


def _cosine(share: float) -> float:
    """Rise smoothly from 0 to 1."""
    return 0.5 * (1 - math.cos(math.pi * share))
