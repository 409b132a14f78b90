"""The cohorts of this installation, summed up from their tables alone: cheap, without pandas."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sgus.core.errors import CohortError
from sgus.core.files import read_json
from sgus.core.grades import GRADES

_DATA: Final = Path(__file__).resolve().parents[2] / "data"
_AGAIN: Final = "Import the cohort again, or restore the file"

Row = Mapping[str, str]


@dataclass(frozen=True)
class CohortFacts:
    """What a cohort holds.

    Attributes:
        root: Its directory.
        name: Its name.
        synthetic: Its images are simulated.
        n_images: Rows of its table.
        n_excluded: Of these, left out of training and tests.
        n_patients: Different patients, or groups.
        patient_unit: What these are: `patient`, `grouping key`.
        n_readers: People whose readings are in ratings.csv; 0 without that file.
        n_readings: Rows of that file.
        grades: Images by gland and grade, `None` for those without a grade.
        splits: Names of its splits.
    """

    root: Path
    name: str
    synthetic: bool
    n_images: int
    n_excluded: int
    n_patients: int
    patient_unit: str
    n_readers: int
    n_readings: int
    grades: Mapping[str, Mapping[int | None, int]]
    splits: tuple[str, ...]

    @property
    def next_step(self) -> str:
        """The command that comes next."""
        if self.splits:
            return f"python -m sgus train data/{self.root.name} --split {self.splits[0]}"
        return f"python -m sgus split data/{self.root.name} --scheme kfold"


def data_folder() -> Path:
    """Folder of the cohorts: `SGUS_DATA`, else `data/` of this installation."""
    return Path(os.environ.get("SGUS_DATA") or _DATA)


def list_cohorts(folder: Path) -> tuple[list[CohortFacts], list[str]]:
    """Sum up every cohort below a folder.

    Returns:
        Those that can be read, by directory, and a sentence for each that cannot.
    """
    found, problems = [], []
    for description in sorted(folder.glob("*/cohort.json")):
        try:
            found.append(cohort_facts(description.parent))
        except CohortError as error:
            problems.append(f"{description.parent.name}: {error.cause}. {error.next_step}.")
    return found, problems


def cohort_facts(root: Path) -> CohortFacts:
    """Sum up one cohort; the whole check is `python -m sgus check`.

    Raises:
        CohortError: Its description or its table cannot be read.
    """
    info = read_json(root / "cohort.json", CohortError, next_step=_AGAIN)
    if not isinstance(info, dict):
        raise CohortError(root / "cohort.json", "the file holds no JSON object", _AGAIN)
    rows = list(read_rows(root / "images.csv"))
    readings = list(read_rows(root / "ratings.csv")) if (root / "ratings.csv").is_file() else []
    grades: dict[str, Counter[int | None]] = {}
    for row in rows:
        grades.setdefault(row.get("gland") or "not stated", Counter())[_grade(row)] += 1
    return CohortFacts(
        root=root,
        name=str(info.get("name") or root.name),
        synthetic=info.get("synthetic") is True,
        n_images=len(rows),
        n_excluded=sum(is_excluded(row) for row in rows),
        n_patients=len({row.get("patient_id") for row in rows} - {"", None}),
        patient_unit=str(info.get("patient_unit") or "patient"),
        n_readers=len({row.get("rater_id") for row in readings}),
        n_readings=len(readings),
        grades=grades,
        splits=tuple(sorted(path.stem for path in (root / "splits").glob("*.json"))),
    )


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a table of a cohort, as text.

    Raises:
        CohortError: It is missing or not a table in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)
    except OSError as error:
        raise CohortError(path, f"{path.name} cannot be opened", _AGAIN) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise CohortError(path, f"{path.name} is not a table ({error})", _AGAIN) from error


def is_excluded(row: Row) -> bool:
    """Whether a row is kept out of training and tests."""
    return (row.get("excluded") or "").strip().lower() in ("true", "1", "yes")


def _grade(row: Row) -> int | None:
    text = (row.get("grade") or "").strip()
    return int(text) if text in map(str, GRADES) else None
