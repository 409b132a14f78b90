from __future__ import annotations

import numpy as np

from sgus.review.boundary import boundary
from sgus.ui.confusions.label_words import (
    difference_rows,
    figure_at,
    learnt_words,
    over_words,
    part_rows,
    relabelled_rows,
    table_html,
    version_lines,
    version_rows,
)

MOVED = [[5, 3, 1, 0], [2, 7, 4, 0], [0, 1, 6, 0], [0, 0, 0, 9]]


def figure(**more) -> dict:
    return {
        "figure": "accuracy", "scope": "stage1", "value": 0.02, "low": -0.01, "high": 0.05,
        "n_images": 38, "n_patients": 9, "few": True, "reason": None, "run": "a",
        "interval": {"method": "patient bootstrap, percentile"}, **more,
    }  # fmt: skip


EFFECT = {
    "runs": ["a", "b"], "unit": "patient", "images": {"n_images": 38},
    "versions": [
        {"name": "reference", "title": "reference labels", "n_differ": 0, "moved": [],
         "figures": [figure(value=0.8), figure(value=0.7, run="b")], "relabelled": [],
         "differences": [figure(first="a", second="b")]},
        {"name": "adjudicated", "title": "adjudicated labels, today", "n_differ": 11,
         "n_patients_differ": 5, "moved": MOVED, "figures": [figure(value=0.9)],
         "differences": [], "relabelled": [figure(first="adjudicated", second="reference")]},
    ],
}  # fmt: skip


def test_what_was_learnt() -> None:
    said = learnt_words({"a": "reference", "b": "soft (readers)"})
    assert said == "a learnt the reference labels; b learnt soft (readers) labels."


def test_labels_over_a_boundary_are_counted_slowly_too() -> None:
    for name in ("0/1", "1/2", "2/3"):
        at = boundary(name)
        up = sum(MOVED[a][b] for a in range(at.upper) for b in range(at.upper, 4))
        down = np.array(MOVED)[at.upper :, : at.upper].sum()
        assert over_words(MOVED, at) == f"{up} up, {down} down"
    assert over_words(MOVED, boundary("0/1")) == "4 up, 2 down"


def test_the_figure_of_a_boundary_is_that_of_its_stage() -> None:
    assert figure_at(boundary("0/1")) == {"scope": "stage2a", "figure": "balanced_accuracy"}
    assert figure_at(boundary("1/2")) == {"scope": "stage1", "figure": "accuracy"}


def test_rows() -> None:
    (row,) = version_rows(EFFECT, boundary("1/2"))
    assert row["labels"] == "Adjudicated labels, today"
    assert row["other than the reference"] == "11 of 38 images, 5 patients"
    assert row["over 1/2"] == "5 up, 1 down"
    assert "0 to 1: 3 images" in row["which became which"]
    lines = version_lines(EFFECT, {"scope": "stage1", "figure": "accuracy"})
    assert [line.name for line in lines] == [
        "by the reference", "a", "b", "by adjudication", "a",
    ]  # fmt: skip
    assert lines[1].colour != lines[2].colour
    rows, few = difference_rows(EFFECT)
    assert (rows[0]["judged by"], few) == ("Reference labels", [True])
    rows, _ = relabelled_rows(EFFECT)
    assert rows[0]["less the reference"] == "Adjudicated labels, today"
    assert "points" in rows[0]["difference"]
    assert rows[0]["made from"] == "38 images of 9 patients"


def test_parts() -> None:
    said = {"n_differ": 2, "n_images": 30, "n_patients_differ": 1, "n_fallback": 4}
    rows = part_rows(
        [said | {"fold": "1", "part": "train"}, said | {"fold": None, "part": "test"}], "patient"
    )
    assert [row["part"] for row in rows] == ["train, fold 1", "test, all folds"]
    assert rows[0]["other label than the reference"] == "2 of 30 images"
    assert (rows[0]["of"], rows[0]["without a label of the source"]) == ("1 patient", "4")


def test_table__escapes_and_names_its_columns() -> None:
    shown = table_html([{"labels": "a <b>", "which became which": "0 to 1: 3 images"}])
    assert "<th>Labels</th><th>Which became which</th>" in shown
    assert "<td>a &lt;b&gt;</td><td>0 to 1: 3 images</td>" in shown
