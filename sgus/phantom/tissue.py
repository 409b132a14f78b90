"""What a scanner sees: the contract between anatomy and acoustics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.phantom.grid import Grid


@dataclass(frozen=True, eq=False)
class Tissue:
    """One plane of tissue.

    Attributes:
        grid: Where the samples lie.
        echogenicity: `(n_z, n_x)` float32, strength of diffuse scattering in dB; 0 is a normal
            parotid gland.
        specular: `(n_z, n_x)` complex64, coherent reflectors; amplitude 1 is as strong as the
            speckle of a normal parotid gland (root mean square).
        transmission: `(n_z, n_x)` float32 dB, what the path above a sample adds (behind fluid) or
            takes (behind muscle, bone) after the machine's depth compensation.
        gland: `(n_z, n_x)` float32, 1 inside the gland, 0 outside, soft at its border.
    """

    grid: Grid
    echogenicity: NDArray[np.float32]
    specular: NDArray[np.complex64]
    transmission: NDArray[np.float32]
    gland: NDArray[np.float32]
