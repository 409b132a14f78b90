from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sgus.stats.agreement.intervals import (
    ENDS,
    Evidence,
    acceleration,
    bca_ends,
    jackknife_t_ends,
    logit_t_ends,
    percentile_ends,
)


def means_of(samples, *, n_resamples=400, seed=0):
    """Evidence of the mean of each sample `(n_labels, n_units)`, and the same draws for all."""
    n = samples.shape[1]
    drawn = np.random.default_rng(seed).integers(n, size=(n_resamples, n))
    return Evidence(
        values=samples.mean(axis=1),
        draws=samples[:, drawn].mean(axis=2),
        without=(samples.sum(axis=1, keepdims=True) - samples) / max(n - 1, 1),
        used=np.ones(samples.shape, dtype=bool),
        unit="patient",
    )


@pytest.fixture
def skewed():
    return np.random.default_rng(7).exponential(size=(5, 25)) ** 1.5


def test_percentiles_are_those_of_numpy(skewed):
    evidence = means_of(skewed)
    ends = percentile_ends(evidence)
    low, high = np.quantile(evidence.draws, [0.025, 0.975], axis=1)
    assert ends.low == pytest.approx(low)
    assert ends.high == pytest.approx(high)
    assert ends.se == pytest.approx(evidence.draws.std(axis=1, ddof=1))
    assert ends.reasons == (None,) * 5


def test_bca_is_that_of_scipy_on_the_same_resamples(skewed):
    for sample in skewed:
        drawn = np.random.default_rng(3).integers(25, size=(999, 25))
        evidence = means_of(sample[None], n_resamples=999, seed=3)
        assert evidence.draws[0] == pytest.approx(sample[drawn].mean(axis=1))
        theirs = stats.bootstrap(
            (sample,), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(3)
        )
        assert theirs.bootstrap_distribution == pytest.approx(evidence.draws[0])
        ours = bca_ends(evidence)
        assert ours.low[0] == pytest.approx(theirs.confidence_interval.low, rel=1e-9)
        assert ours.high[0] == pytest.approx(theirs.confidence_interval.high, rel=1e-9)


def test_acceleration_of_a_mean_is_a_sixth_of_its_skewness_by_root_n(skewed):
    expected = stats.skew(skewed, axis=1) / (6 * np.sqrt(25))
    assert acceleration(means_of(skewed)) == pytest.approx(expected)


def test_jackknife_of_a_mean_is_the_t_interval(skewed):
    ends = jackknife_t_ends(means_of(skewed))
    se = stats.sem(skewed, axis=1)
    low, high = stats.t.interval(0.95, 24, loc=skewed.mean(axis=1), scale=se)
    assert ends.se == pytest.approx(se)
    assert ends.low == pytest.approx(low)
    assert ends.high == pytest.approx(high)


def within(evidence, low, high):
    return replace(evidence, ranges=np.tile([[low, high]], (len(evidence.values), 1)))


def test_without_a_range_it_is_the_t_interval_with_the_spread_of_the_resamples(skewed):
    evidence = means_of(skewed, n_resamples=20000)
    for same in (evidence, within(evidence, -np.inf, np.inf)):
        ends = logit_t_ends(same)
        half = stats.t.ppf(0.975, 24) * np.sqrt(25 / 24) * evidence.draws.std(axis=1, ddof=1)
        assert ends.low == pytest.approx(evidence.values - half)
        assert ends.high == pytest.approx(evidence.values + half)
    # The spread of resamples is that of the t interval but for the divisor n.
    _, high = stats.t.interval(0.95, 24, loc=skewed.mean(axis=1), scale=stats.sem(skewed, axis=1))
    assert ends.high - evidence.values == pytest.approx(high - evidence.values, rel=0.03)


def test_on_the_range_of_a_share_ends_are_symmetrical_in_log_odds(skewed):
    share = within(means_of(skewed / (1.0 + skewed)), 0.0, 1.0)
    ends, plain = logit_t_ends(share), logit_t_ends(replace(share, ranges=None))
    odds = np.log(share.values / (1.0 - share.values))
    slope = share.values * (1.0 - share.values)
    half = (plain.high - plain.low) / 2.0 / slope
    for end, expected in ((ends.low, odds - half), (ends.high, odds + half)):
        assert np.log(end / (1.0 - end)) == pytest.approx(expected)
    other = within(replace(share, values=1 - share.values, draws=1 - share.draws), 0.0, 1.0)
    assert logit_t_ends(other).low == pytest.approx(1.0 - ends.high)


