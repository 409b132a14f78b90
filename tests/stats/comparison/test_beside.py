from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement.panel import MISSING
from sgus.stats.comparison.beside import beside_readers
from sgus.stats.comparison.consensus_tables import consensus_tables
from sgus.stats.comparison.measures import measures_of
from tests.stats.comparison.made_up_panels import panel_of, random_codes, random_study

WEIGHTS = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}


def middle(others, tie):
    """The grades an image is held against, each with its weight."""
    ordered = sorted(others)
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    if tie == "none" and low != high:
        return []
    return {"split": [(low, 0.5), (high, 0.5)], "upper": [(high, 1.0)]}.get(tie, [(low, 1.0)])


def rows_of(panel, model, j, tie):
    """Model, reader, consensus and weight, one row a grade of the consensus."""
    rows = []
    for i in range(panel.n_items):
        own = panel.codes[i]
        others = [own[r] for r in range(panel.n_readers) if r != j and own[r] != MISSING]
        if own[j] == MISSING or model[i] == MISSING or len(others) < 2:
            continue
        rows += [(model[i], own[j], c, w) for c, w in middle(others, tie)]
    return rows


def slow_kappa(rows, side, weights, k=4):
    if not rows:
        return None
    a, c, w = ([row[at] for row in rows] for at in (side, 2, 3))
    if len(set(a) | set(c)) == 1:
        return None
    return cohen_kappa_score(a, c, labels=range(k), weights=WEIGHTS[weights], sample_weight=w)


def slow_accuracy(rows, side, scope):
    right = total = 0.0
    for row in rows:
        grade, consensus, weight = row[side], row[2], row[3]
        if (scope == "stage2a" and consensus > 1) or (scope == "stage2b" and consensus < 2):
            continue
        total += weight
        same = (grade >= 2) == (consensus >= 2) if scope == "stage1" else grade == consensus
        right += weight * same
    return right / total if total else None


def slow(rows, side, measure):
    if measure.statistic == "accuracy":
        return slow_accuracy(rows, side, measure.scope)
    return slow_kappa(rows, side, measure.weights)


def same(found, expected):
    return found.value == (None if expected is None else pytest.approx(expected, abs=1e-12))


@pytest.mark.parametrize("tie", ["split", "lower", "upper", "none"])
@pytest.mark.parametrize(("seed", "readers"), [(1, 3), (2, 4), (3, 5)])
def test_every_figure_is_that_of_the_loop(tie, seed, readers):
    panel, model = random_study(seed, n=25, readers=readers, missing=0.3)
    found = beside_readers(panel, model, tie=tie, n_resamples=20)
    for one in found.against_consensus:
        if one.reader is None:
            continue
        rows = rows_of(panel, model, panel.readers.index(one.reader), tie)
        a, b = slow(rows, 0, one.measure), slow(rows, 1, one.measure)
        assert same(one.model, a)
        assert same(one.left_out, b)
        assert same(one.difference, None if a is None or b is None else a - b)


@pytest.mark.parametrize("seed", range(3))
def test_the_mean_is_over_the_readers_with_both_figures(seed):
    panel, model = random_study(seed, n=15, readers=5, missing=0.5)
    found = beside_readers(panel, model, n_resamples=20)
    for measure in measures_of(panel.scale):
        each = [one for one in found.against_consensus if one.measure == measure]
        mean, each = each[0], each[1:]
        defined = [one for one in each if one.difference.value is not None]
        assert mean.reader is None
        assert mean.difference.n_pairs == len(defined)
        for side in ("model", "left_out", "difference"):
            values = [getattr(one, side).value for one in defined]
            assert same(getattr(mean, side), np.mean(values) if values else None)


