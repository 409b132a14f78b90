"""The ceiling that readers' errors leave: against simulated labels, and where there is none."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sgus.core.grades import STAGES
from sgus.stats.agreement.panel import MISSING, Panel, Readings
from sgus.stats.consensus.ceiling import stage_ceilings
from sgus.stats.consensus.dawid_skene import dawid_skene
from sgus.stats.consensus.median import median_consensus

ERRORS = np.array(
    [[0.85, 0.13, 0.02, 0.0], [0.2, 0.62, 0.17, 0.01], [0.01, 0.14, 0.72, 0.13], [0, 0, 0.2, 0.8]]
)


def panel_of(codes, *, scale=(0, 1, 2, 3), patients=None) -> Panel:
    codes = np.asarray(codes, dtype=np.int8)
    items = tuple(f"i{at}" for at in range(codes.shape[0]))
    readers = tuple(f"r{at}" for at in range(codes.shape[1]))
    unit = "item" if patients is None else "patient"
    return Panel(codes, items, readers, scale, patients, unit)


def simulated(n_items, n_readers, *, seed, missing=0.0):
    """Classes, and readings of readers who all err by `ERRORS`."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, size=n_items, p=[0.4, 0.25, 0.25, 0.1])
    chance = ERRORS[truth][:, None].cumsum(axis=-1)
    codes = (rng.random((n_items, n_readers, 1)) > chance).sum(axis=-1).clip(0, 3)
    codes[rng.random(codes.shape) < missing] = MISSING
    return truth, codes


def by_place(ceilings):
    return {(c.label, c.scope, c.figure): c for c in ceilings}


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_equals_what_the_truth_reaches_on_many_simulated_labels(missing):
    truth, codes = simulated(40_000, 5, seed=1, missing=missing)
    kept = (codes != MISSING).sum(axis=1) >= 3
    truth, panel = truth[kept], panel_of(codes[kept])
    rng = np.random.default_rng(2)
    turn = rng.permuted(np.broadcast_to(np.arange(5), panel.codes.shape), axis=1)
    shuffled = np.take_along_axis(panel.codes, turn, axis=1)
    first = np.argmax(shuffled != MISSING, axis=1)
    labels = {
        "one_reader": shuffled[np.arange(len(first)), first],
        "median": median_consensus(panel),
    }
    fit = dawid_skene(panel, n_starts=1)
    found = by_place(stage_ceilings(panel, fit=fit, n_resamples=0))
    for name, label in labels.items():
        # With these errors the most probable label of each class is the class.
        assert found[name, "four_grades", "accuracy"].value == pytest.approx(
            (label == truth).mean(), abs=0.02
        )
        recalls = [(truth[label == grade] == grade).mean() for grade in range(4)]
        assert found[name, "four_grades", "balanced_accuracy"].value == pytest.approx(
            np.mean(recalls), abs=0.03
        )
        for stage in STAGES:
            used = np.isin(label, stage.grades)
            high, called = np.isin(label, stage.higher), truth >= min(stage.higher)
            assert found[name, stage.name, "accuracy"].value == pytest.approx(
                (high == called)[used].mean(), abs=0.025
            )


def test_every_ceiling_says_what_it_is():
    _, codes = simulated(150, 4, seed=3)
    patients = tuple(f"p{at // 3}" for at in range(150))
    found = stage_ceilings(panel_of(codes, patients=patients), n_resamples=60)
    assert len(found) == 2 * (3 + 3 * 2)
    for ceiling in found:
        assert ceiling.reason is None
        assert 0.0 < ceiling.low <= ceiling.value <= ceiling.high <= 1.0
        assert (ceiling.n_items, ceiling.n_units, ceiling.n_readers) == (150, 50, 4)
        assert "60 resamples by patient" in ceiling.method
        assert "independent" in ceiling.method
    json.dumps([ceiling.row() for ceiling in found])
    again = stage_ceilings(panel_of(codes, patients=patients), n_resamples=60)
    assert again == found


