from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.stats.agreement import Family, Label, estimate
from sgus.stats.agreement.engine import unit_sums, unit_weights
from sgus.stats.agreement.pair_families import pair_families
from sgus.stats.confusion import ratio
from tests.stats.agreement.rated_panels import alike_panel, panel_of, panels


def mean_family(panel, values, *, n_labels=1):
    """The mean of a number of each item that somebody read: the simplest family there is."""
    read = panel.given.any(axis=1).astype(float)
    return Family(
        labels=tuple(Label("mean", None, None, panel.readers, g) for g in range(n_labels)),
        features=np.stack([values * read, read], axis=1),
        values=lambda sums: np.repeat(ratio(sums[..., :1], sums[..., 1:]), n_labels, axis=-1),
        used=np.repeat(read[:, None] > 0, n_labels, axis=1),
        n_raters=(panel.n_readers,) * n_labels,
        n_pairs=(0,) * n_labels,
        reasons=(None,) * n_labels,
        closed=(None,) * n_labels,
    )


def rows_of(panel, families=None, *, n_resamples=60, seed=0, **choices):
    made = pair_families(panel) if families is None else families
    rng = np.random.default_rng(seed)
    return estimate(panel, made, n_resamples=n_resamples, rng=rng, **choices)


def plain(rows, *, raters=True):
    """Rows as comparable numbers."""
    kept = [row.row() for row in rows]
    return kept if raters else [{**row, "raters": None} for row in kept]


def same(first, second):
    """Whether rows agree in all they say, numbers up to rounding."""
    for one, other in zip(first, second, strict=True):
        for key, value in one.items():
            expected = (
                pytest.approx(other[key], abs=1e-9) if isinstance(value, float) else other[key]
            )
            assert value == expected, (key, one, other)
    return True


def test_unit_sums_add_the_items_of_each_patient():
    panel = panel_of(np.zeros((5, 1)), patients=["b", "a", "b", "c", "a"])
    features = np.array([[1.0], [2.0], [4.0], [8.0], [16.0]])
    assert unit_sums(panel, features).ravel().tolist() == [18.0, 5.0, 8.0]
    cubes = np.arange(60.0).reshape(5, 3, 2, 2)
    assert (unit_sums(panel, cubes)[1] == cubes[0] + cubes[2]).all()
    assert unit_sums(panel_of(np.zeros((0, 2))), np.zeros((0, 7))).shape == (0, 7)


def test_weights_hold_the_panel_as_observed_and_whole_draws_of_units():
    panel = panel_of(np.zeros((12, 1)), patients=[f"p{i % 4}" for i in range(12)])
    weights = unit_weights(panel, n_resamples=50, rng=np.random.default_rng(0))
    assert weights.shape == (51, 4)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 4).all()
    assert set(np.unique(weights)) <= {0.0, 1.0, 2.0, 3.0, 4.0}


def test_units_that_nobody_read_are_not_drawn():
    codes = np.zeros((6, 2))
    codes[2] = -1
    weights = unit_weights(panel_of(codes), n_resamples=20, rng=np.random.default_rng(0))
    assert (weights[1:, 2] == 0).all()
    assert (weights[1:].sum(axis=1) == 5).all()


def test_the_bootstrap_is_a_loop_over_the_same_patients():
    panel = alike_panel(5, n_items=40, n_readers=3, n_patients=17)
    weights = unit_weights(panel, n_resamples=60, rng=np.random.default_rng(0))
    found = rows_of(panel, bootstrap="percentile")
    resamples = []
    for row in weights[1:]:
        items = np.repeat(np.arange(40), row[panel.unit_index].astype(int))
        again = panel_of(panel.codes[items])
        resamples.append([r.value for r in rows_of(again, n_resamples=1, intervals="closed")])
    for place, row in enumerate(found):
        values = np.array([v[place] for v in resamples if v[place] is not None])
        if row.low is not None:
            assert (row.low, row.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))
            assert row.se == pytest.approx(values.std(ddof=1))
    assert sum(row.low is not None for row in found) > 30


def test_the_jackknife_is_a_loop_that_leaves_out_each_patient():
    panel = alike_panel(8, n_items=40, n_readers=3, n_patients=17, missing=0.0)
    found = rows_of(panel, bootstrap="jackknife_t")
    left_out = [
        [r.value for r in rows_of(panel.only(panel.unit_index != unit), intervals="closed")]
        for unit in range(17)
    ]
    for place, row in enumerate(found):
        if row.se is not None:
            values = np.array([v[place] for v in left_out])
            se = np.sqrt(16 / 17 * ((values - values.mean()) ** 2).sum())
            assert row.se == pytest.approx(se)
            assert row.high - row.value == pytest.approx(2.1199052992210112 * se)  # t of 16
            assert row.method.endswith("patient jackknife, t interval")


def test_chunks_of_resamples_change_nothing(monkeypatch):
    panel = alike_panel(2, n_patients=12)
    whole = plain(rows_of(panel))
    monkeypatch.setattr("sgus.stats.agreement.engine._CHUNK", 700)
    weights = unit_weights(panel, n_resamples=60, rng=np.random.default_rng(0))
    assert (weights[1:].sum(axis=1) == 12).all()
    same(plain(rows_of(panel)), whole)


def test_families_that_share_features_are_in_the_order_asked_for():
    panel = alike_panel(2, n_patients=12)
    shared = pair_families(panel)
    apart = mean_family(panel, np.arange(panel.n_items, dtype=float))
    order = [shared[2], apart, shared[0]]
    rows = rows_of(panel, order)
    assert [row.label for row in rows] == [label for f in order for label in f.labels]
    same(plain(rows_of(panel, [shared[0]])), plain(rows)[-len(shared[0].labels) :])


