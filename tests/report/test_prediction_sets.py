from __future__ import annotations

import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.core.files import to_json
from sgus.report.calibration_rows import calibration_rows
from sgus.report.prediction_sets import conformal, set_text
from tests.report.explore_cases import cohort_of, evidence_of


def sets_of(table, *, alpha=0.1):
    evidence = evidence_of(table, images=cohort_of(table))
    return evidence, conformal(evidence, calibration_rows(evidence), alpha=alpha)


def test_figures_count_the_sets(make):
    table = make(n_images=300, n_patients=120, n_folds=5)
    evidence, found = sets_of(table)
    to_json(found)
    truth = evidence.sample.grade
    for score in ("ordinal", "least_ambiguous"):
        said = found["sets"][score]
        assert said["image_id"] == evidence.rows["image_id"].tolist()
        figures = {
            (f["figure"], f["by"], f["group"]): f for f in found["figures"] if f["score"] == score
        }
        holds = np.array(said["holds"])
        assert figures["coverage", None, None]["value"] == pytest.approx(holds.mean())
        for grade in range(4):
            one = figures["coverage", "grade", str(grade)]
            assert one["value"] == pytest.approx(holds[truth == grade].mean())
            assert one["n_images"] == (truth == grade).sum()
            assert one["grade"] == grade
        single = np.array([len(text) == 1 for text in said["set"]])
        assert figures["single_grade_share", None, None]["value"] == pytest.approx(single.mean())
        by_patient = [
            holds[evidence.draws.patient == k].mean() for k in range(evidence.draws.n_patients)
        ]
        promised = figures["coverage_of_patients", None, None]
        assert promised["value"] == pytest.approx(np.mean(by_patient))
        assert promised["high"] > 0.88
        counts = [row for row in found["counts"] if row["score"] == score]
        assert sum(row["n_images"] for row in counts) == 300
        assert sum(row["holds"] for row in counts) == holds.sum()
    assert not any("," in text or text == "none" for text in found["sets"]["ordinal"]["set"])
    assert {f["group"] for f in found["figures"] if f["by"] == "device"} == {"one", "two"}
    assert "cross-conformal" in found["method"]


def test_a_smaller_alpha_gives_larger_sets(make):
    table = make(n_images=300, n_patients=120, n_folds=5)

    def size(alpha):
        figures = sets_of(table, alpha=alpha)[1]["figures"]
        return next(f["value"] for f in figures if f["figure"] == "mean_set_size")

    assert size(0.05) > size(0.1) > size(0.3) >= 1.0


def test_grades_of_the_judged_fold_do_not_move_its_sets(make):
    table = make(n_images=300, n_patients=120, n_folds=3)
    other = table.assign(grade=np.where(table["fold"] == "2", 3 - table["grade"], table["grade"]))
    (evidence, a), (_, b) = sets_of(table), sets_of(other)
    same = np.array(a["sets"]["ordinal"]["set"]) == np.array(b["sets"]["ordinal"]["set"])
    mine = (evidence.rows["fold"] == "2").to_numpy()
    assert same[mine].all()
    assert not same[~mine].all()


def test_too_few_patients_have_a_reason(make):
    table = make(n_images=60, n_patients=16, n_folds=2)
    _, found = sets_of(table, alpha=0.1)
    assert found["reason"].startswith("too few patients to calibrate on for alpha 0.1: 8 for fold")
    assert found["figures"] == found["thresholds"] == []
    assert sets_of(table, alpha=0.2)[1]["reason"] is None
    assert "no validation part" in sets_of(make())[1]["reason"]


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_an_alpha_that_is_no_share_is_refused(make, alpha):
    with pytest.raises(ConfigError, match="it is not between 0 and 1"):
        sets_of(make(n_folds=2), alpha=alpha)


def test_sets_in_words():
    texts = {(1, 0, 0, 0): "0", (1, 1, 0, 0): "0-1", (0, 1, 1, 1): "1-3", (1, 0, 0, 1): "0, 3"}
    texts[0, 0, 0, 0] = "none"
    for members, text in texts.items():
        assert set_text(np.array(members, dtype=bool)) == text