def test_kappa_with_each_reader_and_the_mean_with_the_others():
    panel, model = random_study(4, n=40, readers=4, missing=0.2)
    found = beside_readers(panel, model, name="net", n_resamples=200)
    joined = np.column_stack([panel.codes, model])

    def kappa(a, b, weights):
        both = (joined[:, a] != MISSING) & (joined[:, b] != MISSING)
        x, y = joined[both, a], joined[both, b]
        return cohen_kappa_score(x, y, labels=range(4), weights=WEIGHTS[weights])

    assert len(found.with_readers) == 4 * 3
    for one in found.with_readers:
        name, reader = one.label.raters
        assert name == "net"
        j = panel.readers.index(reader)
        assert one.value == pytest.approx(kappa(4, j, one.label.weights))
        assert one.low < one.value < one.high
    assert [one.label.raters for one in found.with_others[::3]] == [
        ("net",), *((name,) for name in panel.readers)
    ]  # fmt: skip
    for at, one in enumerate(found.with_others):
        who = [4, 0, 1, 2, 3][at // 3]
        others = [j for j in range(4) if j != who]
        expected = np.mean([kappa(who, j, one.label.weights) for j in others])
        assert one.value == pytest.approx(expected)
        assert one.n_pairs == len(others)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(3, 6), st.sampled_from(["split", "lower", "none"]))
def test_a_model_that_is_a_reader_differs_from_it_by_exactly_nothing(seed, readers, tie):
    panel, _ = random_study(seed, n=30, readers=readers)
    found = beside_readers(panel, panel.codes[:, 1], tie=tie, n_resamples=20)
    for one in found.against_consensus:
        if one.reader == "r01" and one.difference.value is not None:
            assert one.difference.value == 0.0
            assert one.difference.low is one.difference.high is None
            assert one.difference.reason


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_a_model_that_copies_the_consensus_of_a_reader_never_loses_to_it(seed):
    from sgus.stats.consensus.median import leave_one_out_median

    panel, _ = random_study(seed, n=30, readers=4)
    model = leave_one_out_median(panel, tie="lower", least=2)[:, 2]
    found = beside_readers(panel, model, tie="lower", n_resamples=20)
    for one in found.against_consensus:
        if one.reader == "r02" and one.difference.value is not None:
            assert one.model.value == 1.0
            assert one.difference.value >= 0.0


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_names_and_orders_do_not_matter_and_a_split_knows_no_up_and_down(seed):
    panel, model = random_study(seed, n=30, readers=4, missing=0.3, per_patient=2)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(30), rng.permutation(4)
    moved = panel_of(panel.codes[rows][:, columns], patients=[panel.patients[i] for i in rows])
    turned = panel_of(np.where(panel.given, 3 - panel.codes, MISSING), patients=panel.patients)
    upside = np.where(model == MISSING, MISSING, 3 - model).astype(np.int8)
    first = beside_readers(panel, model, n_resamples=20)
    second = beside_readers(moved, model[rows], n_resamples=20)
    third = beside_readers(turned, upside, n_resamples=20)
    for j, reader in enumerate(panel.readers):
        at = panel.readers[list(columns).index(j)]
        for weights in WEIGHTS:
            one = first.against(weights=weights, reader=reader).difference.value
            assert second.against(weights=weights, reader=at).difference.value == (
                None if one is None else pytest.approx(one, abs=1e-12)
            )
            assert third.against(weights=weights, reader=reader).difference.value == (
                None if one is None else pytest.approx(one, abs=1e-12)
            )


def test_an_image_nobody_read_moves_nothing_not_even_an_interval():
    panel, model = random_study(6, n=40, readers=4)
    more = panel_of(
        np.vstack([panel.codes, np.full((3, 4), MISSING)]),
        patients=[*panel.patients, "px", "py", "pz"],
    )
    first = beside_readers(panel, model, n_resamples=100).against().difference
    again = beside_readers(more, np.append(model, [1, 2, MISSING]).astype(np.int8), n_resamples=100)
    assert again.against().difference == first


def test_the_difference_is_paired_and_so_narrower_than_two_intervals_suggest():
    panel, model = random_study(9, n=120, readers=6, missing=0.0)
    one = beside_readers(panel, model, n_resamples=500).against()
    apart = np.hypot(one.model.high - one.model.low, one.left_out.high - one.left_out.low)
    assert one.difference.high - one.difference.low < apart
    assert one.difference.low < one.difference.value < one.difference.high


