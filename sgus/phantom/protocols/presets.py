"""The protocols by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sgus.core.registry import Registry
from sgus.phantom.protocol import Plan
from sgus.phantom.protocols.demo import demo
from sgus.phantom.protocols.pretraining import pretraining
from sgus.phantom.protocols.published import published

PRESETS: Final[Registry[Callable[[int | None, int], Plan]]] = Registry(
    "preset", {"demo": demo, "published": published, "pretraining": pretraining}
)


def make_plan(preset: str, *, patients: int | None, seed: int) -> Plan:
    """Lay out a cohort.

    Args:
        preset: Name of a protocol.
        patients: How many; the protocol's own number when None.
        seed: The same seed gives the same plan.

    Raises:
        ConfigError: There is no such preset, or it cannot have so many patients.
    """
    return PRESETS[preset](patients, seed)
