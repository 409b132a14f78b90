"""A model as one more reader: its grades of the images that people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np

from sgus.cohort.rating_cells import listed, quoted, whole_number
from sgus.cohort.sheet import Sheet, parse_sheet, read_sheet
from sgus.cohort.source import image_name
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes, sha256_file
from sgus.stats.agreement.panel import MISSING, CodeArray, Panel
from sgus.workflows.observers import Observed

TESTED: Final = "test"
_AGAIN: Final = "Give predictions.csv of a run, or what predict --csv wrote"
_MODEL: Final = "model"


@dataclass(frozen=True, eq=False)
class ModelReadings:
    """What a model says of the images of a panel.

    Attributes:
        name: Of the model, different from every reader's.
        codes: `(n_items,)`, place on the scale, or `MISSING`.
        n_matched: Images with a grade by the model.
        n_without: Images of the panel without one, those it learnt from included.
        n_other: Rows of images that are not in the panel.
        n_learnt: Images left out because the model learnt from them or chose its epoch on them.
        n_ungraded: Rows without a grade.
        notes: What was left out and what is not known, plain sentences.
        sha256: Of the prediction table.
    """

    name: str
    codes: CodeArray
    n_matched: int
    n_without: int
    n_other: int
    n_learnt: int
    n_ungraded: int
    notes: tuple[str, ...]
    sha256: str


def model_readings(
    source: Path | bytes, observed: Observed, *, name: str = "predictions.csv"
) -> ModelReadings:
    """Find the grades a model gave to the images of a panel.

    Args:
        source: `predictions.csv` of a run (`image_id`, `split`, `predicted`), of which only rows
            of test parts are used, or the table of `predict --csv` or of the grading page
            (`image`, `sha256`, `grade`); a path or its content.
        observed: The readings. Images are matched by id, or by hash where the cohort knows it.
        name: What the content is called; its suffix tells its kind.

    Raises:
        CohortError: It is no such table, matches no image, gives one image two grades, or a grade
            outside the scale.
    """
    if isinstance(source, bytes):
        sheet, sha256 = parse_sheet(source, Path(Path(name).name)), sha256_bytes(source)
    else:
        sheet, sha256, name = read_sheet(source), sha256_file(source), source.name
    name = Path(name).name
    panel = observed.panel
    column = _grade_column(sheet, name)
    grades = _Grades(name, sheet, column)
    for row, place in enumerate(_places(sheet, observed)):
        grades.take(row, place, panel)
    return _answer(grades, panel, _model_name(sheet, panel), sha256)


def _grade_column(sheet: Sheet, name: str) -> str:
    """The column of what the model said; `grade` beside `predicted` is the truth."""
    if "predicted" in sheet.columns:
        return "predicted"
    if "grade" in sheet.columns and "p0" in sheet.columns:
        return "grade"
    raise CohortError(name, "this is no table of predictions: it has no column predicted", _AGAIN)


def _places(sheet: Sheet, observed: Observed) -> list[int | None]:
    """Place in the panel of each row's image: by id, by hash, by file name."""
    at = {item: place for place, item in enumerate(observed.panel.items)}
    hashes = observed.item_attributes.get("sha256", ())
    by_hash: Mapping[str, int] = {hash_: place for place, hash_ in enumerate(hashes) if hash_}
    images = _cells(sheet, "image_id", "image")
    return [
        _first(
            at.get(image),
            by_hash.get(sha256),
            at.get(PurePosixPath(image).name),
            at.get(image_name(PurePosixPath(image).name)),
        )
        for image, sha256 in zip(images, _cells(sheet, "sha256"), strict=True)
    ]


def _first(*places: int | None) -> int | None:
    return next((place for place in places if place is not None), None)


def _cells(sheet: Sheet, *names: str) -> list[str]:
    """The first of some columns, or empty cells."""
    found = next((name for name in names if name in sheet.columns), None)
    return [""] * len(sheet.rows) if found is None else sheet.column(found)


class _Grades:
    """Collects a grade an image, and counts what is left out."""

    def __init__(self, name: str, sheet: Sheet, column: str) -> None:
        self.name = name
        self.numbers = sheet.numbers
        self.texts = sheet.column(column)
        self.parts = sheet.column("split") if "split" in sheet.columns else None
        self.codes: dict[int, int] = {}
        self.learnt: set[int] = set()
        self.n_other = 0
        self.n_ungraded = 0

    def take(self, row: int, place: int | None, panel: Panel) -> None:
        if place is None:
            self.n_other += 1
        elif self.parts is not None and self.parts[row] != TESTED:
            self.learnt.add(place)
        elif not self.texts[row]:
            self.n_ungraded += 1
        else:
            self._keep(row, place, panel)

    def _keep(self, row: int, place: int, panel: Panel) -> None:
        grade, number = whole_number(self.texts[row]), self.numbers[row]
        if grade is None or grade not in panel.scale:
            scale = ", ".join(map(str, panel.scale))
            cause = f"row {number}: {quoted(self.texts[row])} is none of the grades {scale}"
            raise CohortError(self.name, cause, "Give predictions on the scale of the readers")
        code = panel.scale.index(grade)
        if self.codes.setdefault(place, code) != code:
            cause = f"row {number}: image {quoted(panel.items[place])} has another grade above"
            raise CohortError(self.name, cause, "Give the predictions of one model")


def _model_name(sheet: Sheet, panel: Panel) -> str:
    said = {cell for cell in _cells(sheet, "model") if cell}
    name = said.pop() if len(said) == 1 else _MODEL
    return name if name not in panel.readers else f"{name} ({_MODEL})"


def _answer(grades: _Grades, panel: Panel, name: str, sha256: str) -> ModelReadings:
    learnt = grades.learnt - grades.codes.keys()
    if not grades.codes:
        cause = "it grades none of the images that were read"
        if learnt:
            cause = f"the model learnt from all of the {len(learnt)} images in it that were read"
        elif grades.n_ungraded:
            cause = "it holds no grade of the images that were read"
        shown = listed(panel.items[:3])
        raise CohortError(grades.name, cause, f"Predict the images of the ratings, such as {shown}")
    codes = np.full(panel.n_items, MISSING, dtype=np.int8)
    codes[list(grades.codes)] = list(grades.codes.values())
    return ModelReadings(
        name=name,
        codes=codes,
        n_matched=len(grades.codes),
        n_without=panel.n_items - len(grades.codes),
        n_other=grades.n_other,
        n_learnt=len(learnt),
        n_ungraded=grades.n_ungraded,
        notes=_notes(grades, panel, learnt),
        sha256=sha256,
    )


def _notes(grades: _Grades, panel: Panel, learnt: set[int]) -> tuple[str, ...]:
    notes = [f"{len(grades.codes)} of {panel.n_items} images that were read have its grade"]
    if learnt:
        notes.append(
            f"{len(learnt)} images were left out: the model learnt from them or chose its epoch "
            "on them"
        )
    if grades.parts is None:
        notes.append(
            "the table does not say which images the model learnt from: on those it looks better "
            "than it is"
        )
    counts = Counter({"rows of other images": grades.n_other, "without a grade": grades.n_ungraded})
    notes += [f"{count} {what} were left out" for what, count in counts.items() if count]
    return tuple(notes)
