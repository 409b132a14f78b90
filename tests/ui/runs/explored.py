"""Sections of the runs page from made-up predictions, computed once for all tests."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from sgus.report.explore import explore
from tests.report.conftest import make_table
from tests.report.explore_cases import cohort_of


def table_of(n_patients: int, known_patients: int) -> pd.DataFrame:
    """Test images and, of other patients, validation images."""
    test = make_table(n_images=3 * n_patients, n_patients=n_patients)
    if not known_patients:
        return test
    known = make_table(n_images=3 * known_patients, n_patients=known_patients, seed=5)
    known["split"] = "validation"
    for column in ("image_id", "patient_id"):
        known[column] = "V" + known[column]
    return pd.concat([test, known], ignore_index=True)


@cache
def sections(n_patients: int = 40, known_patients: int = 25) -> dict[str, Any]:
    """All sections; never to be changed."""
    table = table_of(n_patients, known_patients)
    return explore(table, cohort_of(table), n_resamples=60)
