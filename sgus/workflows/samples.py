"""Images of a simulated cohort to try the program on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sgus.core.errors import CohortError
from sgus.core.grades import GRADES
from sgus.workflows.cohorts import CohortFacts, Row, is_excluded, read_rows


@dataclass(frozen=True)
class SampleImage:
    """An image of a cohort, whole in memory.

    Attributes:
        name: File name.
        data: Bytes of the file.
        note: What the cohort knows of it: its grade, and the truth where it was simulated.
    """

    name: str
    data: bytes
    note: str


def demo_cohort(cohorts: Sequence[CohortFacts]) -> CohortFacts | None:
    """The simulated cohort to try images of: the one in `demo`, else the first; None of none.

    Images of people are never offered like this.
    """
    simulated = [facts for facts in cohorts if facts.synthetic]
    return next((facts for facts in simulated if facts.root.name == "demo"), (*simulated, None)[0])


def sample_image(root: Path, number: int) -> SampleImage:
    """One image of a cohort; numbers that follow each other go through the grades.

    Args:
        root: The cohort.
        number: Any, counted round.

    Raises:
        CohortError: It has no graded image, or the image's file cannot be read.
    """
    rows = _mixed([row for row in read_rows(root / "images.csv") if not is_excluded(row)])
    if not rows:
        raise CohortError(root, "it has no graded image", "Make it again")
    row = rows[number % len(rows)]
    path = (root / row["path"]).resolve()
    if not path.is_relative_to(root.resolve()):
        raise CohortError(path, "it lies outside its cohort", "Correct images.csv")
    try:
        return SampleImage(path.name, path.read_bytes(), _note(row))
    except OSError as error:
        raise CohortError(path, "the image cannot be read", "Make the cohort again") from error


def _mixed(rows: Sequence[Row]) -> list[Row]:
    """One of each grade, then another of each; within a grade patient by patient."""
    by_grade = [[row for row in rows if row.get("grade") == str(grade)] for grade in GRADES]
    longest = max(map(len, by_grade))
    return [same[at] for at in range(longest) for same in by_grade if at < len(same)]


def _note(row: Row) -> str:
    text = f"Grade of this image in the cohort: {row['grade']}"
    if row.get("severity") and row.get("true_grade"):
        text += f"; simulated with severity {row['severity']} (true grade {row['true_grade']})"
    return f"{text}."
