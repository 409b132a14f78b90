from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement import estimate
from sgus.stats.agreement.cohen import cohen_family, cohen_kappas, fleiss_cohen_everitt
from sgus.stats.agreement.pairs import pair_list
from sgus.stats.agreement.weights import agreement_weights
from tests.stats.agreement.rated_panels import alike_panel, panel_of, panels, wide_table

NAMES = {"none": "unweighted", "linear": "linear", "quadratic": "quadratic"}


def rows_of(panel, **choices):
    rng = np.random.default_rng(0)
    return estimate(panel, [cohen_family(panel)], n_resamples=200, rng=rng, **choices)


def slow_kappa(first, second, weights):
    """Cohen 1968 by loops; None where chance leaves no disagreement."""
    n, k = len(first), len(weights)
    if n == 0:
        return None
    po = sum(weights[a][b] for a, b in zip(first, second, strict=True)) / n
    pe = sum(
        weights[g][h] * np.sum(first == g) * np.sum(second == h) / n**2
        for g in range(k)
        for h in range(k)
    )
    return None if abs(1 - pe) < 1e-12 else (po - pe) / (1 - pe)


def slow_error(first, second, weights):
    """Fleiss, Cohen & Everitt 1969 by loops, in whole fractions."""
    n, k = len(first), len(weights)
    w = [[Fraction(x).limit_denominator(1000) for x in row] for row in weights.tolist()]
    p = [[Fraction(0)] * k for _ in range(k)]
    for a, b in zip(first, second, strict=True):
        p[a][b] += Fraction(1, n)
    one, other = [sum(p[g]) for g in range(k)], [sum(p[g][h] for g in range(k)) for h in range(k)]
    row = [sum(w[g][h] * other[h] for h in range(k)) for g in range(k)]
    column = [sum(w[g][h] * one[g] for g in range(k)) for h in range(k)]
    po = sum(w[g][h] * p[g][h] for g in range(k) for h in range(k))
    pe = sum(w[g][h] * one[g] * other[h] for g in range(k) for h in range(k))
    total = sum(
        p[g][h] * (w[g][h] * (1 - pe) - (row[g] + column[h]) * (1 - po)) ** 2
        for g in range(k)
        for h in range(k)
    )
    return math.sqrt((total - (po * pe - 2 * pe + po) ** 2) / (n * (1 - pe) ** 4))


@given(panels())
def test_kappas_and_errors_are_those_of_the_formula_item_by_item(panel):
    found = {(r.label.raters, r.label.weights): r for r in rows_of(panel, intervals="closed")}
    for a, b in pair_list(panel):
        both = panel.given[:, a] & panel.given[:, b]
        first, second = panel.codes[both, a], panel.codes[both, b]
        for name in NAMES.values():
            row = found[(panel.readers[a], panel.readers[b]), name]
            weights = agreement_weights(panel.scale, name)
            expected = slow_kappa(first, second, weights)
            assert row.n_items == both.sum()
            assert (row.value is None) == (expected is None)
            if expected is not None:
                assert row.value == pytest.approx(expected, abs=1e-12)
                se = slow_error(first, second, weights)
                assert (row.se or 0.0) == pytest.approx(se, abs=1e-12)


@given(panels(min_readers=2, max_readers=2))
def test_kappas_are_those_of_scikit_learn_on_the_whole_scale(panel):
    both = panel.given.all(axis=1)
    # It weights by place on the scale, we by the grade's value.
    even = (np.diff(panel.scale) == 1).all()
    for row in rows_of(panel, intervals="closed"):
        if row.value is not None and (even or row.label.weights == "unweighted"):
            weights = None if row.label.weights == "unweighted" else row.label.weights
            labels = range(panel.n_grades)
            theirs = cohen_kappa_score(*panel.codes[both].T, labels=labels, weights=weights)
            assert row.value == pytest.approx(theirs, abs=1e-12)


def test_a_gap_in_the_scale_counts_with_its_width():
    panel = panel_of([[0, 0], [1, 1], [2, 2], [1, 2]], scale=(1, 2, 5))
    linear = next(r for r in rows_of(panel) if r.label.weights == "linear")
    # Observed cost 3/4 of 4 items; by chance: margins (1, 2, 1) and (1, 1, 2) over 16 pairs.
    by_chance = (1 * 1 + 2 * 4 + 2 * 1 + 4 * 3 + 1 * 4 + 1 * 3) / 16 / 4
    assert linear.value == pytest.approx(1 - (3 / 4 / 4) / by_chance)


