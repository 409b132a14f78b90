from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.core.errors import RunError
from sgus.core.files import to_json
from sgus.report.calibration_rows import OTHER_FOLDS, VALIDATION, calibration_rows, refuse_leak
from sgus.report.predictions import check_predictions
from sgus.report.reliability_diagrams import reliability
from sgus.report.temperatures import temperatures
from sgus.stats.temperature import fit_temperature, scaled
from tests.report.explore_cases import cohort_of, evidence_of


def with_validation(make, **more):
    """A test part, and a validation part of other patients."""
    test, validation = make(**more), make(seed=5)
    for column in ("image_id", "patient_id"):
        validation[column] = "v" + validation[column]
    return test, pd.concat([test, validation.assign(split="validation")], ignore_index=True)


def found_in(table):
    evidence = evidence_of(table, images=cohort_of(table))
    rows = calibration_rows(evidence)
    return evidence, rows, temperatures(evidence, rows)


def test_it_is_fitted_on_validation_only(make):
    test, table = with_validation(make)
    _, rows, done = found_in(table)
    assert rows.source == VALIDATION
    validation = table[table["split"] == "validation"]
    low = validation[validation["grade"] < 2]
    stage = fit_temperature(
        low["p_stage2a"].to_numpy(), low["grade"].to_numpy() == 1, low["patient_id"].to_numpy()
    )
    figure = next(f for f in done.section["figures"] if f["scope"] == "stage2a")
    assert figure["value"] == pytest.approx(stage.value)
    assert (figure["n_images"], figure["n_patients"]) == (len(low), low["patient_id"].nunique())
    assert figure["where"] == "validation"
    assert figure["low"] < figure["value"] < figure["high"]
    expected = scaled(test.sort_values("image_id")["p_stage2a"].to_numpy(), stage.value)
    np.testing.assert_allclose(done.sample.stages[:, 1], expected)
    moved = test.assign(grade=3 - test["grade"])  # other test grades: the same temperatures
    other = pd.concat([moved, validation], ignore_index=True)
    again = found_in(other)[2]
    assert [f["value"] for f in again.section["figures"]] == [
        f["value"] for f in done.section["figures"]
    ]


def test_without_validation_each_fold_is_fitted_on_the_others(make):
    table = make(n_folds=4)
    evidence, rows, done = found_in(table)
    assert rows.source == OTHER_FOLDS
    assert "leave one fold out" in rows.method
    assert len(done.section["figures"]) == 12
    assert {f["low"] for f in done.section["figures"]} == {None}
    assert all(
        "no interval: one temperature a fold" in f["reason"] for f in done.section["figures"]
    )
    for lot in rows.lots:
        assert set(lot.known["fold"]) == {"1", "2", "3", "4"} - {lot.fold}
        assert not set(lot.known["patient_id"]) & set(evidence.rows["patient_id"][lot.judged])
    swapped = table.copy()
    mine = swapped["fold"] == "2"
    swapped.loc[mine, "grade"] = 3 - swapped.loc[mine, "grade"]
    other = found_in(swapped)[2]
    pairs = zip(done.section["figures"], other.section["figures"], strict=True)
    assert all((a["value"] == b["value"]) == (a["fold"] == "2") for a, b in pairs)


def test_leaks_are_refused(make):
    table = check_predictions(make(n_folds=4))
    judged, others = table[table["fold"] == "1"], table[table["fold"] != "1"]
    refuse_leak(others, judged)
    with pytest.raises(RunError, match="test rows of the judged fold cannot be fitted on"):
        refuse_leak(table, judged)
    with pytest.raises(RunError, match="training rows cannot be fitted on"):
        refuse_leak(others.assign(split="train"), judged)
    known = others.assign(split="validation")
    with pytest.raises(RunError, match="patient P000 would be fitted on and judged"):
        refuse_leak(known.assign(patient_id="P000"), judged)
    with pytest.raises(RunError, match="image img0000 would be fitted on and judged"):
        refuse_leak(known.assign(image_id="img0000"), judged)


def test_nothing_to_fit_on_has_a_reason(make):
    _, rows, done = found_in(make())
    assert rows.reason == "the run has no validation part, and no other folds, to fit it on"
    assert done.section["reason"] == rows.reason
    assert done.sample is None
    _, rows, done = found_in(make().assign(split="validation"))
    assert rows.reason == "there are no test rows to judge it on"
    to_json(done.section)


def test_few_validation_patients_leave_a_stage_as_it_is(make):
    test, table = with_validation(make)
    few = table[(table["split"] == "test") | (table["grade"] < 2) | (table["patient_id"] < "vP004")]
    _, _, done = found_in(few)
    by_stage = {f["scope"]: f for f in done.section["figures"]}
    assert by_stage["stage2b"]["value"] is None
    assert "fewer than 5" in by_stage["stage2b"]["reason"]
    assert by_stage["stage2b"]["reason"].startswith("only ")
    assert by_stage["stage2a"]["value"] is not None
    before = test.sort_values("image_id")["p_stage2b"].to_numpy()
    assert np.array_equal(done.sample.stages[:, 2], before)


def test_an_overconfident_model_is_better_calibrated_after(make):
    table = make(n_images=400, n_patients=150, n_folds=5, blur=2.0)
    evidence, _, done = found_in(table)
    assert all(f["value"] > 1.3 for f in done.section["figures"])
    found = reliability(evidence, done.sample)
    to_json(found)
    by_key = {(f["scope"], f["figure"], f["state"]): f for f in found["figures"]}
    for scope in ("stage1", "stage2a", "stage2b", "four_grades"):
        change = by_key[scope, "log_loss", "change"]
        assert change["high"] < 0
        before, after = (by_key[scope, "log_loss", s]["value"] for s in ("before", "after"))
        assert change["value"] == pytest.approx(after - before)
    assert by_key["stage1", "calibration_error", "change"]["value"] < 0
