"""What each rater read: `ratings.csv`, in the long form, never overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from sgus.cohort.sheet import read_sheet
from sgus.cohort.values import parse_grade
from sgus.core.errors import CohortError

RATING_COLUMNS: Final = ("image_id", "rater_id", "reading", "grade")
RATINGS_FILE: Final = "ratings.csv"


def load_ratings(root: Path, *, known: set[str]) -> pd.DataFrame | None:
    """Read `ratings.csv`, a row a reading of an image by a rater; None where there is none.

    Args:
        root: The cohort's directory.
        known: Ids of its images.

    Raises:
        CohortError: A column is missing, or a row names no image of the cohort, repeats a
            reading, or holds no grade.
    """
    path = root / RATINGS_FILE
    if not path.exists():
        return None
    sheet = read_sheet(path)
    if missing := [column for column in RATING_COLUMNS if column not in sheet.columns]:
        raise CohortError(path, f"there is no column {', '.join(missing)}", "Add it")
    frame = pd.DataFrame(list(sheet.rows), columns=list(sheet.columns))
    if strange := [name for name in frame["image_id"].unique() if name not in known]:
        cause = f"it rates images that are not in the cohort: {', '.join(strange[:10])}"
        raise CohortError(path, cause, "Take these rows out, or add the images")
    twice = frame.duplicated(["image_id", "rater_id", "reading"])
    if twice.any():
        rows = ", ".join(str(sheet.numbers[at]) for at in twice.to_numpy().nonzero()[0][:10])
        raise CohortError(path, f"a reading is given twice (row {rows})", "Number the readings")
    try:
        frame["grade"] = pd.array([parse_grade(text) for text in frame["grade"]], dtype="Int64")
    except ValueError as error:
        raise CohortError(path, str(error), "Correct it, or leave the cell empty") from error
    extra = [column for column in frame.columns if column not in RATING_COLUMNS]
    return frame[[*RATING_COLUMNS, *extra]]