def test_a_constant_reader_agrees_by_chance_and_no_more():
    panel = panel_of(np.stack([np.arange(12) % 4, np.full(12, 2)], axis=1))
    for row in rows_of(panel):
        assert row.value == pytest.approx(0.0, abs=1e-12)
        assert (row.low, row.high, row.se) == (None, None, None)
        assert "do not vary" in row.reason


def test_one_grade_of_both_has_no_kappa():
    for row in rows_of(panel_of(np.full((9, 2), 1), scale=(0, 1, 2))):
        assert (row.value, row.se, row.low) == (None, None, None)
        assert row.reason.startswith("both gave grade 1 to every item")
        assert row.n_items == 9


def test_readers_without_a_common_item_have_no_kappa():
    for row in rows_of(panel_of([[0, -1], [-1, 1], [2, -1]])):
        assert (row.value, row.n_items, row.n_units) == (None, 0, 0)
        assert row.reason == "no item was read by both"


def test_full_agreement_is_one_without_an_interval():
    for row in rows_of(panel_of(np.tile(np.arange(12)[:, None] % 4, 2))):
        assert row.value == 1.0
        assert (row.low, row.se) == (None, None)
        assert "no sign of certainty" in row.reason


def test_the_interval_ends_where_kappa_does():
    codes = np.tile(np.arange(8)[:, None] % 2, 2)
    codes[0, 0] = 1
    row = rows_of(panel_of(codes))[0]
    assert row.high == 1.0
    assert row.value + 1.96 * row.se > 1.0


def test_items_of_one_patient_turn_to_the_bootstrap():
    rows = rows_of(alike_panel(3, n_items=40, n_patients=20))
    said = "patient bootstrap, t interval on the logit scale, 200 resamples"
    assert all(row.method.startswith(said) for row in rows)
    single = rows_of(alike_panel(3, n_items=40, n_patients=40))
    assert single[0].method.startswith(
        "Fleiss-Cohen-Everitt standard error, normal interval; every item taken as independent"
    )


def test_the_unused_grade_changes_unweighted_kappa_by_nothing():
    table = np.array([[5.0, 2, 0], [1, 6, 0], [0, 0, 0]])
    two = cohen_kappas(table[:2, :2].reshape(-1), (0, 1))
    assert cohen_kappas(table.reshape(-1), (0, 1, 2)) == pytest.approx(two, abs=1e-12)
    errors = [fleiss_cohen_everitt(t, np.eye(len(t)))[1] for t in (table, table[:2, :2])]
    assert errors[0] == pytest.approx(errors[1], abs=1e-12)


@pytest.mark.real
def test_vision_of_7477_women_with_errors_and_intervals(shared_data):
    folder = shared_data / "agreement"
    table = np.loadtxt(folder / "vision_table.csv", delimiter=",", skiprows=1).astype(int)
    cells = np.indices((4, 4)).reshape(2, -1)
    panel = panel_of(np.repeat(cells, table.ravel(), axis=1).T, scale=(1, 2, 3, 4))
    found = {row.label.weights: row for row in rows_of(panel)}
    published = json.loads((folder / "vision_weighted_kappa.json").read_text())["expected"]
    kappas = [one for one in published if one["key"] == "cohen_kappa"]
    assert len(kappas) == 3
    for one in kappas:
        row, value = found[NAMES[one["params"]["weights"]]], one["value"]
        assert row.value == pytest.approx(value["est"], abs=one["tol"])
        assert row.se == pytest.approx(value["se"], abs=one["tol"])
        assert (row.low, row.high) == pytest.approx(tuple(value["ci"]), abs=one["tol"])


@pytest.mark.real
def test_the_three_pairs_of_the_anxiety_table(shared_data):
    panel = wide_table(shared_data / "agreement/anxiety.csv", scale=(1, 2, 3, 4, 5, 6))
    rows = rows_of(panel)
    published = json.loads((shared_data / "agreement/anxiety_icc.json").read_text())["expected"]
    for one in (x for x in published if x["key"] == "pairwise_kappa"):
        name = NAMES[one["params"]["weights"]]
        found = [row.value for row in rows if row.label.weights == name]
        assert found == pytest.approx(one["value"], abs=one["tol"])
