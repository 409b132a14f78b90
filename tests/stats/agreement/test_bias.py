from __future__ import annotations

from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from sgus.stats.agreement.bias import (
    CONSENSUS,
    FROM_MEAN,
    FROM_MEDIAN,
    bias_families,
    consensus_tables,
    severity_words,
)
from sgus.stats.agreement.engine import estimate
from tests.stats.boundary.tables import (
    GRADES,
    code_arrays,
    figures,
    is_repetition,
    named,
    panel_of,
    repeat,
)

WEIGHTINGS = {"unweighted": None, "linear": "linear", "quadratic": "quadratic"}


def joined(panel):
    found = {}
    for family in bias_families(panel):
        found |= named(family)
    return found


def test_a_table_counted_by_hand():
    # The third item is tied for r0 (1 and 2 among the others), the last read by one other only.
    found = joined(panel_of([[1, 0, 0, -1], [2, 2, 1, 2], [3, 1, 2, -1], [0, -1, 0, -1]]))
    me = ("r0",)
    differences = [1 - 0, 2 - 5 / 3, 3 - 1.5]
    assert found["reader_bias", None, FROM_MEAN, me, None] == pytest.approx(fmean(differences))
    assert found["reader_bias", None, FROM_MEDIAN, me, None] == pytest.approx((1 + 0 + 1.5) / 3)
    assert found["reader_higher", None, CONSENSUS, me, None] == 1 / 2
    assert found["reader_lower", None, CONSENSUS, me, None] == 0
    assert found["percent_agreement", "unweighted", CONSENSUS, me, None] == 1 / 2
    assert found["reader_says", None, "says 1", me, 0] == 1
    assert found["reader_says", None, "says 2", me, 2] == 1
    assert found["reader_says", None, "says 0", me, 1] is None


def test_who_takes_part_is_stated():
    family = bias_families(panel_of([[1, 0, 0, -1], [2, 2, 1, -1], [0, -1, 0, 3]]))[0]
    where = {(x.form, x.raters): n for n, x in enumerate(family.labels) if "bias" in x.statistic}
    place = where[FROM_MEAN, ("r1",)]
    assert (family.n_raters[place], family.n_pairs[place]) == (3, 2)
    assert family.used[:, place].tolist() == [True, True, False]


