from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from sgus.workflows.grading import Grader
from sgus.workflows.predict import Prediction, predict
from sgus.workflows.predict_output import CSV_COLUMNS, Record, as_csv, as_json, as_record, as_text
from sgus.workflows.wanted import Wanted

GRADED: Record = {
    "image": "a, b.png",
    "sha256": "ab",
    "kind": "image",
    "grade": 1,
    "p": [0.25, 0.5, 0.125, 0.125],
    "stages": {"stage1": 0.25, "stage2a": 2 / 3, "stage2b": 0.5},
    "model": "m@1",
}
FAILED: Record = {"image": "c.png", "error": "c.png: the file is empty. Export it."}


def test_as_record__is_what_the_contract_says(model_dir: Path, scans: Path) -> None:
    path = scans / "001.png"
    (prediction,) = predict(Grader.load(model_dir), [Wanted("one", path)])
    record = as_record(prediction)
    assert list(record) == ["image", "sha256", "kind", "grade", "p", "stages", "model"]
    assert list(record["stages"]) == ["stage1", "stage2a", "stage2b"]
    high, one, three = record["stages"].values()
    expected = [(1 - high) * (1 - one), (1 - high) * one, high * (1 - three), high * three]
    assert record["p"] == pytest.approx(expected, abs=1e-6)
    assert record["grade"] == record["p"].index(max(record["p"]))


def test_as_record__of_a_failure_has_a_hash_only_when_the_file_was_read() -> None:
    assert as_record(Prediction("c", error="e")) == {"image": "c", "error": "e"}
    assert as_record(Prediction("c", sha256="ab", error="e")) == {
        "image": "c",
        "sha256": "ab",
        "error": "e",
    }


def test_as_json__reads_back() -> None:
    assert json.loads(as_json([GRADED, FAILED])) == {"predictions": [GRADED, FAILED]}


def test_as_csv__reads_back() -> None:
    graded, failed = csv.DictReader(io.StringIO(as_csv([GRADED, FAILED])))
    assert tuple(graded) == CSV_COLUMNS
    assert graded["image"] == "a, b.png"
    assert [float(graded[f"p{grade}"]) for grade in range(4)] == GRADED["p"]
    assert float(graded["stage2a"]) == 2 / 3
    assert (graded["grade"], graded["error"]) == ("1", "")
    assert (failed["image"], failed["grade"], failed["error"]) == ("c.png", "", FAILED["error"])


def test_as_csv__gives_a_spreadsheet_nothing_to_run() -> None:
    named = GRADED | {"image": "=cmd|' /C calc'!A0.png", "model": "@m"}
    failed = {"image": "-1.png", "error": "+1.png: the file is empty. Export it."}
    graded, ungraded = csv.DictReader(io.StringIO(as_csv([named, failed])))
    assert (graded["image"], graded["model"]) == ("'=cmd|' /C calc'!A0.png", "'@m")
    assert (ungraded["image"], ungraded["error"]) == ("'-1.png", f"'{failed['error']}")
    assert (graded["sha256"], float(graded["p0"])) == ("ab", GRADED["p"][0])


def test_as_text__is_a_table_for_people() -> None:
    phantom = GRADED | {"image": "d.png", "kind": "synthetic phantom"}
    table, _, legend = as_text([GRADED, FAILED, phantom]).partition("\n\n")
    assert legend.startswith("grade: the most probable OMERACT grade")
    assert table == (
        "image     grade       p0       p1       p2       p3   stage1  stage2a  stage2b\n"
        "a, b.png      1   25.0 %   50.0 %   12.5 %   12.5 %   25.0 %   66.7 %   50.0 %\n"
        "c.png     not graded: c.png: the file is empty. Export it.\n"
        "d.png         1   25.0 %   50.0 %   12.5 %   12.5 %   25.0 %   66.7 %   50.0 %"
        "  synthetic phantom"
    )
