"""The climb: equal to a loop that one can read, never downhill, a batch equal to its parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.consensus import em
from sgus.stats.consensus.em import climb, expect, maximise, patterns_of


def readings_of(codes) -> Readings:
    codes = np.asarray(codes, dtype=np.int8)
    n_items, n_readers, _ = codes.shape
    items = tuple(f"i{at}" for at in range(n_items))
    readers = tuple(f"r{at}" for at in range(n_readers))
    return Readings(Panel(codes[:, :, 0], items, readers, (0, 1, 2)), codes)


many_readings = (
    st.tuples(st.integers(1, 8), st.integers(1, 4), st.integers(1, 2))
    .flatmap(lambda shape: arrays(np.int8, shape, elements=st.integers(-1, 2)))
    .filter(lambda codes: bool((codes != MISSING).any()))
    .map(readings_of)
)


def loops(codes, start, turns):
    """Dawid & Skene's equations 2.3 to 2.5 as they stand there, item by item."""
    n_items, n_readers, n_readings = codes.shape
    k = start.shape[1]
    posterior = start.copy()
    for _ in range(turns):
        prevalence = posterior.mean(axis=0)
        confusion = np.full((n_readers, k, k), 1 / k)
        for r in range(n_readers):
            for c in range(k):
                row = [
                    sum(posterior[i, c] * (codes[i, r] == g).sum() for i in range(n_items))
                    for g in range(k)
                ]
                if sum(row) > em.NO_SUPPORT:
                    confusion[r, c] = np.array(row) / sum(row)
        value = 0.0
        for i in range(n_items):
            chance = prevalence.copy()
            for c in range(k):
                for r in range(n_readers):
                    for t in range(n_readings):
                        if codes[i, r, t] != MISSING:
                            chance[c] *= confusion[r, c, codes[i, r, t]]
            value += np.log(chance.sum())
            posterior[i] = chance / chance.sum()
    return prevalence, confusion, posterior, value


@given(many_readings, st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_equals_the_loops(readings, turns, seed):
    patterns = patterns_of(readings)
    drawn = np.random.default_rng(seed).dirichlet(np.ones(3), size=len(patterns.counts))
    weights = patterns.sums(np.ones((1, readings.first.n_items))).T
    found = climb(patterns.counts, weights, drawn[:, None], max_iterations=turns, tolerance=-1.0)
    kept = patterns.read
    prevalence, confusion, posterior, value = loops(
        readings.codes[kept], drawn[patterns.of_item[kept]], turns
    )
    np.testing.assert_allclose(found.parameters.prevalence[0], prevalence, atol=1e-10)
    made = found.parameters.confusion[:, :, 0].transpose(0, 2, 1)
    np.testing.assert_allclose(made, confusion, atol=1e-10)
    np.testing.assert_allclose(found.posterior[patterns.of_item[kept], 0], posterior, atol=1e-10)
    assert found.log_likelihood[0] == pytest.approx(value, abs=1e-9)


@given(many_readings, st.integers(0, 2**32 - 1))
def test_the_likelihood_never_falls(readings, seed):
    patterns = patterns_of(readings)
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet(np.full(3, 0.3), size=(len(patterns.counts), 1))
    weights = rng.integers(1, 4, size=(len(patterns.counts), 1)).astype(float)
    values = []
    for _ in range(15):
        posterior, each = expect(patterns.counts, maximise(patterns.counts, weights, posterior))
        values.append(float((weights * each).sum()))
    assert np.diff(values).min() >= -1e-9


@given(many_readings)
def test_patterns_hold_every_reading(readings):
    patterns = patterns_of(readings)
    for item, codes in enumerate(readings.codes):
        expected = (codes[..., None] == np.arange(3)).sum(axis=1)
        assert patterns.read[item] == (expected.sum() > 0)
        if patterns.read[item]:
            np.testing.assert_array_equal(patterns.counts[patterns.of_item[item]], expected)
    weights = np.arange(1.0, 1 + readings.first.n_items)
    expected = [weights[patterns.of_item == p].sum() for p in range(len(patterns.counts))]
    assert patterns.sums(weights[None])[0].tolist() == expected


def test_a_batch_is_its_problems_one_by_one(monkeypatch):
    rng = np.random.default_rng(3)
    patterns = patterns_of(readings_of(rng.integers(-1, 3, size=(30, 4, 1))))
    n = len(patterns.counts)
    start = rng.dirichlet(np.ones(3), size=(n, 7))
    weights = rng.integers(1, 4, size=(n, 7)).astype(float)
    monkeypatch.setattr(em, "_BLOCK", 3 * 3 * n)  # three problems at a time
    found = climb(patterns.counts, weights, start, max_iterations=500)
    assert len(set(found.n_iterations.tolist())) > 1
    for at in range(7):
        one = slice(at, at + 1)
        alone = climb(patterns.counts, weights[:, one], start[:, one], max_iterations=500)
        assert found.n_iterations[at] == alone.n_iterations[0]
        assert found.log_likelihood[at] == pytest.approx(alone.log_likelihood[0], abs=1e-9)
        np.testing.assert_allclose(found.posterior[:, at], alone.posterior[:, 0], atol=1e-9)
        np.testing.assert_allclose(
            found.parameters.confusion[:, :, at], alone.parameters.confusion[:, :, 0], atol=1e-9
        )


def test_a_climb_cut_short_says_so():
    patterns = patterns_of(readings_of([[[0], [1], [0]], [[1], [1], [2]], [[2], [2], [1]]]))
    start = np.random.default_rng(0).dirichlet(np.ones(3), size=(3, 1))
    found = climb(patterns.counts, np.ones((3, 1)), start, max_iterations=1)
    assert (found.n_iterations.tolist(), found.converged.tolist()) == ([1], [False])