def slow_reader(codes, j, scale):
    """Differences from mean and median, and pairs (own grade, consensus), of one reader."""
    from_mean, from_median, pairs = [], [], []
    for row in codes:
        others = [scale[c] for m, c in enumerate(row) if m != j and c >= 0]
        if row[j] < 0 or len(others) < 2:
            continue
        own = scale[row[j]]
        from_mean.append(own - fmean(others))
        from_median.append(own - median(others))
        middle = sorted(others)[(len(others) - 1) // 2 : len(others) // 2 + 1]
        if len(set(middle)) == 1:
            pairs.append((own, middle[0]))
    return from_mean, from_median, pairs


def share(flags):
    flags = list(flags)
    return sum(flags) / len(flags) if flags else None


@given(code_arrays(), st.sampled_from([GRADES, (1, 2, 4, 9)]))
def test_every_figure_is_that_of_a_loop(codes, scale):
    found = joined(panel_of(codes, scale))
    for j in range(codes.shape[1]):
        me = (f"r{j}",)
        from_mean, from_median, pairs = slow_reader(codes, j, scale)
        mean, middle = (fmean(x) if x else None for x in (from_mean, from_median))
        assert found["reader_bias", None, FROM_MEAN, me, None] == pytest.approx(mean, abs=1e-12)
        assert found["reader_bias", None, FROM_MEDIAN, me, None] == pytest.approx(middle, abs=1e-12)
        agreed = found["percent_agreement", "unweighted", CONSENSUS, me, None]
        assert agreed == pytest.approx(share(a == b for a, b in pairs))
        higher, lower = (
            found[s, None, CONSENSUS, me, None] for s in ("reader_higher", "reader_lower")
        )
        assert higher == pytest.approx(share(a > b for a, b in pairs))
        assert lower == pytest.approx(share(a < b for a, b in pairs))
        assert not pairs or higher + lower + agreed == pytest.approx(1.0)
        for grade in scale:
            said = [a for a, b in pairs if b == grade]
            for other in scale:
                key = ("reader_says", None, f"says {other}", me, grade)
                assert found[key] == pytest.approx(share(a == other for a in said))


@given(code_arrays())
def test_kappa_with_the_consensus_is_that_of_scikit_learn(codes):
    found = joined(panel_of(codes))
    for j in range(codes.shape[1]):
        pairs = slow_reader(codes, j, GRADES)[2]
        own, others = [a for a, _ in pairs], [b for _, b in pairs]
        for name, option in WEIGHTINGS.items():
            kappa = found["cohen_kappa", name, CONSENSUS, (f"r{j}",), None]
            if len({*own, *others}) < 2:
                assert kappa is None
                continue
            wanted = cohen_kappa_score(own, others, labels=GRADES, weights=option)
            assert kappa == pytest.approx(wanted, abs=1e-12)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_order_of_items_and_readers_and_an_unread_row_change_nothing(codes, seed):
    rng = np.random.default_rng(seed)
    items, readers = rng.permutation(len(codes)), rng.permutation(codes.shape[1])
    panel = panel_of(codes)
    moved = panel_of(np.concatenate([codes[items], np.full((1, codes.shape[1]), -1)]))
    moved = moved.of_readers([panel.readers[j] for j in readers])
    assert joined(panel) == pytest.approx(joined(moved), abs=1e-12)


@given(code_arrays(), st.integers(0, 2**32 - 1))
def test_weights_are_repetitions(codes, seed):
    weights = np.random.default_rng(seed).integers(0, 4, len(codes))
    panels = (panel_of(codes), panel_of(repeat(codes, weights)))
    for weighted, repeated in zip(*map(bias_families, panels), strict=True):
        assert is_repetition(weighted, repeated, weights)


@given(code_arrays())
def test_a_mirrored_scale_turns_every_bias_around(codes):
    mirrored = np.where(codes >= 0, 3 - codes, -1)
    before, after = (figures(bias_families(panel_of(c))[0]) for c in (codes, mirrored))
    for label, value in before.items():
        if label.statistic == "reader_bias":
            assert after[label] == pytest.approx(-value, abs=1e-12, nan_ok=True)


def simulated(rng, *, shifts, n_items=4000, missing=0.2):
    """Readers of one kind but for a shift, of a cohort in which most glands are normal."""
    severity = rng.exponential(0.7, n_items)[:, None]
    seen = severity + rng.normal(0, 0.5, (n_items, len(shifts))) + np.asarray(shifts)
    codes = np.clip(np.floor(seen + 0.5), 0, 3).astype(np.int8)
    codes[rng.random(codes.shape) < missing] = -1
    return codes


@pytest.mark.parametrize("n_readers", [3, 4, 5, 8])
def test_readers_who_are_alike_have_no_bias_although_most_glands_are_normal(n_readers):
    codes = simulated(np.random.default_rng(n_readers), shifts=[0.0] * n_readers)
    found = joined(panel_of(codes))
    for j in range(n_readers):
        assert abs(found["reader_bias", None, FROM_MEAN, (f"r{j}",), None]) < 0.04


def test_among_normal_glands_readers_who_are_alike_look_severe_beside_the_median():
    codes = simulated(np.random.default_rng(1), shifts=[0.0] * 9, missing=0.0)
    found = joined(panel_of(codes))
    for j in range(9):
        assert found["reader_bias", None, FROM_MEDIAN, (f"r{j}",), None] > 0.02


@pytest.mark.parametrize("n_readers", [3, 4, 5, 8])
def test_no_rule_for_two_middle_grades_favours_a_side(n_readers):
    # As severe as mild: the mirrored cohort stands beside the cohort.
    codes = simulated(np.random.default_rng(n_readers), shifts=[0.0] * n_readers)
    both = np.concatenate([codes, np.where(codes >= 0, 3 - codes, -1)])
    found = joined(panel_of(both))
    for j in range(n_readers):
        assert found["reader_bias", None, FROM_MEDIAN, (f"r{j}",), None] == pytest.approx(0)
        higher, lower = (
            found[s, None, CONSENSUS, (f"r{j}",), None] for s in ("reader_higher", "reader_lower")
        )
        assert higher == pytest.approx(lower)


@given(code_arrays())
def test_on_items_that_all_read_the_biases_sum_to_nought(codes):
    complete = codes[(codes >= 0).all(axis=1)]
    found = joined(panel_of(complete))
    biases = [
        found["reader_bias", None, FROM_MEAN, (f"r{j}",), None] for j in range(codes.shape[1])
    ]
    assert None in biases or sum(biases) == pytest.approx(0.0, abs=1e-12)


def test_a_planted_bias_is_found_with_its_interval():
    rng = np.random.default_rng(3)
    codes = simulated(rng, shifts=[0.0, 0.5, -0.5, 0.0, 0.0], n_items=400, missing=0.0)
    panel = panel_of(codes, patients=tuple(f"p{n // 2}" for n in range(400)))
    rows = estimate(panel, bias_families(panel), n_resamples=200, rng=rng)
    biases = {row.label.raters[0]: row for row in rows if row.label.form == FROM_MEAN}
    words = {name: severity_words(row.low, row.high) for name, row in biases.items()}
    assert words["r1"] == "severe"
    assert words["r2"] == "lenient"
    assert biases["r1"].value > 0.3
    assert biases["r2"].value < -0.2
    assert biases["r1"].n_units == 200
    says = {
        row.label.raters[0]: row.value
        for row in rows
        if (row.label.form, row.label.grade) == ("says 1", 0)
    }
    assert max(says, key=says.get) == "r1"
    assert min(says, key=says.get) == "r2"


def test_two_readers_cannot_be_judged_by_each_other():
    for family in bias_families(panel_of([[0, 1], [1, 1]])):
        assert all(reason is not None for reason in family.reasons)
        assert not figures(family) or np.isnan(list(figures(family).values())).all()
    assert consensus_tables(panel_of([[0, 1], [1, 1]])).sum() == 0


def test_a_consensus_of_one_grade_has_no_kappa_and_says_so():
    family = bias_families(panel_of([[1, 1, 1], [1, 1, 1]]))[1]
    assert set(family.reasons) == {
        "both gave grade 1 to every item, so that chance leaves no disagreement to compare with"
    }


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.1, 0.3, "severe"),
        (-0.3, -0.1, "lenient"),
        (-0.1, 0.2, "no clear tendency"),
        (0.0, 0.2, "no clear tendency"),
        (None, None, "cannot be said"),
    ],
)
def test_words_come_from_the_interval_alone(low, high, words):
    assert severity_words(low, high) == words
