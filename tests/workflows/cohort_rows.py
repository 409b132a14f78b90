"""A cohort in memory for tests of the cohort page: rows by hand or at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import Cohort, assemble, typed_images

COLUMNS = ("image_id", "patient_id", "grade", "gland", "side", "centre", "device", "sex",
           "age_years", "excluded")  # fmt: skip
ROWS = (
    ("a1", "P1", "0", "parotid", "left", "Oslo", "premium", "F", "44", ""),
    ("a2", "P1", "1", "parotid", "right", "Oslo", "premium", "F", "44", ""),
    ("a3", "P1", "1", "submandibular", "left", "Oslo", "cart", "", "46", ""),
    ("b1", "P2", "3", "parotid", "left", "Bern", "cart", "m", "30", ""),
    ("b2", "P2", "", "parotid", "left", "Bern", "cart", "male", "30", ""),
    ("c1", "P3", "2", "submandibular", "", "Bern", "premium", "F", "", "true"),
    ("c2", "P3", "2", "submandibular", "right", "Bern", "premium", "M", "200", ""),
    ("d1", "", "2", "parotid", "right", "", "premium", "F", "80", ""),
)


def cohort_of(
    records: list[dict[str, str]],
    *,
    ratings: pd.DataFrame | None = None,
    root: Path = Path("nowhere"),
    **info: object,
) -> Cohort:
    full = [
        {"sha256": f"{at:064x}", "path": f"images/{record['image_id']}.png", **record}
        for at, record in enumerate(records)
    ]
    facts = CohortInfo.parse({"name": "test", "n_images": len(full), **info}, source="test")
    return assemble(root, facts, images=typed_images(full), ratings=ratings)


def by_hand(**info: object) -> Cohort:
    return cohort_of([dict(zip(COLUMNS, row, strict=True)) for row in ROWS], **info)


def at_random(seed: int, n: int = 60) -> Cohort:
    random = np.random.default_rng(seed)
    records = [
        {
            "image_id": f"i{at}",
            "patient_id": random.choice(["", "P1", "P2", "P3", "P4"]),
            "grade": random.choice(["", "0", "1", "2", "3"]),
            "gland": random.choice(["parotid", "submandibular"]),
            "centre": random.choice(["", "A", "B", "C"]),
            "device": random.choice(["x", "y"]),
            "sex": random.choice(["", "F", "M"]),
            "age_years": random.choice(["", "20", "50"]),
        }
        for at in range(n)
    ]
    return cohort_of(records)


def ratings_of(*rows: tuple[str, str, str, int | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["image_id", "rater_id", "reading", "grade"])
    return frame.astype({"grade": "Int64"})
