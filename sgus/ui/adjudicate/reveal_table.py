"""The table of the reveal, as HTML and as rows; no streamlit here."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sgus.core.grades import GRADES
from sgus.ui.adjudicate.words import plural
from sgus.ui.theme import GRADE_COLOURS, ON_GRADE
from sgus.workflows.cohort_gallery import Tile
from sgus.workflows.cohort_predictions import predictions_of, runs_of
from sgus.workflows.cohort_view import CohortView

if TYPE_CHECKING:
    import pandas as pd

_TEST: Final = "test"
_NOT_GRADED: Final = "none"


def model_grades(view: CohortView, run: str) -> dict[str, int]:
    """What a run says of the images it did not learn from.

    Args:
        view: The cohort.
        run: Name of the run.

    Returns:
        Image id to predicted grade, of test images alone.
    """
    runs = [one for one in runs_of(view.cohort.manifest_hash) if one.name == run]
    found = {}
    for image_id in view.ids.tolist():
        said, _ = predictions_of(image_id, runs)
        tests = [one.grade for one in said if one.part == _TEST]
        if tests:
            found[image_id] = tests[0]
    return found


def summary_words(rows: pd.DataFrame, *, unit: str) -> str:
    """How often the decision is not that of the reference, the readers, the model.

    Counts alone: the images of a queue are no sample of anything.

    Args:
        rows: From `reveal`.
        unit: What a patient is called in this cohort.
    """
    n, patients = len(rows), rows["patient_id"].replace("", None).nunique()
    said = [f"You decided {plural(n, 'image')} of {plural(patients, unit)}."]
    others = (("reference", "the reference grade"), ("readers_median", "the readers' median"),
              ("model", "the model"))  # fmt: skip
    for column, words in others:
        both = rows[["decided", column]].dropna()
        if len(both):
            apart = int((both["decided"] != both[column]).sum())
            said.append(f"Different from {words}: {apart} of {len(both)}.")
    said.append("A queue is no sample of the cohort: these counts are no accuracy.")
    return " ".join(said)


def reveal_html(rows: pd.DataFrame, tiles: Mapping[str, Tile], *, consensus: bool) -> str:
    """A row an image: picture, decision, and what each of the others said.

    Args:
        rows: From `reveal`.
        tiles: Thumbnails by image id.
        consensus: There are columns of the two who differed.
    """
    between = ["First", "Second"] if consensus else []
    head = ["", "Image", "You", *between, "Reference", "Readers", "Model", "What changes"]
    cells = "".join(f"<th>{title}</th>" for title in head)
    body = "".join(_row(row, tiles, consensus=consensus) for row in rows.to_dict("records"))
    return f'<table class="sgus-table sgus-reveal"><tr>{cells}</tr>{body}</table>'


def csv_rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as they are taken away; empty cells are None."""
    return [
        {str(name): None if _absent(value) else value for name, value in row.items()}
        for row in rows.to_dict("records")
    ]


def _row(row: Mapping[Any, Any], tiles: Mapping[str, Tile], *, consensus: bool) -> str:
    between = [_dot(row.get("first")), _dot(row.get("second"))] if consensus else []
    cells = [
        _picture(tiles.get(str(row["image_id"]))), html.escape(str(row["image_id"])),
        f"{_dot(row['decided'])}&nbsp;{html.escape(str(row['confidence']))}", *between,
        _dot(row["reference"]), _votes(row), _dot(row["model"]), _change(row),
    ]  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _picture(tile: Tile | None) -> str:
    if tile is None or tile.picture is None:
        return '<span class="sgus-muted">no picture</span>'
    data = base64.b64encode(tile.picture).decode()
    return f'<img src="data:image/webp;base64,{data}" alt="" width="120">'


def _dot(value: object) -> str:
    if _absent(value):
        return f'<span class="sgus-muted">{_NOT_GRADED}</span>'
    grade = int(str(value))
    style = f"background:{GRADE_COLOURS[grade]};color:{ON_GRADE[grade]}"
    return f'<span class="sgus-dot" style="{style}">{grade}</span>'


def _votes(row: Mapping[Any, Any]) -> str:
    counts = [0 if _absent(row[f"votes{grade}"]) else int(row[f"votes{grade}"]) for grade in GRADES]
    if not sum(counts):
        return '<span class="sgus-muted">none</span>'
    return "<br>".join(
        f"{_dot(grade)}&nbsp;&times;&nbsp;{n}" for grade, n in zip(GRADES, counts, strict=True) if n
    )


def _change(row: Mapping[Any, Any]) -> str:
    if _absent(row["changes"]) or _absent(row["decided"]) or _absent(row["reference"]):
        return ""
    if not row["changes"]:
        return "confirms the reference"
    return f"<b>{int(row['reference'])} to {int(row['decided'])}</b>"


def _absent(value: object) -> bool:
    return value is None or str(value) in ("<NA>", "nan", "")
