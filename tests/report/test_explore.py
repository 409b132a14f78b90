from __future__ import annotations

import json

import pandas as pd
import pytest

from sgus.core.errors import ConfigError, RunError
from sgus.report.explore import explore
from tests.report.explore_cases import cohort_of


def every_figure(value):
    """All objects with a key `figure`, wherever they stand."""
    if isinstance(value, dict):
        if "figure" in value:
            yield value
        for inner in value.values():
            yield from every_figure(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every_figure(inner)


def test_every_figure_says_n_and_has_an_interval_or_a_reason(make):
    table = make(n_images=160, n_patients=60, n_folds=4)
    found = explore(table, cohort_of(table), n_resamples=60)
    json.dumps(found, allow_nan=False)
    figures = list(every_figure(found))
    assert len(figures) > 250
    for figure in figures:
        assert {"value", "low", "high", "n_images", "n_patients", "reason", "few"} <= set(figure)
        assert (figure["low"] is None) == (figure["high"] is None)
        assert (figure["low"] is None) == (figure["reason"] is not None)
        if figure["low"] is not None:
            assert figure["low"] <= figure["value"] <= figure["high"]
            assert figure["interval"]["method"] == "patient bootstrap, percentile"
            assert figure["n_patients"] >= 5


def test_order_of_rows_changes_nothing_and_the_seed_does(make):
    table = make(n_folds=3)
    images = cohort_of(table)
    first = explore(table, images, n_resamples=60)
    mixed = explore(table.sample(frac=1, random_state=3), images.iloc[::-1], n_resamples=60, seed=0)
    assert first == mixed
    assert first != explore(table, images, n_resamples=60, seed=1)


@pytest.mark.parametrize(("n_images", "n_patients"), [(1, 1), (3, 2), (12, 4), (30, 12)])
def test_small_tables_have_reasons_instead_of_errors(make, n_images, n_patients):
    table = make(n_images=n_images, n_patients=n_patients, n_folds=2)
    found = explore(table, cohort_of(table), n_resamples=60)
    json.dumps(found, allow_nan=False)
    for figure in every_figure(found):
        assert figure["low"] is not None or figure["reason"]


def test_one_grade_only_and_no_cohort(make):
    table = make(n_folds=2)
    one = table[table["grade"] == 0]
    found = explore(one, None, n_resamples=60)
    json.dumps(found, allow_nan=False)
    assert found["patients"]["reason"]
    assert found["subgroups"]["figures"] == []


def test_a_validation_part_alone_is_explored_but_never_fitted_on_and_judged(make):
    table = make().assign(split="validation")
    found = explore(table, cohort_of(table), n_resamples=60)
    assert found["where"] == "validation"
    assert "no test rows" in found["temperature"]["reason"]
    assert "no test rows" in found["conformal"]["reason"]
    assert {d["state"] for d in found["reliability"]["diagrams"]} == {"before"}


def test_groups_are_not_called_patients(make):
    table = make(n_folds=2)
    found = explore(table, cohort_of(table), n_resamples=60, patient_unit="grouping key")
    methods = {f["interval"]["method"] for f in every_figure(found) if f["interval"]}
    assert methods == {"group bootstrap, percentile"}
    assert "different groups" in found["subgroups"]["caution"]


def test_what_cannot_be_explored_is_refused(make):
    table = make()
    with pytest.raises(ConfigError, match="an interval needs more"):
        explore(table, None, n_resamples=10)
    with pytest.raises(RunError, match="neither a test row"):
        explore(table.assign(split="train"), None, n_resamples=60)
    several = make(n_folds=2).assign(split="validation")  # chose several models: not pooled
    with pytest.raises(RunError, match="nor a validation part of one fold"):
        explore(several, None, n_resamples=60)
    with pytest.raises(RunError, match="columns are missing"):
        explore(pd.DataFrame({"image_id": ["a"]}), None, n_resamples=60)
