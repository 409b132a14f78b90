"""Both cohorts in the network's view, real halves by hash, phantoms matched to real images."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from _realism_figures import all_figures
from numpy.typing import NDArray

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import CohortError
from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.images.decode import read_image
from sgus.images.geometry import prepare

HEIGHT, WIDTH = 216, 288
HALVES = ("development", "confirmation", "all")


@dataclass(frozen=True)
class Pictures:
    """Images of one cohort.

    Attributes:
        table: A row an image: `image_id, patient_id, gland, grade, group` (centre of a real
            image, device of a phantom).
        pixels: `(n, HEIGHT, WIDTH)` uint8, the network's view.
        figures: A row an image, a column a figure of _realism_figures.
    """

    table: pd.DataFrame
    pixels: NDArray[np.uint8]
    figures: pd.DataFrame

    def take(self, chosen: NDArray[np.int64]) -> Pictures:
        """Some of them, in the order of `chosen`."""
        return Pictures(
            self.table.iloc[chosen].reset_index(drop=True),
            self.pixels[chosen],
            self.figures.iloc[chosen].reset_index(drop=True),
        )


def in_half(patient_id: str, half: str) -> bool:
    """Whether a patient belongs to a half: the first hex digit of the id's SHA-256 is even."""
    even = int(hashlib.sha256(patient_id.encode()).hexdigest()[0], 16) % 2 == 0
    return half == "all" or even == (half == "development")


def load(root: Path, *, group: str, half: str = "all") -> Pictures:
    """Read and measure a cohort's graded images.

    Args:
        root: Cohort directory.
        group: Column that names centre or device.
        half: Which patients.

    Raises:
        CohortError: No image is left.
    """
    cohort = load_cohort(root)
    images = cohort.usable()
    images = images[[in_half(str(patient), half) for patient in images["patient_id"]]]
    if images.empty:
        raise CohortError(root, f"no graded image in the half {half!r}", "Name another half")
    pixels, figures = [], []
    for row in images.itertuples():
        picture = read_image(cohort.root / str(row.path)).pixels
        prepared = prepare(picture, Region.parse(str(row.region)), height=HEIGHT, width=WIDTH)
        pixels.append(prepared.pixels)
        native = picture[prepared.window.slices]
        scale = HEIGHT / prepared.window.height
        figures.append(all_figures(prepared.pixels, native, scale))
    table = images[["image_id", "patient_id", "gland", "grade"]].reset_index(drop=True)
    table = table.assign(group=images[group].to_numpy()).astype({"grade": int})
    return Pictures(table, np.stack(pixels), pd.DataFrame(figures))


def matched(phantoms: Pictures, real: Pictures, *, per_real: int, seed: int) -> Pictures:
    """Phantoms of the same glands and grades as the real images, so that the mix does not count.

    Args:
        phantoms: To draw from, without replacement; a stratum with too few gives all it has.
        real: What to match.
        per_real: Phantoms wanted for each real image.
        seed: Of the draw.
    """
    rng = generator(seed, "realism", "match")
    wanted = real.table.groupby(["gland", "grade"]).size()
    chosen: list[int] = []
    for (gland, grade), count in wanted.items():
        same = (phantoms.table["gland"] == gland) & (phantoms.table["grade"] == grade)
        rows = np.flatnonzero(same.to_numpy())
        chosen += rng.permutation(rows)[: count * per_real].tolist()
    if not chosen:
        raise CohortError("phantoms", "none has a gland and grade of the real images", "Make more")
    return phantoms.take(np.sort(np.array(chosen)))
