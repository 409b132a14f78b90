"""The usable images of a cohort, prepared once for a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort
from sgus.core.errors import CohortError
from sgus.core.files import sha256_file
from sgus.core.grades import N_GRADES
from sgus.core.region import Region
from sgus.images.cache import Progress, build_cache
from sgus.nn.network import NetworkSpec


@dataclass(frozen=True, eq=False)
class Pictures:
    """Prepared images and the manifest rows they belong to.

    Attributes:
        table: Manifest rows of the usable images.
        pixels: `(n, height, width)` uint8, read-only, in the order of `table`.
    """

    table: pd.DataFrame
    pixels: NDArray[np.uint8]

    def rows(self, image_ids: Sequence[str]) -> NDArray[np.int64]:
        """Positions of images.

        Raises:
            CohortError: An image is not among the usable ones.
        """
        places = pd.Index(self.table["image_id"]).get_indexer(pd.Index(image_ids))
        missing = [name for name, place in zip(image_ids, places, strict=True) if place < 0]
        if missing:
            raise CohortError(
                ", ".join(missing[:10]), "the split names images that are not usable", "Split again"
            )
        return np.asarray(places, dtype=np.int64)

    def grades(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Reference grades of the images at `rows`."""
        return self.table["grade"].to_numpy(dtype=np.int64)[rows]

    def severity(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Known latent severity of the images at `rows`, 0 to below 4.

        Raises:
            CohortError: The cohort has none for one of them: only phantoms do.
        """
        absent = [""] * len(self.table)
        given = pd.to_numeric(self.table.get("severity", absent), errors="coerce")
        values = np.asarray(given, dtype=np.float64)[rows]
        wrong = ~((values >= 0) & (values < N_GRADES))
        if wrong.any():
            raise CohortError(
                str(self.table["image_id"].iloc[rows[wrong.argmax()]]),
                f"{int(wrong.sum())} of {len(rows)} images have no known severity from 0 to 4",
                "Set targets=grade: only phantom cohorts know their severity",
            )
        return values


def load_pictures(
    cohort: Cohort, spec: NetworkSpec, *, progress: Progress | None = None
) -> Pictures:
    """Prepare every usable image of a cohort; the second time they come from its cache.

    Args:
        cohort: The cohort.
        spec: The network they are prepared for.
        progress: Called with (pictures done, pictures in all) after each one.

    Raises:
        CohortError: No image is usable, one has no ultrasound region, or a file is not the one
            the manifest names.
        ImageError: A picture cannot be read; all such are named.
    """
    table = cohort.usable()
    bare = list(table.loc[table["region"] == "", "image_id"])
    if bare or table.empty:
        raise CohortError(
            ", ".join(bare[:10]) or str(cohort.root),
            "images have no ultrasound region" if bare else "no image is graded and not excluded",
            "Run the check verb; set the region or exclude them",
        )
    _refuse_changed(cohort, table)
    items = [
        (str(row.image_id), cohort.root / str(row.path), Region.parse(str(row.region)))
        for row in table.itertuples()
    ]
    pixels = build_cache(
        items,
        height=spec.height,
        width=spec.width,
        directory=cohort.root / "cache",
        progress=progress,
    )
    return Pictures(table, pixels)


def _refuse_changed(cohort: Cohort, table: pd.DataFrame) -> None:
    """The manifest's hash names the run: it must be these very files that are learnt from."""
    changed = [
        str(row.image_id)
        for row in table.itertuples()
        if (path := cohort.root / str(row.path)).is_file() and sha256_file(path) != row.sha256
    ]
    if changed:
        raise CohortError(
            ", ".join(changed[:10]),
            f"{len(changed)} files are not those that were imported (their sha256 differs)",
            "Run the check verb; put the imported files back, or import again",
        )