def test_on_the_range_of_a_coefficient_it_is_the_interval_of_fisher_z(skewed):
    evidence = within(means_of(np.tanh(skewed - 1.0)), -1.0, 1.0)
    ends, plain = logit_t_ends(evidence), logit_t_ends(replace(evidence, ranges=None))
    half = (plain.high - plain.low) / 2.0 / (1.0 - evidence.values**2)
    assert ends.low == pytest.approx(np.tanh(np.arctanh(evidence.values) - half))
    assert ends.high == pytest.approx(np.tanh(np.arctanh(evidence.values) + half))


def test_ends_never_leave_the_range():
    rare = np.zeros((1, 30))
    rare[0, :2] = 1.0
    ends = logit_t_ends(within(means_of(rare), 0.0, 1.0))
    assert 0.0 < ends.low[0] < 2 / 30 < ends.high[0] < 1.0
    assert logit_t_ends(means_of(rare)).low[0] < 0.0


def test_a_value_outside_the_range_has_the_plain_interval(skewed):
    evidence = means_of(skewed + 2.0)
    assert logit_t_ends(within(evidence, -1.0, 1.0)).low == pytest.approx(
        logit_t_ends(evidence).low
    )


def test_units_a_figure_does_not_use_do_not_count(skewed):
    """A figure of some patients has the interval it would have in a panel of these alone."""
    padded = means_of(skewed)
    without = np.concatenate([padded.without, padded.values[:, None]], axis=1)
    used = np.concatenate([padded.used, np.zeros((5, 1), dtype=bool)], axis=1)
    wider = Evidence(padded.values, padded.draws, without, used, "patient")
    for method in ENDS.values():
        assert method(wider).low == pytest.approx(method(padded).low)
        assert method(wider).se == pytest.approx(method(padded).se)


@pytest.mark.parametrize("method", ENDS)
@pytest.mark.parametrize(("n", "said"), [(1, "1 patient is"), (4, "4 patients are")])
def test_below_five_units_there_is_no_interval(method, n, said):
    ends = ENDS[method](means_of(np.arange(2.0 * n).reshape(2, n) ** 2))
    assert np.isnan([ends.low, ends.high, ends.se]).all()
    assert said in ends.reasons[0]


@pytest.mark.parametrize("method", ENDS)
def test_what_does_not_vary_is_not_certain(method):
    ends = ENDS[method](means_of(np.full((1, 9), 0.3)))
    assert np.isnan([ends.low, ends.high, ends.se]).all()
    assert "no sign of certainty" in ends.reasons[0]


@pytest.mark.parametrize("method", ["percentile", "bca", "logit_t"])
def test_undefined_resamples_are_left_out_until_they_are_too_many(method, skewed):
    evidence = means_of(skewed[:1])
    draws = evidence.draws.copy()
    draws[0, ::20] = np.nan
    some = Evidence(evidence.values, draws, evidence.without, evidence.used, "patient")
    kept = draws[:, np.isfinite(draws[0])]
    same = Evidence(evidence.values, kept, evidence.without, evidence.used, "patient")
    ends, expected = ENDS[method](some), ENDS[method](same)
    assert ends.n_usable[0] == 380
    assert ends.low[0] == pytest.approx(expected.low[0])
    assert ends.se[0] == pytest.approx(expected.se[0])
    draws[0, 1::10] = np.nan
    ends = ENDS[method](some)
    assert np.isnan([ends.low[0], ends.se[0]]).all()
    assert "undefined in more than a tenth of 400 resamples" in ends.reasons[0]


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_resamples_all_on_one_side_are_biased(method, skewed):
    evidence = means_of(skewed[:1])
    shifted = Evidence(evidence.values - 9, evidence.draws, evidence.without, evidence.used, "item")
    ends = ENDS[method](shifted)
    assert np.isnan([ends.low[0], ends.high[0]]).all()
    assert "biased" in ends.reasons[0]


def test_a_figure_that_hangs_on_one_unit_has_no_jackknife(skewed):
    evidence = means_of(skewed[:1])
    evidence.without[0, 3] = np.nan
    ends = jackknife_t_ends(evidence)
    assert np.isnan([ends.low[0], ends.se[0]]).all()
    assert "undefined without one of the patients" in ends.reasons[0]


@pytest.mark.parametrize("method", ["percentile", "bca", "logit_t"])
def test_no_resamples_give_no_interval(method, skewed):
    ends = ENDS[method](means_of(skewed, n_resamples=0))
    assert np.isnan([ends.low, ends.se]).all()
    assert ends.reasons[0] == "no resamples were drawn"
