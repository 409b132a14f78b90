"""Cohorts in memory, without image files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import Cohort, assemble, typed_images


def cohort_of(records: list[dict[str, str]]) -> Cohort:
    full = [
        {"sha256": f"{at:064x}", "path": f"images/{record['image_id']}.png", **record}
        for at, record in enumerate(records)
    ]
    info = CohortInfo(name="test", n_images=len(full))
    return assemble(Path("nowhere"), info, images=typed_images(full), ratings=None)


@pytest.fixture
def make_cohort():
    return cohort_of