def test_intervals_are_wider_when_patients_have_alike_images():
    panel, model = random_study(3, n=60, readers=4, missing=0.0)
    patients = [name for name in panel.patients for _ in range(4)]
    copied = panel_of(np.repeat(panel.codes, 4, axis=0), patients=patients)
    first = beside_readers(panel, model, n_resamples=400).against().difference
    again = beside_readers(copied, np.repeat(model, 4), n_resamples=400).against().difference
    assert again.value == pytest.approx(first.value, abs=1e-12)
    assert (again.low, again.high) == pytest.approx((first.low, first.high), abs=1e-9)
    assert (again.n_items, again.n_units) == (240, 60)


def test_ties_are_counted():
    codes = np.array([[0, 1, 1], [2, 2, 2]])
    found = beside_readers(panel_of(codes), np.array([0, 2], np.int8), n_resamples=5)
    # Left out 0: others 1, 1. Left out either 1: others 0, 1, a tie. The second image: none.
    assert found.tied_share == pytest.approx(2 / 6)
    held = consensus_tables(panel_of(codes), np.array([0, 2], np.int8))
    np.testing.assert_array_equal(held.tied, [[False, True, True], [False, False, False]])
    assert held.tables[0, 0, 1, 0].tolist() == [0.5, 0.5, 0.0, 0.0]
    dropped = beside_readers(panel_of(codes), np.array([0, 2], np.int8), tie="none", n_resamples=5)
    assert dropped.tied_share == pytest.approx(2 / 6)


@pytest.mark.parametrize("n_readers", [0, 1, 2])
def test_fewer_than_three_readers_have_no_consensus(n_readers):
    codes = random_codes(np.random.default_rng(0), n=20, readers=n_readers)
    model = random_codes(np.random.default_rng(1), n=20, readers=1)[:, 0]
    found = beside_readers(panel_of(codes), model, n_resamples=20)
    mean = found.against().difference
    assert mean.value is None
    assert "needs three" in mean.reason
    assert len(found.with_readers) == 3 * n_readers
    assert found.tied_share is None


def test_what_cannot_be_computed_has_its_reason():
    normal = np.zeros((12, 4), np.int8)
    found = beside_readers(panel_of(normal), normal[:, 0], n_resamples=20)
    assert "defined for none" in found.against().difference.reason
    assert "grade 0 to every item" in found.against(reader="r00").model.reason
    second = found.against("accuracy", None, scope="stage2b", reader="r00").model
    assert second.value is None
    assert second.reason == "no item here has a consensus of 2 or 3"
    agreed = found.against("accuracy", None, scope="stage2a", reader="r00").model
    assert agreed.value == 1.0
    away = beside_readers(panel_of(normal), np.full(12, MISSING, np.int8), n_resamples=20)
    assert "two or more other readers" in away.against(reader="r00").model.reason
    assert all(one.value is None for one in away.with_readers)
    empty = beside_readers(panel_of(np.zeros((0, 4))), np.zeros(0, np.int8), n_resamples=20)
    assert all(one.difference.value is None for one in empty.against_consensus)
    single = beside_readers(panel_of([[0, 1, 1, 2]]), np.ones(1, np.int8), n_resamples=20)
    assert single.against("accuracy", None).difference.low is None


def test_another_scale_has_no_stages():
    codes = random_codes(np.random.default_rng(0), n=30, readers=4, k=5)
    panel = panel_of(codes[:, :3], scale=(0, 1, 2, 3, 4))
    found = beside_readers(panel, codes[:, 3], n_resamples=20)
    assert {one.measure.scope for one in found.against_consensus} == {"all_grades"}
    with pytest.raises(KeyError):
        found.against()


def test_the_same_seed_gives_the_same_figures_and_wrong_input_is_refused():
    panel, model = random_study(0, n=30)
    one = beside_readers(panel, model, n_resamples=50)
    assert one == beside_readers(panel, model, n_resamples=50)
    with pytest.raises(ValueError, match="no tie rule"):
        beside_readers(panel, model, tie="mean")
    with pytest.raises(ValueError, match="codes of the model"):
        beside_readers(panel, model[1:])
    with pytest.raises(ValueError, match="one name"):
        beside_readers(panel, model, name="r00")
