"""Predictions as JSON, CSV and text for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from sgus.core.cells import spreadsheet_safe
from sgus.core.files import to_json
from sgus.core.grades import GRADES, STAGE_NAMES
from sgus.core.synthetic import SYNTHETIC_KIND
from sgus.workflows.predict import Prediction

Record = dict[str, Any]
_P: Final = tuple(f"p{grade}" for grade in GRADES)
_LEGEND: Final = """\
grade: the most probable OMERACT grade; p0 to p3: probability of each grade.
stage1: probability of 2/3 against 0/1; stage2a: of 1 against 0, if it is one of the two;
stage2b: of 3 against 2, if it is one of the two. Research use only."""
CSV_COLUMNS: Final = ("image", "sha256", "kind", "grade", *_P, *STAGE_NAMES, "model", "error")


def as_record(prediction: Prediction) -> Record:
    """One entry of the JSON: what is published of a prediction, without its pixels.

    Returns:
        `image, sha256, kind, grade, p, stages, model`, stages as the probability of the higher
        side, kind `image` or `synthetic phantom`; or `image, error`, with `sha256` when the file
        could at least be read.
    """
    graded = prediction.graded
    hashed = {"sha256": prediction.sha256} if prediction.sha256 else {}
    if graded is None:
        return {"image": prediction.image} | hashed | {"error": prediction.error}
    return {
        "image": prediction.image,
        "sha256": prediction.sha256,
        "kind": graded.kind,
        "grade": graded.grade,
        "p": graded.p.tolist(),
        "stages": dict(graded.stages),
        "model": graded.model,
    }


def as_json(records: Sequence[Record]) -> str:
    """The whole JSON document."""
    return to_json({"predictions": list(records)})


def as_csv(records: Sequence[Record]) -> str:
    """A row an image, columns `CSV_COLUMNS`; what an ungraded image lacks is empty.

    A file may be called anything: text that a spreadsheet would run gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_flat(record) for record in records)
    return text.getvalue()


def _flat(record: Record) -> Record:
    flat = {key: value for key, value in record.items() if key not in ("p", "stages")}
    flat.update(zip(_P, record.get("p", ()), strict=False))
    flat.update(record.get("stages", {}))
    return {
        key: spreadsheet_safe(value) if isinstance(value, str) else value
        for key, value in flat.items()
    }


def as_text(records: Sequence[Record]) -> str:
    """A table for people: percentages, and a sentence where there is no grade."""
    width = max(len("image"), *(len(record["image"]) for record in records))
    head = f"{'image':<{width}}  grade" + "".join(f"{name:>9}" for name in (*_P, *STAGE_NAMES))
    return "\n".join([head, *(_line(record, width) for record in records), "", _LEGEND]) + "\n"


def _line(record: Record, width: int) -> str:
    if "error" in record:
        return f"{record['image']:<{width}}  not graded: {record['error']}"
    shares = (*record["p"], *record["stages"].values())
    numbers = "".join(f"{100 * share:>7.1f} %" for share in shares)
    kind = f"  {SYNTHETIC_KIND}" if record["kind"] == SYNTHETIC_KIND else ""
    return f"{record['image']:<{width}}  {record['grade']:>5}{numbers}{kind}"
