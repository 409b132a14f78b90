"""The same gland in another plane: random draws that are shared but for a turn."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sgus.core.rng import generator


class Draws(Protocol):
    """What the anatomy asks of a generator; numpy's own fits too."""

    def standard_normal(self, size: Any = None, dtype: Any = ...) -> Any:
        """Standard normal numbers."""
        ...

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Uniform numbers."""
        ...

    def integers(self, low: Any, high: Any = None, size: Any = None) -> Any:
        """Whole numbers from `low` up to below `high`."""
        ...


class PlaneDraws:
    """Draws for one structure of a gland, seen in one plane.

    Normal draws are `cos(shift) * shared + sin(shift) * own`, so still standard normal, and have
    correlation `cos(shift)` with those of the gland's own plane. All other draws are the gland's:
    what is there is the same in each plane, how it is cut differs.

    Args:
        anatomy_seed: Names the gland.
        scan_seed: Names the scan.
        shift: Turn between the planes, radians; 0 is the gland's own plane.
        name: What is drawn; each name is a stream of its own.
    """

    def __init__(self, anatomy_seed: int, scan_seed: int, shift: float, *, name: str) -> None:
        self._shared = generator(anatomy_seed, "anatomy", name)
        self._own = generator(scan_seed, "plane", name)
        self._cos, self._sin = float(np.cos(shift)), float(np.sin(shift))

    def standard_normal(self, size: Any = None, dtype: Any = np.float64) -> Any:
        """Standard normal numbers: a float without a size, else an array of `dtype`."""
        shared = self._shared.standard_normal(size, dtype=dtype)
        own = self._own.standard_normal(size, dtype=dtype)
        if size is None:
            return self._cos * shared + self._sin * own
        mixed: NDArray[Any] = np.asarray(self._cos, dtype) * shared
        mixed += np.asarray(self._sin, dtype) * own
        return mixed

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Uniform numbers of the gland, the same in each plane."""
        return self._shared.uniform(low, high, size)

    def integers(self, low: Any, high: Any = None, size: Any = None) -> Any:
        """Whole numbers of the gland from `low` up to below `high`."""
        return self._shared.integers(low, high, size)
