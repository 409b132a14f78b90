"""Images of a binary decision with ties, in patients, and their resamples."""

from __future__ import annotations

import numpy as np

from sgus.stats.bootstrap import patient_weights, with_observed
from sgus.stats.draws import PatientDraws
from sgus.stats.thresholds import Thresholds


def made(n_images=80, n_patients=25, *, seed=0, n_resamples=60):
    """Probability with two decimals, what happened, weights and the counted thresholds."""
    rng = np.random.default_rng(seed)
    patients = rng.integers(n_patients, size=n_images)
    happened = rng.random(n_images) < 0.35
    p = np.round(np.clip(0.3 + 0.3 * happened + 0.2 * rng.normal(size=n_images), 0, 1), 1)
    weights = with_observed(patient_weights(patients, n_resamples=n_resamples, rng=rng))
    draws = PatientDraws.of(patients, weights)
    used = np.ones(n_images, dtype=bool)
    return p, happened, weights, Thresholds.of(happened, p, draws, used=used)
