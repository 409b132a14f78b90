"""All figures at once: complete, in order, repeatable, and never a number that is none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sgus.stats.agreement.everything import agreement_families, agreement_figures
from sgus.stats.agreement.panel import MISSING, Panel, Readings

STATISTICS = {
    "cohen_kappa", "light_kappa", "fleiss_kappa", "conger_kappa", "krippendorff_alpha", "gwet_ac",
    "icc", "kendall_w", "percent_agreement", "specific_agreement", "prevalence_index",
    "bias_index", "pabak", "reader_bias", "disagreement_share", "crossing_share",
    "swap_rate", "swap_rate_within", "intra_minus_inter",
}  # fmt: skip


def readings(codes: np.ndarray, *, patients: bool = True) -> Readings:
    n_items, n_readers, _ = codes.shape
    panel = Panel(
        codes=codes[..., 0].astype(np.int8),
        items=tuple(f"i{at}" for at in range(n_items)),
        readers=tuple(f"r{at}" for at in range(n_readers)),
        scale=(0, 1, 2, 3),
        patients=tuple(f"p{at // 2}" for at in range(n_items)) if patients else None,
        unit="patient" if patients else "item",
    )
    return Readings(panel, codes.astype(np.int8))


@pytest.fixture(scope="module")
def usual() -> Readings:
    rng = np.random.default_rng(1)
    codes = np.clip(rng.integers(0, 4, (40, 1, 1)) + rng.integers(-1, 2, (40, 3, 2)), 0, 3)
    codes[rng.random(codes.shape) < 0.1] = MISSING
    return readings(codes)


def test_every_statistic_is_there_once(usual):
    figures = agreement_figures(usual, n_resamples=50)
    labels = [figure.label for figure in figures]
    assert {label.statistic for label in labels} >= STATISTICS
    assert len(set(labels)) == len(labels)
    assert sum(len(family.labels) for family in agreement_families(usual)) == len(labels)
    assert labels[0].statistic == "fleiss_kappa"
    pairs = [label for label in labels if (label.statistic, label.form) == ("cohen_kappa", "pair")]
    assert len(pairs) == 3 * 3


def test_the_same_seed_gives_the_same_figures(usual):
    rows = [
        [f.row() for f in agreement_figures(usual, n_resamples=50, seed=seed)] for seed in (3, 3, 4)
    ]
    assert rows[0] == rows[1]
    assert rows[0] != rows[2]
    assert [row["value"] for row in rows[0]] == [row["value"] for row in rows[2]]


def test_intervals_are_passed_on(usual):
    closed = agreement_figures(usual, n_resamples=0, intervals="closed")
    fleiss = next(figure for figure in closed if figure.label.statistic == "fleiss_kappa")
    assert "Gwet" in fleiss.method
    resampled = agreement_figures(usual, n_resamples=50, intervals="bootstrap")
    assert all("bootstrap" in figure.method for figure in resampled if figure.low is not None)


def panels() -> dict[str, np.ndarray]:
    empty = np.full((3, 3, 1), MISSING)
    apart = np.full((2, 2, 1), MISSING)
    apart[0, 0], apart[1, 1] = 1, 2
    return {
        "no item": np.zeros((0, 3, 1)),
        "one reader": np.arange(8).reshape(8, 1, 1) % 4,
        "no reader": np.zeros((4, 0, 1)),
        "one grade": np.full((8, 3, 2), 2),
        "one item": np.array([[[0], [3]]]),
        "nobody read": empty,
        "no overlap": apart,
    }


@pytest.mark.parametrize("name", panels())
@pytest.mark.parametrize("patients", [True, False])
def test_a_degenerate_panel_gives_reasons(name, patients):
    for figure in agreement_figures(readings(panels()[name], patients=patients), n_resamples=20):
        row = figure.row()
        assert row["reason"] is not None or None not in (row["value"], row["low"], row["high"])
        numbers = [row[key] for key in ("value", "low", "high", "se") if row[key] is not None]
        assert all(math.isfinite(number) for number in numbers), row
        if name in ("no item", "nobody read", "no reader"):
            assert row["value"] is None
