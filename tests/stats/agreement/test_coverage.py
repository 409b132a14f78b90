from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgus.stats.agreement import coverage
from sgus.stats.agreement.coverage import coverage_note
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.family import Agreement, Label
from sgus.stats.agreement.measured_coverage import OUTSIDE, SIZES
from sgus.stats.agreement.panel import Panel
from sgus.stats.agreement.panel_families import panel_families

FIGURE = Agreement(
    label=Label("made_up", "linear", "pair", ("a", "b")),
    value=0.5,
    low=0.4,
    high=0.6,
    se=0.05,
    n_items=60,
    n_units=30,
    n_raters=2,
    n_pairs=1,
    method="patient bootstrap, t interval on the logit scale, 2000 resamples",
    reason=None,
)
FORMULA = replace(FIGURE, method="Wilson; every item taken as independent")


@pytest.fixture(autouse=True)
def measured(monkeypatch):
    found = {
        ("bootstrap", "made_up", "pair"): {30: (91.2, 96.0)},
        ("formula", "made_up", "pair"): {100: (88.1, 88.3)},
        ("formula, several items a patient", "made_up", "pair"): {30: (80.0, 85.0)},
    }
    monkeypatch.setattr(coverage, "OUTSIDE", found)


def test_the_span_that_was_measured_is_told():
    assert coverage_note(FIGURE) == (
        "such intervals held the true value in 91.2 to 96.0 % of simulated panels of 30 patients"
    )


@pytest.mark.parametrize(
    ("n_units", "n_items", "told"),
    [
        (100, 100, "in 88.1 to 88.3 % of simulated panels of 100 patients"),
        (90, 90, "of 100 patients"),
        (40, 80, "in 80.0 to 85.0 % of simulated panels of 30 patients"),
        (20, 21, "of 30 patients"),
    ],
)
def test_formulas_are_told_by_size_and_by_items_a_patient(n_units, n_items, told):
    found = coverage_note(replace(FORMULA, n_units=n_units, n_items=n_items))
    assert found is not None
    assert told in found


def test_nothing_is_told_where_nothing_is_known_against_it():
    assert coverage_note(replace(FIGURE, n_units=225)) is None
    assert coverage_note(replace(FORMULA, n_items=30)) is None
    assert coverage_note(replace(FIGURE, label=replace(FIGURE.label, form="other"))) is None
    assert coverage_note(replace(FIGURE, method="patient jackknife, t interval")) is None
    assert coverage_note(replace(FIGURE, low=None, high=None)) is None


def test_the_standard_error_does_not_say_how_the_interval_was_made():
    both = replace(FIGURE, method=f"{FIGURE.method}; standard error: {FORMULA.method}")
    assert coverage_note(both) == coverage_note(FIGURE)


def test_fewer_patients_than_were_simulated():
    assert (
        coverage_note(replace(FIGURE, n_units=12)) == "not tested by simulation below 20 patients"
    )


def test_the_measured_table_is_of_percentages_outside_the_aim():
    assert SIZES == (30, 100, 225)
    for by_size in OUTSIDE.values():
        assert set(by_size) <= set(SIZES)
        for low, high in by_size.values():
            assert 0 <= low <= high <= 100
            assert low < 93 or high > 97


def test_every_way_statistic_and_form_of_the_table_is_one_the_engine_makes():
    ways = {"bootstrap", "formula", "formula, several items a patient"}
    assert {way for way, _, _ in OUTSIDE} <= ways


def test_rows_carry_the_note(monkeypatch):
    rng = np.random.default_rng(0)
    codes = np.clip(rng.integers(0, 4, 60)[:, None] + rng.integers(-1, 2, (60, 3)), 0, 3)
    panel = Panel(
        codes.astype(np.int8),
        items=tuple(map(str, range(60))),
        readers=("a", "b", "c"),
        scale=(0, 1, 2, 3),
        patients=tuple(str(i // 2) for i in range(60)),
        unit="patient",
    )
    monkeypatch.setattr(
        coverage, "OUTSIDE", {("bootstrap", "fleiss_kappa", "overall"): {30: (91.0, 92.0)}}
    )
    rows = estimate(panel, panel_families(panel), n_resamples=50, rng=rng)
    told = {row.label.statistic for row in rows if "simulated panels" in row.method}
    assert told == {"fleiss_kappa"}
