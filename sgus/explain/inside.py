"""How much of an activation map lies inside the gland, beside how much it would by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.explain.cam import upsample_cams

Maps = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Inside:
    """Where the light of maps lies.

    Attributes:
        share: `(n,)`, share of a map's sum inside, 0 to 1; NaN for an empty map.
        area: `(n,)`, share of the image's area inside: what a flat map would have, which is
            the value that chance gives.
        brightest: `(n,)` float, 1 where the brightest pixel lies inside, else 0 (the pointing
            game); NaN for an empty map.
    """

    share: NDArray[np.float64]
    area: NDArray[np.float64]
    brightest: NDArray[np.float64]

    @property
    def gain(self) -> NDArray[np.float64]:
        """Share minus area, `(n,)`: 0 by chance; NaN for an empty map."""
        return self.share - self.area


def inside(cams: Maps, masks: Mask) -> Inside:
    """Measure maps against masks of the same window.

    Args:
        cams: `(n, h', w')` in [0, 1], at the resolution of the trunk.
        masks: `(n, h, w)`, true inside.

    Returns:
        The shares.

    Raises:
        ValueError: There are not as many masks as maps.

    References:
        Pointing game: Zhang et al. 2018, 10.1007/s11263-017-1059-x.
    """
    if len(cams) != len(masks):
        raise ValueError(f"{len(cams)} maps and {len(masks)} masks")
    large = upsample_cams(cams, height=masks.shape[1], width=masks.shape[2]).astype(np.float64)
    total = large.sum((1, 2))
    lit = total > 0
    held = (large * masks).sum((1, 2))
    share = np.divide(held, total, out=np.full(len(cams), np.nan), where=lit)
    peak = large.reshape(len(large), -1).argmax(1)
    at_peak = masks.reshape(len(masks), -1)[np.arange(len(masks)), peak].astype(np.float64)
    return Inside(share, masks.mean((1, 2), dtype=np.float64), np.where(lit, at_peak, np.nan))
