from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given

from sgus.stats.agreement import estimate
from sgus.stats.agreement.cohen import cohen_family
from sgus.stats.agreement.light import light_family
from tests.stats.agreement.rated_panels import alike_panel, panel_of, panels, wide_table

NAMES = {"none": "unweighted", "linear": "linear", "quadratic": "quadratic"}


def rows_of(panel, family=light_family):
    rng = np.random.default_rng(0)
    return estimate(panel, [family(panel)], n_resamples=100, rng=rng)


@given(panels(min_readers=1))
def test_light_is_the_mean_of_the_kappas_that_are_defined(panel):
    pairs = rows_of(panel, cohen_family)
    for row in rows_of(panel):
        kappas = [p for p in pairs if p.label.weights == row.label.weights and p.value is not None]
        assert row.n_pairs == len(kappas)
        if kappas:
            assert row.value == pytest.approx(np.mean([p.value for p in kappas]), abs=1e-12)
            assert row.n_raters == len({name for p in kappas for name in p.label.raters})
        else:
            assert row.value is None
            assert row.reason


def test_pairs_left_out_are_counted():
    panel = panel_of(np.stack([np.arange(12) % 4, (np.arange(12) + 1) % 4, np.full(12, 1),
                               np.full(12, 1)], axis=1))  # fmt: skip
    row = rows_of(panel)[0]
    assert row.method.startswith("mean of 5 of 6 pairs; item bootstrap, t interval")
    assert (row.n_pairs, row.n_raters, row.n_items) == (5, 4, 12)
    whole = rows_of(alike_panel(1))[0]
    assert whole.method.startswith("mean of all 6 pairs; ")


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (np.zeros((4, 0)), "no reader"),
        (np.zeros((4, 1)), "only one reader"),
        (np.zeros((0, 3)), "no item was read by two readers"),
        ([[0, -1], [-1, 0]], "no item was read by two readers"),
        (np.ones((6, 3)), "no pair of readers has a kappa"),
    ],
)
def test_without_a_defined_pair_it_says_why(codes, reason):
    for row in rows_of(panel_of(codes)):
        assert (row.value, row.low, row.high, row.se, row.n_pairs) == (None, None, None, None, 0)
        assert row.reason.startswith(reason)


@pytest.mark.real
def test_light_of_the_published_tables(shared_data):
    folder = shared_data / "agreement"
    fleiss = json.loads((folder / "fleiss1971.json").read_text())["expected"]
    one = next(x for x in fleiss if x["key"] == "light_kappa")
    row = rows_of(wide_table(folder / "fleiss1971.csv", scale=(1, 2, 3, 4, 5)))[0]
    assert (row.value, row.n_pairs) == (pytest.approx(one["value"], abs=one["tol"]), 15)
    anxiety = json.loads((folder / "anxiety_icc.json").read_text())["expected"]
    rows = rows_of(wide_table(folder / "anxiety.csv", scale=(1, 2, 3, 4, 5, 6)))
    for one in (x for x in anxiety if x["key"] == "light_kappa"):
        row = next(r for r in rows if r.label.weights == NAMES[one["params"]["weights"]])
        assert row.value == pytest.approx(one["value"], abs=one["tol"])
