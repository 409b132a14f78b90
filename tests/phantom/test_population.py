from __future__ import annotations

import numpy as np
import pytest

from sgus.phantom.population import GLANDS, SIDES, draw_patient, draw_training_patient
from sgus.phantom.readers import draw_readers, mean_reader_probabilities
from sgus.stats.agreement.quadratic import quadratic_kappa
from sgus.stats.confusion import confusion_matrix

PEOPLE = [draw_patient(0, f"P{at}", "sjogren") for at in range(1500)]


def severities(people) -> np.ndarray:
    """`(n_people, 2, 2)` by kind of gland and side."""
    return np.array([[[p.severities[g, s] for s in SIDES] for g in GLANDS] for p in people])


def kappa(one: np.ndarray, other: np.ndarray) -> float:
    counts = confusion_matrix(one, other, shape=(4, 4), weights=np.ones(len(one)))
    return float(quadratic_kappa(counts))


@pytest.fixture(scope="module")
def glands() -> np.ndarray:
    """Severities of many people as in the published benchmark: 45 controls in 150."""
    controls = [draw_patient(0, f"C{at}", "control") for at in range(450)]
    return severities([*PEOPLE[:1050], *controls]).ravel()


@pytest.fixture(scope="module")
def pairs(glands: np.ndarray) -> np.ndarray:
    """`(4, 4)`: how often two readers, met at random, give a gland one and the other grade."""
    p = mean_reader_probabilities(glands)
    return p.T @ p / len(p)


def test_draw_patient__depends_on_its_name_only() -> None:
    assert draw_patient(3, "P0001", "control") == draw_patient(3, "P0001", "control")
    assert draw_patient(3, "P0001", "control") != draw_patient(3, "P0002", "control")
    assert draw_patient(3, "P0001", "control") != draw_patient(4, "P0001", "control")


def test_draw_patient__severities_are_in_range_and_as_written_in_a_table() -> None:
    values = severities(PEOPLE)
    assert values.min() >= 0.02
    assert values.max() <= 3.95
    assert all(float(f"{value:.4f}") == value for value in values.ravel())


def test_draw_patient__nine_of_ten_with_the_disease_are_women() -> None:
    women = np.mean([person.sex == "F" for person in PEOPLE])
    assert women == pytest.approx(0.9, abs=0.025)
    ages = [person.age_years for person in PEOPLE]
    assert np.mean(ages) == pytest.approx(56, abs=1)
    assert min(ages) >= 20


def test_draw_patient__controls_are_nearly_normal() -> None:
    controls = severities([draw_patient(0, f"P{at}", "control") for at in range(500)])
    assert (controls < 2).mean() > 0.99
    assert 0.4 < (severities(PEOPLE) >= 2).mean() < 0.6


def test_draw_patient__left_and_right_are_nearest() -> None:
    values = severities(PEOPLE)
    sides = np.abs(values[:, :, 0] - values[:, :, 1]).mean()
    kinds = np.abs(values[:, 0] - values[:, 1]).mean()
    people = np.abs(values[1:] - values[:-1]).mean()
    assert sides < kinds < people
    # The difference of two normals of spread 0.22 has mean size 0.22 * 2 / sqrt(pi).
    assert sides == pytest.approx(0.22 * 2 / np.sqrt(np.pi), rel=0.08)


def test_draw_training_patient__covers_the_scale_evenly() -> None:
    values = severities([draw_training_patient(1, f"P{at}") for at in range(1500)]).ravel()
    shares = np.histogram(values, bins=8, range=(0, 4))[0] / len(values)
    assert shares.min() > 0.09
    assert shares.max() < 0.16
    assert values.max() < 4


def test_readers__agree_with_each_other_as_stated(pairs: np.ndarray) -> None:
    assert float(quadratic_kappa(pairs)) == pytest.approx(0.769, abs=0.01)
    assert np.trace(pairs) == pytest.approx(0.57, abs=0.015)


def test_readers__agree_with_themselves_as_published(glands: np.ndarray) -> None:
    again = [
        reader.read_repeatedly(glands[::4], np.random.default_rng(at), times=2)
        for at, reader in enumerate(draw_readers(5, 100))
    ]
    assert np.mean([kappa(*twice) for twice in again]) == pytest.approx(0.87, abs=0.01)


def test_readers__disagree_most_between_0_and_1(pairs: np.ndarray) -> None:
    assert pairs[0, 1] > 1.5 * pairs[1, 2]
    assert pairs[0, 1] > 1.5 * pairs[2, 3]
    severity = np.linspace(0, 3.99, 400)
    differ = 1 - (mean_reader_probabilities(severity) ** 2).sum(axis=1)
    assert 0.8 < severity[differ.argmax()] < 1.4