def test_the_median_has_the_higher_ceiling():
    _, codes = simulated(300, 7, seed=4)
    found = by_place(stage_ceilings(panel_of(codes), n_resamples=0))
    one, median = (found[name, "four_grades", "accuracy"] for name in ("one_reader", "median"))
    assert one.value + 0.1 < median.value
    assert "no" in one.reason or "undefined" in one.reason  # no resamples, no interval


def test_many_sets_of_readers_are_sampled():
    _, codes = simulated(400, 9, seed=5, missing=0.5)
    panel = panel_of(codes)
    assert len(np.unique(panel.given, axis=0)) > 64
    fit = dawid_skene(panel, n_starts=1)
    found = by_place(stage_ceilings(panel, fit=fit, n_resamples=0))
    assert 0.6 < found["median", "four_grades", "accuracy"].value < 0.95


def test_repeated_readings_count_and_a_fit_is_taken_as_it_is():
    _, codes = simulated(120, 4, seed=6)
    again = np.stack([codes, np.where(np.arange(120)[:, None] % 2, codes, MISSING)], axis=2)
    readings = Readings(panel_of(codes), again.astype(np.int8))
    fit = dawid_skene(readings)
    assert stage_ceilings(readings, fit=fit, n_resamples=20) == stage_ceilings(
        readings, n_resamples=20
    )
    with pytest.raises(ValueError, match="the fit is of other readings"):
        stage_ceilings(panel_of(codes[:50]), fit=fit)


def test_images_read_by_fewer_than_three_are_left_out():
    _, codes = simulated(200, 3, seed=9)
    panel = panel_of(codes[:80])
    codes[80:, 1:] = MISSING
    longer = panel_of(codes)
    found = stage_ceilings(longer, n_resamples=20, fit=dawid_skene(longer))
    assert found == stage_ceilings(panel, n_resamples=20)
    assert {ceiling.n_items for ceiling in found} == {80}


def test_perfect_readers_leave_no_ceiling_below_one_and_no_interval():
    codes = np.repeat(np.arange(40)[:, None] % 4, 3, axis=1)
    for ceiling in stage_ceilings(panel_of(codes), n_resamples=50):
        assert ceiling.value == pytest.approx(1.0)
        assert "do not vary" in ceiling.reason


def test_another_scale_has_no_stages():
    _, codes = simulated(60, 3, seed=7)
    found = stage_ceilings(panel_of(codes, scale=(1, 2, 3, 4)), n_resamples=0)
    assert {ceiling.scope for ceiling in found} == {"all_grades"}


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (np.zeros((0, 3)), "0 readers, and 3 are needed"),
        (np.full((4, 3), MISSING), "0 readers, and 3 are needed"),
        ([[0], [1], [2]], "1 reader, and 3 are needed"),
        ([[0, 1], [1, 1], [2, 2]], "2 readers, and 3 are needed"),
        ([[0, 1, -1], [-1, 1, 2]], "no image was read by 3 readers"),
    ],
)
def test_impossible(codes, reason):
    found = stage_ceilings(panel_of(codes))
    assert len(found) == 18
    for ceiling in found:
        assert (ceiling.value, ceiling.low, ceiling.high) == (None, None, None)
        assert reason in ceiling.reason


def test_few_patients_have_no_interval():
    _, codes = simulated(40, 4, seed=8)
    patients = tuple(f"p{at % 4}" for at in range(40))
    found = by_place(stage_ceilings(panel_of(codes, patients=patients), n_resamples=20))
    ceiling = found["one_reader", "four_grades", "accuracy"]
    assert ceiling.value is not None
    assert (ceiling.low, ceiling.reason) == (None, "4 patients: 5 are needed")


def test_one_grade_only():
    found = by_place(stage_ceilings(panel_of(np.full((10, 3), 1)), n_resamples=10))
    assert found["median", "four_grades", "accuracy"].value == pytest.approx(1.0)
    balanced = found["median", "four_grades", "balanced_accuracy"]
    assert (balanced.value, balanced.reason) == (None, "a label never comes, or is the only one")


def test_ties_without_consensus_are_refused():
    with pytest.raises(ValueError, match="leave no label"):
        stage_ceilings(panel_of([[0, 1, 2]]), tie="none")