@settings(max_examples=25)
@given(panels(), st.randoms(use_true_random=False))
def test_the_order_of_items_changes_nothing(panel, random):
    order = list(range(panel.n_items))
    random.shuffle(order)
    patients = panel.patients
    shuffled = replace(
        panel,
        codes=panel.codes[order],
        items=tuple(panel.items[i] for i in order),
        patients=None if patients is None else tuple(patients[i] for i in order),
    )
    same(plain(rows_of(shuffled)), plain(rows_of(panel)))


@settings(max_examples=25)
@given(panels(), st.integers(0, 12))
def test_a_row_that_nobody_read_changes_nothing(panel, place):
    patients = panel.patients
    at = min(place, panel.n_items)
    longer = replace(
        panel,
        codes=np.insert(panel.codes, at, -1, axis=0),
        items=(*panel.items[:at], f"{at - 1:05}x", *panel.items[at:]),
        patients=None if patients is None else (*patients[:at], "dd", *patients[at:]),
    )
    same(plain(rows_of(longer)), plain(rows_of(panel)))


@settings(max_examples=25)
@given(panels(min_readers=3), st.randoms(use_true_random=False))
def test_names_of_readers_change_nothing_but_names(panel, random):
    names = list(panel.readers)
    random.shuffle(names)
    renamed = replace(panel, readers=tuple(names))
    same(plain(rows_of(renamed), raters=False), plain(rows_of(panel), raters=False))
    moved = panel.of_readers(names)  # the same readers in other columns
    for statistic in ("light_kappa", "cohen_kappa", "percent_agreement"):
        one, other = (
            {(frozenset(r["raters"]), r["weights"]): {**r, "raters": None} for r in plain(rows)
             if r["statistic"] == statistic}
            for rows in (rows_of(moved), rows_of(panel))
        )  # fmt: skip
        assert one.keys() == other.keys()
        same([one[key] for key in one], [other[key] for key in one])


@given(panels(min_readers=0))
def test_every_row_is_a_figure_or_says_why_not(panel):
    for row in rows_of(panel, n_resamples=20):
        assert (row.value is None) <= (row.reason is not None)
        assert (row.low is None) == (row.high is None) == (row.reason is not None)
        if row.low is not None:
            assert row.low <= row.value + 1e-9
            assert row.value <= row.high + 1e-9
        assert row.n_units <= row.n_items <= panel.n_items
        numbers = [row.value, row.low, row.high, row.se]
        assert all(x is None or np.isfinite(x) for x in numbers)


@pytest.mark.parametrize("n_items", [0, 1, 7])
@pytest.mark.parametrize("n_readers", [0, 1, 2])
@pytest.mark.parametrize("bootstrap", ["percentile", "bca", "jackknife_t", "logit_t"])
def test_panels_with_nothing_to_compare_give_rows_not_errors(n_items, n_readers, bootstrap):
    panel = panel_of(np.zeros((n_items, n_readers)))
    rows = rows_of(panel, bootstrap=bootstrap)
    assert {row.label.statistic for row in rows} >= {"cohen_kappa", "light_kappa", "pabak"}
    if n_readers < 2:
        assert {row.reason for row in rows} == {["no reader", "only one reader"][n_readers]}


def test_the_ways_of_an_interval_are_named():
    panel = alike_panel(4, n_readers=2, n_items=40, missing=0.0)

    def way(**choices):
        return next(iter(rows_of(panel, **choices)))

    formula = (
        "Fleiss-Cohen-Everitt standard error, normal interval; every item taken as independent"
    )
    assert way().method == way(intervals="closed").method
    assert way().method.startswith(formula)
    forced = way(intervals="bootstrap", bootstrap="percentile")
    resampled = "item bootstrap, percentile, 60 resamples"
    assert forced.method == f"{resampled}; standard error: {formula}"
    assert forced.se == way().se
    clustered = replace(panel, patients=tuple(f"p{i // 2}" for i in range(40)), unit="patient")
    row = rows_of(clustered)[0]
    said = "patient bootstrap, t interval on the logit scale, 60 resamples"
    assert row.method.startswith(said)
    assert row.se != pytest.approx(forced.se)
    assert rows_of(clustered, intervals="closed")[0].method.startswith(formula)
    named = rows_of(replace(clustered, unit="grouping key"))[0]
    assert named.method.startswith("grouping key bootstrap")


def test_without_a_formula_closed_intervals_say_so():
    panel = alike_panel(4)
    row = rows_of(panel, [mean_family(panel, np.arange(30.0))], intervals="closed")[0]
    assert row.value is not None
    assert (row.low, row.se) == (None, None)
    assert row.reason == "there is no interval by formula for this figure here"


def test_a_family_that_contradicts_itself_is_a_mistake():
    panel = alike_panel(4)
    family = mean_family(panel, np.arange(30.0))
    with pytest.raises(ValueError, match="with the reason 'none'"):
        rows_of(panel, [replace(family, reasons=("none",))])
    undefined = replace(family, values=lambda sums: np.full((*sums.shape[:-1], 1), np.nan))
    with pytest.raises(ValueError, match="nan with the reason None"):
        rows_of(panel, [undefined])


def test_unknown_ways_are_refused():
    panel = alike_panel(4)
    with pytest.raises(ValueError, match="no intervals 'exact': auto, closed or bootstrap"):
        rows_of(panel, intervals="exact")
    with pytest.raises(ValueError, match="no bootstrap 'basic': percentile, bca, jackknife_t"):
        rows_of(panel, bootstrap="basic")
