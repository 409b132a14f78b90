from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.stats.conformal import (
    least_ambiguous_scores,
    least_patients,
    ordinal_scores,
    patient_quantile,
    prediction_sets,
)

P = st.lists(st.integers(0, 6), min_size=4, max_size=4).filter(any)


def slow_set(p, level):
    """Algorithm 1 of Lu et al. 2022: grow by the likelier neighbour until `level` is gathered."""
    low = high = int(np.argmax(p))
    while sum(p[low : high + 1]) < level and (low > 0 or high < len(p) - 1):
        down = p[low - 1] if low > 0 else -1.0
        up = p[high + 1] if high < len(p) - 1 else -1.0
        low, high = (low - 1, high) if down >= up else (low, high + 1)
    return list(range(low, high + 1))


@given(P)
def test_ordinal_sets_are_those_of_the_paper(counts):
    p = np.array(counts) / sum(counts)
    scores = ordinal_scores(p[None, :])
    for threshold in (0.0, 0.2, 0.5, 0.7, 0.9):
        found = np.flatnonzero(prediction_sets(scores, threshold)[0])
        assert found.tolist() == slow_set(p, threshold + 2e-9)
        assert np.array_equal(found, np.arange(found[0], found[-1] + 1))


def test_sets_of_a_worked_example():
    p = np.array([[0.35, 0.15, 0.1, 0.4]])
    assert ordinal_scores(p)[0] == pytest.approx([0.65, 0.5, 0.4, 0.0])
    least = prediction_sets(least_ambiguous_scores(p), 0.7)[0]
    assert least.tolist() == [True, False, False, True]  # 0 or 3: no neighbours


@settings(max_examples=40)
@given(st.integers(9, 60), st.integers(0, 1000), st.sampled_from([0.05, 0.1, 0.2, 0.5]))
def test_with_one_image_a_patient_it_is_the_quantile_of_split_conformal(n, seed, alpha):
    scores = np.random.default_rng(seed).random(n)
    found = patient_quantile(scores, np.arange(n), alpha=alpha)
    place = math.ceil(round((n + 1) * (1 - alpha), 9))
    assert found == (np.sort(scores)[place - 1] if place <= n else math.inf)


def test_each_patient_has_one_vote():
    scores = np.r_[np.linspace(0.1, 0.9, 9), np.full(100, 0.95)]
    patients = np.r_[np.arange(9), np.full(100, 9)]
    assert patient_quantile(scores, patients, alpha=0.5) == pytest.approx(0.6)
    assert patient_quantile(scores, np.arange(109), alpha=0.5) == 0.95


@pytest.mark.parametrize(("alpha", "least"), [(0.1, 9), (0.05, 19), (0.2, 4), (0.15, 6), (0.3, 3)])
def test_too_few_patients_make_every_grade_possible(alpha, least):
    assert least_patients(alpha) == least
    scores = np.linspace(0, 1, least)
    assert patient_quantile(scores, np.arange(least), alpha=alpha) == 1.0
    assert patient_quantile(scores[1:], np.arange(least - 1), alpha=alpha) == math.inf
    assert prediction_sets(np.ones((1, 4)), math.inf).all()


def patients_with_images(rng, n_patients, *, many):
    """Patients differ in how hard they are; `many` of hard or easy ones have six images."""
    hard = rng.random(n_patients) < 0.3
    images = np.where(hard == (many == "hard"), 6, 1)
    patient = np.repeat(np.arange(n_patients), images)
    blur = np.where(hard, 3.0, 0.7)[patient]
    shift = (np.where(hard, 1.5, 0.2) * rng.normal(size=n_patients))[patient]
    truth = rng.integers(4, size=len(patient))
    seen = truth + shift + 0.3 * blur * rng.normal(size=len(patient))
    p = np.exp(-((np.arange(4) - seen[:, None]) ** 2))
    return patient, truth, p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("scores", [ordinal_scores, least_ambiguous_scores])
@pytest.mark.parametrize(("many", "off"), [("hard", (0.9, 1.0)), ("easy", (0.0, 0.785))])
def test_an_image_of_a_new_patient_is_covered_as_promised(scores, many, off):
    """300 studies of 25 patients: the promise holds; with images as votes it is far off."""
    rng = np.random.default_rng(0)
    patients_vote, images_vote, alpha = [], [], 0.2
    for _ in range(300):
        (patient, truth, p), (new, new_truth, new_p) = (
            patients_with_images(rng, n, many=many) for n in (25, 60)
        )
        known = scores(p)[np.arange(len(truth)), truth]
        share = 1 / np.bincount(new)[new] / 60  # one image of each new patient, drawn at random
        for votes, covered in ((patient, patients_vote), (np.arange(len(patient)), images_vote)):
            threshold = patient_quantile(known, votes, alpha=alpha)
            hit = prediction_sets(scores(new_p), threshold)[np.arange(len(new)), new_truth]
            covered.append((hit * share).sum())
    assert 0.79 < np.mean(patients_vote) < 0.85
    assert off[0] < np.mean(images_vote) < off[1]
