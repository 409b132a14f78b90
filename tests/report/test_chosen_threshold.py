from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.core.files import to_json
from sgus.core.grades import STAGES
from sgus.report.calibration_rows import calibration_rows
from sgus.report.chosen_threshold import AIMS, chosen_threshold, pick
from sgus.report.stage_curves import StageThresholds
from tests.report.explore_cases import evidence_of


def with_validation(make, n_patients=25):
    known = make(n_images=3 * n_patients, n_patients=n_patients, seed=5)
    known["split"] = "validation"
    for column in ("image_id", "patient_id"):
        known[column] = "V" + known[column]
    return pd.concat([make(), known], ignore_index=True)


def reached(p, higher, threshold, aim):
    called = p >= threshold
    return called[higher].mean() if aim == "sensitivity" else (~called)[~higher].mean()


@given(
    scores=st.lists(st.integers(0, 8), min_size=2, max_size=30),
    seed=st.integers(0, 99),
    least=st.sampled_from([0.1, 0.5, 0.8, 0.9, 0.95]),
    aim=st.sampled_from(AIMS),
)
def test_pick__is_the_best_of_all_thresholds(scores, seed, least, aim):
    p = np.array(scores) / 8
    higher = np.random.default_rng(seed).random(len(p)) < 0.5
    higher[:2] = [True, False]
    fine = [t for t in np.unique(p) if reached(p, higher, t, aim) >= least - 1e-9]
    best = (max if aim == "sensitivity" else min)(fine, default=None)
    assert pick(p, higher, aim=aim, least=least) == best


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_chosen__on_validation_and_judged_on_test(make, stage, aim):
    table = with_validation(make, n_patients=40)
    evidence = evidence_of(table)
    found = chosen_threshold(evidence, calibration_rows(evidence), stage, aim=aim, least=0.8)
    to_json(found)
    known = table[(table["split"] == "validation") & table["grade"].isin(stage.grades)]
    higher = known["grade"].isin(stage.higher).to_numpy()
    p = known[f"p_{stage.name}"].to_numpy()
    (lot,) = found["lots"]
    assert lot["threshold"] == pick(p, higher, aim=aim, least=0.8)
    assert lot["reached"] == reached(p, higher, lot["threshold"], aim) >= 0.8
    assert lot["n_images"] == len(known)
    assert found["figures"] == StageThresholds.of(evidence, stage).at(lot["threshold"])
    assert found["source"] == "validation"


def test_chosen__test_rows_do_not_matter(make):
    table = with_validation(make)
    evidence = evidence_of(table)
    other = evidence_of(pd.concat([make(seed=9), table[table["split"] == "validation"]]))
    chosen = [
        chosen_threshold(e, calibration_rows(e), STAGES[0], aim="sensitivity", least=0.9)["lots"]
        for e in (evidence, other)
    ]
    assert chosen[0] == chosen[1]


def test_chosen__each_fold_has_the_threshold_of_the_others(make):
    table, stage = make(n_folds=4, n_images=200, n_patients=60), STAGES[0]
    evidence = evidence_of(table)
    found = chosen_threshold(
        evidence, calibration_rows(evidence), stage, aim="sensitivity", least=0.9
    )
    called = np.zeros(len(table), dtype=bool)
    for lot in found["lots"]:
        others, own = table[table["fold"] != lot["fold"]], table["fold"] == lot["fold"]
        higher = others["grade"].isin(stage.higher).to_numpy()
        p = others["p_stage1"].to_numpy()
        assert lot["threshold"] == pick(p, higher, aim="sensitivity", least=0.9)
        called |= own & (table["p_stage1"] >= lot["threshold"])
    higher = table["grade"].isin(stage.higher)
    figures = {figure["figure"]: figure for figure in found["figures"]}
    assert len({lot["threshold"] for lot in found["lots"]}) > 1
    assert figures["sensitivity"]["value"] == pytest.approx(called[higher].mean())
    assert figures["specificity"]["value"] == pytest.approx((~called)[~higher].mean())
    assert figures["sensitivity"]["low"] < figures["sensitivity"]["value"]
    assert figures["true_positives"]["value"] == (called & higher).sum()
    assert {figure["threshold"] for figure in found["figures"]} == {None}


def test_chosen__has_a_reason_where_there_is_nothing_to_choose_on(make):
    evidence = evidence_of(make())
    found = chosen_threshold(
        evidence, calibration_rows(evidence), STAGES[0], aim="sensitivity", least=0.9
    )
    assert found["lots"] == found["figures"] == []
    assert "no validation part" in found["reason"]
    evidence = evidence_of(with_validation(make, n_patients=4))
    found = chosen_threshold(
        evidence, calibration_rows(evidence), STAGES[2], aim="sensitivity", least=0.9
    )
    assert found["figures"] == []
    assert "to choose it on for fold holdout, fewer than 5" in found["reason"]


def test_chosen__refuses_what_is_no_share(make):
    evidence = evidence_of(make())
    with pytest.raises(ConfigError, match="not between 0 and 1"):
        chosen_threshold(
            evidence, calibration_rows(evidence), STAGES[0], aim="specificity", least=1.0
        )
