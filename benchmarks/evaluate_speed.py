"""Seconds to evaluate a prediction table: `python benchmarks/evaluate_speed.py`.

Every figure of the report with 2,000 patient resamples, for as many images as the public
benchmark holds here (172) and as the reference study's largest data set (1,176 of 49 people).
numpy's own threads are held to one, so that the figures are those of one core.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.core.grades import GRADES, STAGE_NAMES, grades_from_stages, most_probable_grade
from sgus.report.evaluation import evaluate_predictions

SIZES = ((172, 96), (1176, 49))
ROUNDS = 3


def table(n_images: int, n_patients: int) -> pd.DataFrame:
    """A prediction table as wrong as a real one: about six of ten grades right."""
    rng = np.random.default_rng(0)
    patient = np.arange(n_images) % n_patients
    disease = rng.normal(size=n_patients)[patient] + 0.7 * rng.normal(size=n_images)
    seen = disease + 0.8 * rng.normal(size=n_images)
    stages = 1 / (1 + np.exp(-2 * (seen[:, None] - np.array([0.2, -0.6, 1.0]))))
    p = grades_from_stages(stages)
    columns = {
        "image_id": [f"i{i}" for i in range(n_images)],
        "patient_id": [f"p{k}" for k in patient],
        "split": "test",
        "grade": np.digitize(disease, [-0.6, 0.2, 1.0]),
    }
    columns |= {f"p{grade}": p[:, grade] for grade in GRADES}
    columns |= {f"p_{name}": stages[:, i] for i, name in enumerate(STAGE_NAMES)}
    return pd.DataFrame(columns | {"predicted": most_probable_grade(p)})


def main() -> None:
    """Print the seconds of each size, the best and the worst of some rounds."""
    for n_images, n_patients in SIZES:
        data = table(n_images, n_patients)
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            with threadpool_limits(1):
                report = evaluate_predictions(data, n_resamples=2000)
            seconds.append(time.perf_counter() - start)
        figures = report["figures"]
        with_interval = sum(figure["low"] is not None for figure in figures)
        print(
            f"{n_images} images of {n_patients} patients: {min(seconds):.2f} to "
            f"{max(seconds):.2f} s for {len(figures)} figures, {with_interval} with an interval"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
