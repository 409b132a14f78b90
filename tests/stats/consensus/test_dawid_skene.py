"""Dawid-Skene: the data of 1979, simulated readers, and every degenerate panel."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.consensus.dawid_skene import (
    dawid_skene,
    hard_labels,
    label_entropy,
    label_margin,
)

ERRORS = np.array(
    [[0.85, 0.13, 0.02, 0.0], [0.2, 0.62, 0.17, 0.01], [0.01, 0.14, 0.72, 0.13], [0, 0, 0.2, 0.8]]
)
PREVALENCE = np.array([0.4, 0.25, 0.25, 0.1])


def panel_of(codes, *, scale=(0, 1, 2, 3)) -> Panel:
    codes = np.asarray(codes, dtype=np.int8)
    items = tuple(f"i{at}" for at in range(codes.shape[0]))
    return Panel(codes, items, tuple(f"r{at}" for at in range(codes.shape[1])), scale)


def simulated(n_items, confusion, *, seed, missing=0.0):
    """True classes, and what readers of known errors say of them."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, size=n_items, p=PREVALENCE)
    chance = confusion[:, truth].transpose(1, 0, 2).cumsum(axis=-1)
    codes = (rng.random((*chance.shape[:2], 1)) > chance).sum(axis=-1).clip(0, 3)
    codes[rng.random(codes.shape) < missing] = MISSING
    return truth, panel_of(codes)


@pytest.fixture
def of_1979(shared_data: Path):
    """45 patients judged by five anaesthetists, by the first of them three times."""
    folder = shared_data / "agreement"
    with (folder / "dawid_skene1979.csv").open(encoding="utf-8") as file:
        rows = [tuple(int(row[name]) for name in ("item", "rater", "rating"))
                for row in csv.DictReader(file)]  # fmt: skip
    codes = np.full((45, 5, 3), MISSING, np.int8)
    n = np.zeros((45, 5), int)
    for item, rater, grade in rows:
        codes[item - 1, rater - 1, n[item - 1, rater - 1]] = grade - 1
        n[item - 1, rater - 1] += 1
    first = Panel(codes[..., 0], tuple(map(str, range(1, 46))), tuple("12345"), (1, 2, 3, 4))
    expected = json.loads((folder / "dawid_skene1979.json").read_text(encoding="utf-8"))
    return Readings(first, codes), expected["expected"]


def test_the_data_of_1979(of_1979):
    readings, expected = of_1979
    fit = dawid_skene(readings)
    found = {
        "class_prevalence": lambda _: fit.prevalence,
        "log_likelihood": lambda _: fit.log_likelihood,
        "confusion_rater": lambda params: fit.confusion[params["rater"] - 1],
        "map_class": lambda _: hard_labels(fit) + 1,
        "posterior_patient": lambda params: fit.posterior[np.array(params["items"]) - 1],
    }
    assert {row["key"] for row in expected} == set(found)
    for row in expected:
        np.testing.assert_allclose(
            found[row["key"]](row.get("params")), row["value"], rtol=0, atol=row["tol"]
        )
    assert fit.converged
    assert fit.reason is None
    np.testing.assert_allclose(fit.support.sum(axis=1), [135, 45, 45, 45, 45])


