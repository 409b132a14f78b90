from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from sgus.core.grades import grades_from_stages
from sgus.stats.bootstrap import patient_weights
from sgus.stats.temperature import fit_temperature, log_odds, scaled, temperature_resamples


def made(n=200, *, sureness=2.5, seed=0):
    """Probabilities that are too sure by a known factor."""
    rng = np.random.default_rng(seed)
    z = 1.2 * rng.normal(size=n)
    return 1 / (1 + np.exp(-sureness * z)), rng.random(n) < 1 / (1 + np.exp(-z)), np.arange(n) // 2


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(0.3, 4.0))
def test_it_is_the_minimum_of_the_log_loss(seed, sureness):
    p, happened, patients = made(120, sureness=sureness, seed=seed)
    found = fit_temperature(p, happened, patients)
    slow = minimize_scalar(
        lambda t: log_loss(happened, scaled(p, t)), bounds=(0.05, 100), method="bounded"
    )
    assert found.value is not None
    loss = log_loss(happened, scaled(p, found.value))
    assert loss <= slow.fun + 1e-9
    assert loss <= log_loss(happened, p) + 1e-12


def test_it_is_logistic_regression_without_intercept():
    p, happened, patients = made()
    fitted = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10)
    slope = fitted.fit(log_odds(p)[:, None], happened).coef_[0, 0]
    found = fit_temperature(p, happened, patients)
    assert found.value == pytest.approx(1 / slope, rel=1e-5)
    assert (found.n_images, found.n_patients) == (200, 100)


def test_it_finds_the_factor_that_made_the_model_too_sure():
    p, happened, patients = made(20_000, sureness=2.5)
    assert fit_temperature(p, happened, patients).value == pytest.approx(2.5, rel=0.03)
    p, happened, patients = made(20_000, sureness=1.0)
    assert fit_temperature(p, happened, patients).value == pytest.approx(1.0, rel=0.03)


def test_few_patients_no_information_and_separation_have_reasons():
    p, happened, _ = made(40)
    few = fit_temperature(p, happened, np.arange(40) % 4)
    assert few.value is None
    assert few.reason == "patients on a side: 4, fewer than the 5 it needs"
    assert few.divisor == 1.0
    patients = np.arange(40)
    one_side = fit_temperature(p, np.ones(40, dtype=bool), patients)
    assert "patients on a side: 0" in str(one_side.reason)
    wrong = fit_temperature(1 - p, p > 0.5, patients)
    assert "do not tell the sides apart" in str(wrong.reason)
    perfect = fit_temperature(p, p > 0.5, patients)
    assert "separate the sides" in str(perfect.reason)
    halves = fit_temperature(np.full(40, 0.5), happened, patients)
    assert "do not tell the sides apart" in str(halves.reason)


def test_sides_and_ranks_stay_and_grades_multiply_out():
    rng = np.random.default_rng(0)
    stages = rng.random((500, 3))
    after = np.stack([scaled(stages[:, i], t) for i, t in enumerate((0.4, 1.0, 3.0))], axis=1)
    assert np.array_equal(after >= 0.5, stages >= 0.5)
    for i in range(3):
        assert np.array_equal(np.argsort(after[:, i]), np.argsort(stages[:, i]))
    assert np.array_equal(after[:, 1], stages[:, 1])
    p = grades_from_stages(after)
    np.testing.assert_allclose(p[:, 2] + p[:, 3], after[:, 0])
    np.testing.assert_allclose(p[:, 1] / (p[:, 0] + p[:, 1]), after[:, 1])


def test_three_temperatures_are_together_the_likeliest_for_four_grades():
    rng = np.random.default_rng(1)
    true = 1 / (1 + np.exp(-rng.normal(size=(600, 3))))
    grade = [rng.choice(4, p=row) for row in grades_from_stages(true)]
    grade, stages = np.array(grade), 1 / (1 + np.exp(-2.0 * log_odds(true)))
    patients = np.arange(600)
    members = [np.ones(600, dtype=bool), grade < 2, grade >= 2]
    higher = [grade >= 2, grade == 1, grade == 3]
    best = [
        fit_temperature(stages[m, i], h[m], patients[m]).value
        for i, (m, h) in enumerate(zip(members, higher, strict=True))
    ]

    def loss(temperatures):
        after = np.stack([scaled(stages[:, i], t) for i, t in enumerate(temperatures)], axis=1)
        return -np.log(grades_from_stages(after)[np.arange(600), grade]).mean()

    least = loss(best)
    for i in range(3):
        for factor in (0.97, 1.03):
            moved = [t * factor if j == i else t for j, t in enumerate(best)]
            assert loss(moved) > least


def test_certain_probabilities_stay_finite():
    p = np.array([0.0, 1.0, 0.5])
    assert np.isfinite(log_odds(p)).all()
    assert scaled(p, 2.0)[2] == 0.5
    assert scaled(p, 2.0)[0] == pytest.approx(0.001, rel=0.01)


def test_resamples_have_the_temperature_of_their_images():
    p, happened, patients = made(60)
    rng = np.random.default_rng(3)
    weights = patient_weights(patients, n_resamples=200, rng=rng)
    weights[0] = happened  # one side only
    weights[1] = happened == (p > 0.5)  # separated
    weights[2] = happened != (p > 0.5)  # the wrong way round
    start = fit_temperature(p, happened, patients).value
    found = temperature_resamples(p, happened, weights, start=start)
    assert np.isnan(found[:3]).all()
    for row, value in zip(weights[3:], found[3:], strict=True):
        times = row.astype(int)
        n = np.repeat(np.arange(60), times)
        one = fit_temperature(p[n], happened[n], np.arange(len(n)))
        assert value == pytest.approx(one.value, rel=1e-5)
