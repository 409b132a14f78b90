from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.cohort.info import CohortInfo
from sgus.cohort.manifest import Cohort, assemble
from sgus.core.errors import CohortError
from sgus.phantom.protocols import make_plan
from sgus.phantom.readers import draw_readers, mean_reader_probabilities
from sgus.workflows.phantom_ceiling import ceiling_text, cohort_ceiling


def cohort_of(severity: np.ndarray, reader: np.ndarray, median: np.ndarray | None = None) -> Cohort:
    n = len(severity)
    images = pd.DataFrame(
        {
            "image_id": [f"i{at}" for at in range(n)],
            "patient_id": [f"p{at // 4}" for at in range(n)],
            "excluded": False,
            "severity": [f"{s:.4f}" for s in severity],
            "true_grade": [str(int(s)) for s in severity],
            "reader_grade": [str(g) for g in reader],
            "median_grade": "" if median is None else [str(g) for g in median],
        }
    )
    info = CohortInfo(name="made up", synthetic=True)
    return assemble(Path("nowhere"), info, images=images, ratings=None)


def value(ceiling: dict, label: str, predictor: str, scope: str, figure: str):
    (found,) = (
        f
        for f in ceiling["figures"]
        if (f["label"], f["predictor"], f["scope"], f["figure"])
        == (label, predictor, scope, figure)
    )
    return found


def test_the_truth__counted_by_hand() -> None:
    severity = np.array([0.5, 0.6, 1.5, 1.6, 2.5, 3.5, 1.2, 0.1])
    reader = np.array([0, 1, 1, 2, 1, 3, 0, 0])
    ceiling = cohort_ceiling(cohort_of(severity, reader), n_resamples=40)

    def reached(scope: str, figure: str) -> float:
        return value(ceiling, "one_reader", "truth", scope, figure)["value"]

    assert reached("four_grades", "accuracy") == pytest.approx(4 / 8)
    assert reached("stage1", "accuracy") == pytest.approx(6 / 8)
    # Labels 0 or 1: images 0, 1, 2, 4, 6, 7; the one of true grade 2 is nearer to 1.
    assert reached("stage2a", "accuracy") == pytest.approx(4 / 6)
    assert reached("stage2a", "balanced_accuracy") == pytest.approx((2 / 3 + 2 / 3) / 2)
    # Labels 2 or 3: image 3, which is truly 1 and so nearer to 2, and image 5.
    assert reached("stage2b", "accuracy") == pytest.approx(1)
    found = value(ceiling, "one_reader", "truth", "stage2a", "accuracy")
    assert (found["n_images"], found["n_patients"]) == (6, 2)
    assert "fewer than 5" in found["reason"]


def test_against_the_truth__everything_is_reached_and_there_is_nothing_to_resample() -> None:
    severity = np.linspace(0.05, 3.95, 40)
    ceiling = cohort_ceiling(cohort_of(severity, severity.astype(int)), n_resamples=40)
    figures = [f for f in ceiling["figures"] if f["label"] == "truth"]
    assert len(figures) == 18
    assert {f["value"] for f in figures} == {1.0}
    assert {f["low"] for f in figures} == {None}
    assert set(ceiling["labels"]) == {"one_reader", "truth"}


def test_the_severity__is_the_best_predictor_of_many_readers() -> None:
    """On many images read by many readers nobody does better than Bayes, by its own figures."""
    rng = np.random.default_rng(0)
    severity = rng.uniform(0.02, 3.98, 24_000)
    readers = draw_readers(1, 400)
    label = np.concatenate(
        [
            reader.read(part, rng)
            for reader, part in zip(readers, np.split(severity, len(readers)), strict=True)
        ]
    )
    ceiling = cohort_ceiling(cohort_of(severity, label), n_resamples=40)
    for scope in ("four_grades", "stage1", "stage2a", "stage2b"):
        for figure in ("accuracy", "balanced_accuracy"):
            best = value(ceiling, "one_reader", "severity", scope, figure)["value"]
            truth = value(ceiling, "one_reader", "truth", scope, figure)["value"]
            assert best > truth - 0.005, (scope, figure)
    best = value(ceiling, "one_reader", "severity", "four_grades", "accuracy")["value"]
    expected = mean_reader_probabilities(severity).max(axis=1).mean()
    assert best == pytest.approx(expected, abs=0.012)


def test_intervals__hold_the_value_and_repeat() -> None:
    rng = np.random.default_rng(3)
    severity = rng.uniform(0.02, 3.98, 400)
    cohort = cohort_of(severity, draw_readers(0, 1)[0].read(severity, rng))
    ceiling = cohort_ceiling(cohort, n_resamples=200)
    found = value(ceiling, "one_reader", "severity", "four_grades", "quadratic_kappa")
    assert found["low"] < found["value"] < found["high"]
    assert found["interval"]["n_resamples"] == 200
    assert found["n_patients"] == 100
    assert cohort_ceiling(cohort, n_resamples=200) == ceiling


def test_the_published_structure__reaches_what_the_prototype_reached() -> None:
    """Against one reader the truth reached .888 in stage 1 and .75 in 0 v 1."""
    stage1, zero_one = [], []
    for seed in range(6):
        plan = make_plan("published", patients=None, seed=seed)
        severity = np.array([i.request.severity for i in plan.images])
        ceiling = cohort_ceiling(cohort_of(severity, np.array(plan.grades)), n_resamples=40)
        for found, scope in ((stage1, "stage1"), (zero_one, "stage2a")):
            found.append(value(ceiling, "one_reader", "truth", scope, "accuracy")["value"])
    assert np.mean(stage1) == pytest.approx(0.888, abs=0.02)
    assert np.mean(zero_one) == pytest.approx(0.75, abs=0.035)


def test_ceiling_text__has_a_row_for_each_label_and_predictor() -> None:
    severity = np.linspace(0.05, 3.95, 40)
    grades = severity.astype(int)
    text = ceiling_text(cohort_ceiling(cohort_of(severity, grades, grades), n_resamples=40))
    assert [line.split()[0] for line in text.splitlines()] == [
        "against", "one", "one", "median", "median", "truth", "truth",
    ]  # fmt: skip


def test_a_real_cohort__has_no_ceiling() -> None:
    images = pd.DataFrame({"image_id": ["a"], "patient_id": ["p"], "excluded": [False]})
    cohort = assemble(Path("clinic"), CohortInfo(name="clinic"), images=images, ratings=None)
    with pytest.raises(CohortError, match="clinic: it holds no phantoms with a known severity"):
        cohort_ceiling(cohort)


def test_a_severity_that_was_cut() -> None:
    cohort = cohort_of(np.array([1.0, 2.0]), np.array([1, 2]))
    cohort.images.loc[1, "severity"] = ""
    with pytest.raises(CohortError, match="image i1: its severity is not a number"):
        cohort_ceiling(cohort)