def test_the_majority_of_1979_ends_lower_which_is_why_there_are_several_starts(of_1979):
    starts = {start.name: start for start in dawid_skene(of_1979[0]).starts}
    assert len(starts) == 20
    assert starts["majority"].log_likelihood == pytest.approx(-193.97, abs=0.01)
    assert starts["votes"].log_likelihood == pytest.approx(-192.8909, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_no_seed_changes_the_fit_of_1979(of_1979, seed):
    fit = dawid_skene(of_1979[0], seed=seed, n_starts=40)
    assert fit.log_likelihood == pytest.approx(-192.8909, abs=1e-3)


def test_far_from_the_votes_the_data_of_1979_have_a_higher_peak(of_1979):
    readings, _ = of_1979
    near, far = dawid_skene(readings), dawid_skene(readings, spread=0.3, n_starts=60)
    assert far.log_likelihood == pytest.approx(-191.5689, abs=1e-3)
    assert np.flatnonzero(hard_labels(near) != hard_labels(far)).tolist() == [11]


def test_readings_stay_as_they_are(of_1979):
    readings, _ = of_1979
    before, first = readings.codes.copy(), readings.first.codes.copy()
    fit = dawid_skene(readings)
    np.testing.assert_array_equal(readings.codes, before)
    np.testing.assert_array_equal(readings.first.codes, first)
    with pytest.raises(ValueError, match="read-only"):
        fit.posterior[0, 0] = 1.0


def test_recovers_known_errors():
    rng = np.random.default_rng(8)
    confusion = 0.9 * ERRORS + 0.1 * rng.dirichlet(np.ones(4), size=(6, 4))
    truth, panel = simulated(3000, confusion, seed=9, missing=0.2)
    fit = dawid_skene(panel, n_starts=6)
    np.testing.assert_allclose(fit.prevalence, PREVALENCE, atol=0.03)
    # 5 standard errors of a share among the readings of a true class, and their loss by doubt.
    margin = 5 * 0.5 / np.sqrt(fit.support)[..., None] + 0.01
    assert (np.abs(fit.confusion - confusion) < margin).all()
    np.testing.assert_allclose(fit.support.sum(axis=1), panel.given.sum(axis=0))
    right = (hard_labels(fit) == truth).mean()
    assert right > 0.85
    assert fit.posterior.max(axis=1).mean() == pytest.approx(right, abs=0.02)  # calibrated


def test_perfect_readers_leave_no_doubt():
    truth, panel = simulated(60, np.broadcast_to(np.eye(4), (3, 4, 4)), seed=1)
    fit = dawid_skene(panel)
    np.testing.assert_allclose(fit.posterior, np.eye(4)[truth], atol=1e-12)
    np.testing.assert_allclose(fit.confusion, np.broadcast_to(np.eye(4), (3, 4, 4)), atol=1e-12)
    np.testing.assert_allclose(label_margin(fit), 1.0)
    np.testing.assert_allclose(label_entropy(fit), 0.0, atol=1e-9)


def test_a_reader_who_never_read_changes_nothing():
    _, panel = simulated(80, np.broadcast_to(ERRORS, (4, 4, 4)), seed=2)
    idle = panel.with_reader("idle", np.full(80, MISSING, np.int8))
    fit, with_idle = dawid_skene(panel), dawid_skene(idle)
    assert with_idle.log_likelihood == pytest.approx(fit.log_likelihood)
    np.testing.assert_allclose(with_idle.posterior, fit.posterior, atol=1e-9)
    assert np.isnan(with_idle.confusion[4]).all()
    assert with_idle.support[4].tolist() == [0.0] * 4


def test_an_item_never_read_has_the_prevalence_and_is_flagged():
    _, panel = simulated(80, np.broadcast_to(ERRORS, (4, 4, 4)), seed=3)
    codes = np.concatenate([panel.codes, np.full((1, 4), MISSING, np.int8)])
    fit, longer = dawid_skene(panel), dawid_skene(panel_of(codes))
    assert longer.log_likelihood == fit.log_likelihood
    np.testing.assert_array_equal(longer.posterior[:80], fit.posterior)
    np.testing.assert_array_equal(longer.posterior[80], longer.prevalence)
    assert not longer.read[80]
    assert hard_labels(longer)[80] == MISSING
    assert np.isnan(label_margin(longer)[80])
    assert np.isnan(label_entropy(longer)[80])


def test_an_unused_grade_has_no_row():
    fit = dawid_skene(panel_of([[0, 0, 1], [1, 1, 1], [2, 2, 2], [0, 0, 0], [1, 0, 1]]))
    assert fit.prevalence[3] == 0.0
    assert np.isnan(fit.confusion[:, 3]).all()
    assert not np.isnan(fit.confusion[:, :3]).any()


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ([[0], [1], [3]], "only one reader"),
        ([[0, -1], [1, -1], [3, -1]], "only one reader"),
        ([[0, 1], [1, 1], [3, 2]], "no item was read three times"),
        ([[0, 1, -1], [-1, 1, 2]], "no item was read three times"),
    ],
)
def test_too_few_readings_are_taken_for_the_truth_and_it_is_said(codes, reason):
    fit = dawid_skene(panel_of(codes))
    assert reason in fit.reason
    np.testing.assert_allclose(fit.posterior.sum(axis=1), 1.0)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0), (2, 3)])
def test_nothing_read(shape):
    fit = dawid_skene(panel_of(np.full(shape, MISSING)))
    assert fit.reason == "nobody read anything"
    assert fit.confusion.shape == (shape[1], 4, 4)
    assert np.isnan(fit.posterior).all()
    assert hard_labels(fit).tolist() == [MISSING] * shape[0]
    assert np.isnan(label_margin(fit)).all()
    assert np.isnan(label_entropy(fit)).all()


def test_one_grade_only():
    fit = dawid_skene(panel_of(np.full((6, 3), 2)))
    assert fit.prevalence.tolist() == [0, 0, 1, 0]
    assert fit.log_likelihood == 0.0
    assert hard_labels(fit).tolist() == [2] * 6


def test_order_of_items_and_readers_does_not_matter():
    _, panel = simulated(120, np.broadcast_to(ERRORS, (5, 4, 4)), seed=4, missing=0.3)
    rng = np.random.default_rng(5)
    items, readers = rng.permutation(120), rng.permutation(5)
    fit = dawid_skene(panel, n_starts=2)
    other = dawid_skene(panel_of(panel.codes[items][:, readers]), n_starts=2)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood)
    np.testing.assert_allclose(other.posterior, fit.posterior[items], atol=1e-7)
    np.testing.assert_allclose(other.confusion, fit.confusion[readers], atol=1e-7)


def test_classes_are_named_by_the_grade_readers_give_them():
    # From anywhere at all, a class may end as any: it is named afterwards.
    truth, panel = simulated(400, np.broadcast_to(ERRORS, (6, 4, 4)), seed=6)
    fit = dawid_skene(panel, spread=1.0, n_starts=30)
    assert (hard_labels(fit) == truth).mean() > 0.85
    assert (np.diagonal(fit.confusion, axis1=1, axis2=2) > 0.4).all()


def test_ties_go_to_the_lower_grade():
    fit = dawid_skene(panel_of([[0, 1], [1, 0]], scale=(0, 1)), n_starts=1)
    np.testing.assert_allclose(fit.posterior, 0.5)
    assert hard_labels(fit).tolist() == [0, 0]
    np.testing.assert_allclose(label_entropy(fit), 1.0)
    np.testing.assert_allclose(label_margin(fit), 0.0, atol=1e-12)


@pytest.mark.parametrize("wrong", [{"n_starts": 0}, {"max_iterations": 0}, {"spread": 1.5}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="starts and turns are 1 or more"):
        dawid_skene(panel_of([[0, 1]]), **wrong)
