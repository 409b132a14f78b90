"""Items a fit was not made from: the same posterior, by a slow product, and what is not known."""

from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.consensus.dawid_skene import dawid_skene
from sgus.stats.consensus.held_out import held_out_posterior


def readings(seed: int, n: int = 80, *, missing: float = 0.1) -> Readings:
    """Three readers, the first of whom reads twice."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, n)
    codes = np.clip(truth[:, None, None] + rng.integers(-1, 2, (n, 3, 2)), 0, 3).astype(np.int8)
    codes[rng.random(codes.shape) < missing] = MISSING
    codes[:, 1:, 1] = MISSING
    panel = Panel(codes[..., 0], tuple(map(str, range(n))), ("a", "b", "c"), (0, 1, 2, 3))
    return Readings(panel, codes)


def slowly(fit, codes) -> np.ndarray:
    rows = []
    for item in codes:
        p = fit.prevalence.copy()
        for reader, grades in enumerate(item):
            for grade in grades:
                if grade != MISSING:
                    row = fit.confusion[reader, :, grade]
                    p *= np.where(np.isnan(row), 0.25, row)
        rows.append(p / p.sum() if p.sum() > 0 and (item != MISSING).any() else p * np.nan)
    return np.array(rows)


def test_it_is_the_product_of_prevalence_and_chances() -> None:
    fit = dawid_skene(readings(1), seed=0)
    others = readings(2, missing=0.3)
    np.testing.assert_allclose(
        held_out_posterior(fit, others), slowly(fit, others.codes), atol=1e-12
    )


def test_of_the_items_of_the_fit_it_is_the_fits_own() -> None:
    given = readings(3)
    fit = dawid_skene(given, seed=0)
    ours = held_out_posterior(fit, given)[fit.read]
    np.testing.assert_allclose(ours, fit.posterior[fit.read], atol=1e-4)


def test_what_is_not_known_is_nan() -> None:
    codes = np.repeat(np.arange(4, dtype=np.int8)[:, None], 3, axis=1)
    panel = Panel(codes, tuple("abcd"), ("a", "b", "c"), (0, 1, 2, 3))
    fit = dawid_skene(panel, seed=0)  # all readers always agree: any disagreement is impossible
    other = Panel(
        np.array([[0, 3, 1], [-1, -1, -1], [2, 2, 2]], np.int8), tuple("xyz"), panel.readers,
        panel.scale,
    )  # fmt: skip
    p = held_out_posterior(fit, other)
    assert np.isnan(p[:2]).all()
    np.testing.assert_allclose(p[2], [0, 0, 1, 0], atol=1e-9)


def test_an_unknown_reader_says_nothing_and_another_scale_is_refused() -> None:
    given = readings(4)
    fit = dawid_skene(given, seed=0)
    one = given.first.of_readers(["a"])
    with_more = one.with_reader("new", np.full(one.n_items, 3, np.int8))
    read = one.given[:, 0]
    np.testing.assert_allclose(
        held_out_posterior(fit, with_more)[read], held_out_posterior(fit, one)[read], atol=1e-12
    )
    other = Panel(np.zeros((1, 1), np.int8), ("x",), ("a",), (0, 1))
    with pytest.raises(ValueError, match="the fit is on"):
        held_out_posterior(fit, other)
