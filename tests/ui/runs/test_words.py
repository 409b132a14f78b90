from __future__ import annotations

import numpy as np
import pytest

from sgus.ui.runs.words import SYNTHETIC, most_frequent_mistake, result_words, with_interval
from sgus.workflows.run_cells import KINDS, CellMatrix

COUNTS = np.array([[41, 7, 0, 0], [9, 17, 1, 0], [1, 13, 13, 4], [0, 0, 7, 7]])


def grades(counts=COUNTS, n_patients: int = 15) -> CellMatrix:
    n = int(counts.sum())
    return CellMatrix(KINDS["four_grades"], counts, np.zeros(n), np.zeros(n), n_patients)


def figure(name: str, value: float | None, low=None, high=None, **more: object) -> dict:
    row = {
        "figure": name, "scope": "four_grades", "where": "test", "subset": None, "grade": None,
        "value": value, "low": low, "high": high, "n_images": 120, "n_patients": 15,
        "reason": None,
    }  # fmt: skip
    return row | more


REPORT = {
    "figures": [
        figure("accuracy", 0.65, 0.558, 0.75),
        figure("quadratic_kappa", 0.8217, 0.651, 0.886),
        figure("accuracy", 0.875, 0.7726, 0.956, scope="stage1"),
        *(figure("support", 9, grade=g, n_patients=n) for g, n in enumerate((12, 10, 9, 4))),
    ],
    "ceiling": {
        "figures": [
            {"scope": "four_grades", "figure": "accuracy", "label": "median", "value": 0.88}
        ]
    },
}


def said(report=REPORT, matrix=None, where="test", **facts: object):
    known = {"patient_unit": "patient", "scheme": "holdout", "folds": ["holdout"], **facts}
    return result_words(report, matrix or grades(), where=where, facts=known, run="mine")


def test_result__the_main_sentence() -> None:
    assert said().found[0].replace("\u00a0", " ") == (
        "On 120 test images of 15 patients it never trained on, the model gave the readers’ grade "
        "in 65 % (95 % interval 56 to 75 %)."
    )
    assert "Of its 42 mistakes, 41 were by one grade and 1 by two or more." in said().found
    assert any("88\u00a0% (95\u00a0% interval 77 to 96\u00a0%)" in line for line in said().found)


def test_result__folds_groups_and_validation_are_said() -> None:
    assert "one of 5 models that had not seen the patient" in said(folds=list("abcde")).found[0]
    assert "of 15 groups it" in said(patient_unit="grouping key").found[0]
    report = {"figures": [figure("accuracy", 0.7, 0.6, 0.8, where="validation")]}
    assert "which flatter it" in said(report, where="validation").found[0]


def test_result__without_a_report_counts_only() -> None:
    words = said(None)
    assert "the readers’ grade in 78 of 120." in words.found[0]
    assert words.sure == ()
    assert "python -m sgus evaluate runs/mine" in words.next[0]


def test_result__how_sure() -> None:
    sure = " ".join(said().sure).replace("\u00a0", " ")
    assert "0.82 (95 % interval 0.65 to 0.89)" in sure
    assert "19 percentage points, because the images are of 15 patients only" in sure
    assert "Fewer than 10 patients have grade 2 (9) and grade 3 (4)" in sure
    assert SYNTHETIC not in sure
    assert SYNTHETIC in said(synthetic=True).sure


def test_result__an_interval_that_is_missing_is_said() -> None:
    report = {"figures": [figure("accuracy", 0.5, reason="no interval: only 3 patients")]}
    words = said(report)
    assert "in 50\u00a0% (no interval: only 3 patients)." in words.found[0]
    assert any("How far chance reaches is not known" in line for line in words.sure)


def test_result__what_next() -> None:
    words = " ".join(said().next)
    assert "readers said 2, the model 1 (13 images)" in words
    assert "Train again on a k-fold split" in words
    assert "more than about 88\u00a0% (the ceiling below): there is something left" in words
    assert "k-fold" not in " ".join(said(scheme="kfold").next)
    assert "k-fold" not in " ".join(said(matrix=grades(n_patients=60)).next)
    near = REPORT | {"ceiling": {"figures": [REPORT["ceiling"]["figures"][0] | {"value": 0.7}]}}
    assert "may have reached what these readings allow" in " ".join(said(near).next)
    assert "ceiling" not in " ".join(said(REPORT | {"ceiling": None}).next)


def test_mistake__the_largest_cell_that_is_wrong() -> None:
    assert most_frequent_mistake(grades()) == (2, 1)
    assert most_frequent_mistake(grades(np.diag([3, 1, 0, 2]))) is None
    assert said(matrix=grades(np.diag([3, 1, 0, 2]))).found[1] == "It was never wrong."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (figure("accuracy", 1.0, 0.999, 1.0), "100 % (95 % interval >99 to 100 %)"),
        (figure("accuracy", 0.5), "50 % (no interval)"),
    ],
)
def test_interval__words(row: dict, words: str) -> None:
    assert with_interval(row).replace("\u00a0", " ") == words
