"""A prediction table of any size with known structure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.core.grades import GRADES, STAGE_NAMES, grades_from_stages, most_probable_grade


def make_table(n_images=120, n_patients=40, *, seed=0, n_folds=1, blur=0.8):
    """Graded images of patients, and a model that sees the grade through noise."""
    rng = np.random.default_rng(seed)
    patient = np.r_[np.arange(n_patients), rng.integers(n_patients, size=n_images - n_patients)]
    disease = rng.normal(size=n_patients)[patient] + 0.7 * rng.normal(size=n_images)
    seen = disease + blur * rng.normal(size=n_images)
    stages = 1 / (1 + np.exp(-2 * (seen[:, None] - np.array([0.2, -0.6, 1.0]))))
    p = grades_from_stages(stages)
    columns = {
        "image_id": [f"img{i:04d}" for i in range(n_images)],
        "patient_id": [f"P{k:03d}" for k in patient],
        "split": "test",
        "fold": [str(k % n_folds + 1) if n_folds > 1 else "holdout" for k in patient],
        "grade": np.digitize(disease, [-0.6, 0.2, 1.0]),
    }
    columns |= {f"p{grade}": p[:, grade] for grade in GRADES}
    columns |= {f"p_{name}": stages[:, i] for i, name in enumerate(STAGE_NAMES)}
    return pd.DataFrame(columns | {"predicted": most_probable_grade(p)})


@pytest.fixture
def make():
    return make_table
