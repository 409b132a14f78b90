"""The learning curve: values against scikit-learn and a slow bootstrap, and what is withheld."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from sgus.core.rng import generator
from sgus.phantom.readers import draw_readers
from sgus.review.learning import N_RESAMPLES, learning_curve


def readings(n: int = 60, *, seed: int = 3):
    """A simulated reader who is a beginner for the first half, and the median of three others."""
    rng = np.random.default_rng(seed)
    severity = rng.uniform(0, 4, n)
    others = np.array([reader.read(severity, rng) for reader in draw_readers(1, 3)])
    late = draw_readers(2, 1, scales=[0.3], prefix="trainee")[0].read(severity, rng)
    early = rng.integers(0, 4, n)
    given = np.where(np.arange(n) < n // 2, early, late)
    patients = np.array([f"P{at // 3}" for at in range(n)])
    return given, np.median(others, axis=0).astype(np.int64), patients


def test_values_are_those_of_scikit_learn_in_each_block():
    given, consensus, patients = readings()
    curve = learning_curve(given, consensus, patients=patients, block=20)
    assert [(block.start, block.end) for block in curve.blocks] == [(1, 20), (21, 40), (41, 60)]
    for block in (*curve.blocks, curve.whole):
        here = slice(block.start - 1, block.end)
        kappa = cohen_kappa_score(
            consensus[here], given[here], labels=[0, 1, 2, 3], weights="quadratic"
        )
        assert block.kappa.value == pytest.approx(kappa)
        assert block.exact.value == pytest.approx((given[here] == consensus[here]).mean())
        assert block.n_patients == len(set(patients[here]))
        assert block.exact.low < block.exact.value < block.exact.high
    last, first = curve.blocks[-1].exact.value, curve.blocks[0].exact.value
    assert curve.gain.value == pytest.approx(last - first)
    assert (curve.n, curve.n_patients) == (60, 20)


def test_intervals_are_those_of_a_slow_bootstrap_of_patients():
    given, consensus, patients = readings(30)
    curve = learning_curve(given, consensus, patients=patients, block=15, seed=5)
    names = np.unique(patients)
    drawn = generator(5, "learning curve").integers(len(names), size=(N_RESAMPLES, len(names)))
    shares, gains = [], []
    for row in drawn:
        at = np.concatenate([np.flatnonzero(patients == names[j]) for j in row])
        right = given[at] == consensus[at]
        shares.append(right.mean())
        early, late = right[at < 15], right[at >= 15]
        gains.append(late.mean() - early.mean() if len(early) and len(late) else np.nan)
    assert (curve.whole.exact.low, curve.whole.exact.high) == pytest.approx(
        tuple(np.quantile(shares, [0.025, 0.975]))
    )
    assert (curve.gain.low, curve.gain.high) == pytest.approx(
        tuple(np.nanquantile(gains, [0.025, 0.975]))
    )


def test_a_reader_who_learns_is_seen_and_one_who_does_not_is_not():
    given, consensus, patients = readings(120)
    curve = learning_curve(given, consensus, patients=patients, block=60)
    assert curve.gain.low > 0
    assert curve.sentence.startswith("Exact agreement rose by ")
    turned = learning_curve(given[::-1], consensus[::-1], patients=patients[::-1], block=60)
    assert turned.sentence.startswith("Exact agreement fell by ")
    steady = np.tile(given[60:], 2), np.tile(consensus[60:], 2)
    same = learning_curve(*steady, patients=np.array([f"P{at}" for at in range(120)]), block=60)
    assert same.gain.low <= 0 <= same.gain.high
    assert "That is no proof that there is none." in same.sentence


def test_too_little_data_is_said():
    given, consensus, patients = readings(9)
    curve = learning_curve(given, consensus, patients=patients)
    assert curve.whole.exact.value is None
    assert curve.whole.exact.reason == "too little data: 9 cases, and 10 are needed"
    assert curve.gain.reason == "too little data: two blocks of cases are needed"
    assert curve.sentence == (
        "Too little data to say whether agreement changes: 9 cases of 3 patients."
    )
    none = learning_curve(given[:0], consensus[:0], patients=patients[:0], n_not_graded=2)
    assert (none.blocks, none.whole, none.n, none.n_not_graded) == ((), None, 0, 2)


def test_few_patients_give_a_value_without_an_interval():
    given, consensus, _ = readings(20)
    patients = np.array([f"P{at % 4}" for at in range(20)])
    figure = learning_curve(given, consensus, patients=patients, unit="grouping key").whole.exact
    assert figure.value is not None
    assert (figure.low, figure.high) == (None, None)
    assert figure.reason == "no interval: 4 patients, and 5 are needed"


def test_one_grade_alone_has_no_kappa():
    ones = np.ones(20, dtype=np.int64)
    whole = learning_curve(ones, ones, patients=np.arange(20).astype(str)).whole
    assert (whole.kappa.value, whole.exact.value) == (None, 1.0)
    assert whole.kappa.reason == "all cases have, and were given, one grade"
    assert "do not vary" in whole.exact.reason


@pytest.mark.parametrize(
    ("n", "ends"), [(20, [20]), (29, [29]), (30, [20, 30]), (49, [20, 49]), (50, [20, 40, 50])]
)
def test_a_short_rest_joins_the_last_block(n, ends):
    given, consensus, patients = readings(n)
    blocks = learning_curve(given, consensus, patients=patients).blocks
    assert [block.end for block in blocks] == ends
    assert sum(block.n for block in blocks) == n
