"""Versions of test labels: against scikit-learn, and a slow paired bootstrap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, cohen_kappa_score

from sgus.core.errors import ConfigError, RunError
from sgus.core.grades import most_probable_grade, stages_from_grades
from sgus.core.rng import generator
from sgus.report.label_lines import effect_lines
from sgus.report.label_versions import LabelVersion, compare_label_versions, moved_words
from sgus.stats.bootstrap import patient_weights


def table(seed: int, *, n_patients: int = 24) -> pd.DataFrame:
    """Three test images a patient; the grades are those of seed 0 in every table."""
    n = 3 * n_patients
    grade = np.random.default_rng(0).integers(0, 4, n)
    rng = np.random.default_rng(seed)
    logits = -np.abs(np.arange(4) - grade[:, None]) * 1.2 + rng.normal(0, 1.2, (n, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    stages = stages_from_grades(p)
    return pd.DataFrame(
        {
            "image_id": [f"i{at:03d}" for at in range(n)], "split": "test", "fold": "1",
            "patient_id": [f"P{at // 3:02d}" for at in range(n)], "grade": grade,
            "predicted": most_probable_grade(p), **{f"p{k}": p[:, k] for k in range(4)},
            "p_stage1": stages[:, 0], "p_stage2a": stages[:, 1], "p_stage2b": stages[:, 2],
        }
    )  # fmt: skip


TABLES = {"a": table(1), "b": table(2)}
MOVED = {f"i{at:03d}": (int(grade) + 1) % 4 for at, grade in enumerate(TABLES["a"]["grade"][:20])}
OTHER = LabelVersion("other", "other labels", MOVED)


def of(effect, version: str, what: str, figure: str, scope: str) -> list[dict]:
    one = next(v for v in effect["versions"] if v["name"] == version)
    return [f for f in one[what] if (f["figure"], f["scope"]) == (figure, scope)]


@pytest.fixture(scope="module")
def effect():
    return compare_label_versions(TABLES, [OTHER], n_resamples=200, seed=3)


def truth(version: str) -> np.ndarray:
    rows = TABLES["a"]
    if version == "reference":
        return rows["grade"].to_numpy()
    return np.array([MOVED.get(i, g) for i, g in zip(rows["image_id"], rows["grade"], strict=True)])


@pytest.mark.parametrize("version", ["reference", "other"])
def test_figures_are_those_of_scikit_learn(effect, version: str) -> None:
    grade = truth(version)
    for at, (run, rows) in enumerate(TABLES.items()):
        said = rows["predicted"].to_numpy()
        kappa = of(effect, version, "figures", "quadratic_kappa", "four_grades")[at]
        assert kappa["run"] == run
        assert kappa["value"] == pytest.approx(cohen_kappa_score(grade, said, weights="quadratic"))
        accuracy = of(effect, version, "figures", "accuracy", "four_grades")[at]
        assert accuracy["value"] == pytest.approx(accuracy_score(grade, said))
        low = grade <= 1
        balanced = of(effect, version, "figures", "balanced_accuracy", "stage2a")[at]
        side = (rows["p_stage2a"] >= 0.5).to_numpy()[low]
        assert balanced["value"] == pytest.approx(balanced_accuracy_score(grade[low] == 1, side))
        assert balanced["n_images"] == low.sum()


def test_intervals_are_of_paired_resamples_of_patients(effect) -> None:
    patients = TABLES["a"]["patient_id"].to_numpy()
    rng = generator(3, "patient bootstrap", "test")
    weights = patient_weights(patients, n_resamples=200, rng=rng)

    def resampled(run: str, version: str) -> np.ndarray:
        hit = TABLES[run]["predicted"].to_numpy() == truth(version)
        return (weights * hit).sum(axis=1) / weights.sum(axis=1)

    between = of(effect, "other", "differences", "accuracy", "four_grades")[0]
    slow = np.percentile(resampled("a", "other") - resampled("b", "other"), [2.5, 97.5])
    assert [between["low"], between["high"]] == pytest.approx(slow, abs=0.01)
    alone = of(effect, "other", "relabelled", "accuracy", "four_grades")[1]
    slow = np.percentile(resampled("b", "other") - resampled("b", "reference"), [2.5, 97.5])
    assert alone["run"] == "b"
    assert [alone["low"], alone["high"]] == pytest.approx(slow, abs=0.01)
    assert alone["value"] == pytest.approx(
        np.mean(TABLES["b"]["predicted"] == truth("other"))
        - np.mean(TABLES["b"]["predicted"] == truth("reference"))
    )


def test_what_changed_is_counted(effect) -> None:
    reference, other = effect["versions"]
    assert (reference["n_differ"], reference["relabelled"]) == (0, [])
    assert (other["n_differ"], other["n_patients_differ"]) == (20, 7)
    assert np.sum(other["moved"]) == 72
    assert np.trace(other["moved"]) == 52
    assert moved_words([[1, 2, 0, 0], [0, 5, 0, 0], [0, 1, 0, 0], [0] * 4]) == (
        "0 to 1: 2 images; 2 to 1: 1 image"
    )


def test_shared_images_alone_and_another_reference_is_counted() -> None:
    fewer = TABLES["b"].iloc[6:].copy()
    fewer.loc[fewer.index[0], "grade"] = (fewer["grade"].iloc[0] + 1) % 4
    found = compare_label_versions({"a": TABLES["a"], "b": fewer}, [], n_resamples=50)
    assert found["images"] == {
        "n_images": 66, "n_patients": 22, "left_out": {"a": 6, "b": 0},
        "reference_differs": {"a": 0, "b": 1},
    }  # fmt: skip


def test_few_patients_have_no_interval_and_nothing_shared_is_refused() -> None:
    few = table(1, n_patients=3)
    found = compare_label_versions({"a": few}, [OTHER], n_resamples=50)
    accuracy = of(found, "other", "relabelled", "accuracy", "four_grades")[0]
    assert (accuracy["low"], accuracy["high"]) == (None, None)
    assert "only 3 patients, fewer than 5" in accuracy["reason"]
    apart = few.assign(image_id=few["image_id"] + "x")
    with pytest.raises(RunError, match="share no test image"):
        compare_label_versions({"a": few, "b": apart}, [], n_resamples=50)
    with pytest.raises(RunError, match="run a: it has no test rows"):
        compare_label_versions({"a": few.assign(split="train")}, [], n_resamples=50)
    with pytest.raises(ConfigError):
        compare_label_versions({"a": few}, [], n_resamples=5)


def test_the_lines_hold_every_figure_with_its_n(effect) -> None:
    whole = effect | {
        "unit": "patient", "synthetic": True, "warnings": ["mind"], "notes": ["none"],
        "learnt": {"a": "reference", "b": "soft (readers)"}, "caution": "careful",
    }  # fmt: skip
    lines = effect_lines(whole)
    assert lines[0] == "72 test images of 24 patients (SYNTHETIC PHANTOM), tested by every run."
    assert "  b learnt soft (readers) labels" in lines
    assert "WARNING: mind" in lines
    assert sum(line.endswith("72 images of 24 patients") for line in lines) == 3 * (2 * (2 + 1) + 2)
    assert any("20 of 72 test images (7 patients) differ" in line for line in lines)
