"""All results as one table and as CSV, the columns those of `predict`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sgus.core.cells import spreadsheet_safe
from sgus.core.grades import GRADES, STAGE_NAMES
from sgus.ui.results import Outcome

COLUMNS: Final = (
    "image",
    "sha256",
    "kind",
    "grade",
    *(f"p{grade}" for grade in GRADES),
    *STAGE_NAMES,
    "region",
    "region_by",
    "model",
    "error",
)


def table_rows(results: Iterable[tuple[str, Outcome]]) -> list[dict[str, Any]]:
    """One row a file, in the order of the upload.

    Args:
        results: File name and outcome of each. The name is in the table because the person who
            uploaded the file needs it; nothing else keeps it.
    """
    return [_row(name, outcome) for name, outcome in results]


def _row(name: str, outcome: Outcome) -> dict[str, Any]:
    p: Sequence[float | None] = outcome.p or [None] * len(GRADES)
    by = "hand" if outcome.by_hand else "found"
    return {
        "image": name,
        "sha256": outcome.sha256,
        "kind": outcome.kind or None,
        "grade": outcome.grade,
        **{f"p{grade}": _rounded(p[grade]) for grade in GRADES},
        **{stage: _rounded(outcome.stages.get(stage)) for stage in STAGE_NAMES},
        "region": outcome.region.text() if outcome.region else None,
        "region_by": by if outcome.region else None,
        "model": outcome.model,
        "error": outcome.error,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def csv_bytes(rows: Sequence[dict[str, Any]]) -> bytes:
    """CSV of the rows, UTF-8 with a byte-order mark for spreadsheets.

    A name that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "image": spreadsheet_safe(str(row["image"]))})
    return stream.getvalue().encode("utf-8-sig")
