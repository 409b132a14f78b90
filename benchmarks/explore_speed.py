"""Seconds to compute the sections of the runs page: `python benchmarks/explore_speed.py`.

All sections (curves, temperatures, reliability, prediction sets, patients, groups) with 2,000
patient resamples, for 404 images of 150 patients in five folds and for as many as the reference
study's largest data set (1,176 of 49 people); then one step of a dragged threshold, and a
comparison of two runs. numpy's threads are held to one. Processor seconds stand beside the
clock's, because other work on the machine slows only the second.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.core.grades import GRADES, STAGE_NAMES, STAGES, grades_from_stages, most_probable_grade
from sgus.report.compare import compare_runs
from sgus.report.evidence import gather
from sgus.report.explore import explore
from sgus.report.predictions import check_predictions
from sgus.report.stage_curves import StageThresholds

SIZES = ((404, 150), (1176, 49))
ROUNDS = 5
STEPS = 101


def tables(n_images: int, n_patients: int, *, blur: float = 0.8) -> tuple[pd.DataFrame, Any]:
    """Predictions about six of ten right in five folds, and what the cohort says of the images."""
    rng = np.random.default_rng(0)
    patient = np.arange(n_images) % n_patients
    disease = rng.normal(size=n_patients)[patient] + 0.7 * rng.normal(size=n_images)
    seen = disease + blur * rng.normal(size=n_images)
    stages = 1 / (1 + np.exp(-2 * (seen[:, None] - np.array([0.2, -0.6, 1.0]))))
    p = grades_from_stages(stages)
    columns = {
        "image_id": [f"i{i}" for i in range(n_images)],
        "patient_id": [f"p{k}" for k in patient],
        "split": "test",
        "fold": [str(k % 5) for k in patient],
        "grade": np.digitize(disease, [-0.6, 0.2, 1.0]),
    }
    columns |= {f"p{grade}": p[:, grade] for grade in GRADES}
    columns |= {f"p_{name}": stages[:, i] for i, name in enumerate(STAGE_NAMES)}
    images = pd.DataFrame(
        {
            "image_id": columns["image_id"],
            "gland": rng.choice(["parotid", "submandibular"], n_images),
            "side": rng.choice(["left", "right"], n_images),
            "centre": [f"centre {k % 4}" for k in patient],
            "device": rng.choice(list("abcd"), n_images),
            "device_class": rng.choice(["high_end", "handheld"], n_images),
            "sex": [("F", "M")[k % 2] for k in patient],
            "age_years": [str(20 + 7 * k % 70) for k in patient],
        }
    )
    return pd.DataFrame(columns | {"predicted": most_probable_grade(p)}), images


def timed(name: str, work: Callable[[], Any], *, times: int = 1, unit: str = "s") -> None:
    """Print the least seconds of some rounds, of the clock and of the processor."""
    factor = 1000.0 if unit == "ms" else 1.0
    clock, processor = [], []
    for _ in range(ROUNDS):
        start, cpu = time.perf_counter(), time.process_time()
        work()
        clock.append((time.perf_counter() - start) / times * factor)
        processor.append((time.process_time() - cpu) / times * factor)
    print(f"{name}: {min(clock):.2f} {unit} (processor {min(processor):.2f} {unit})")


def main() -> None:
    """Print the seconds of each size and task."""
    for n_images, n_patients in SIZES:
        predictions, images = tables(n_images, n_patients)
        other, _ = tables(n_images, n_patients, blur=1.5)
        print(f"{n_images} images of {n_patients} patients, 2000 resamples")
        with threadpool_limits(1):
            explored = explore(predictions, images)  # the first call imports and warms up
            timed("  all sections", lambda p=predictions, i=images: explore(p, i))
            evidence = gather(check_predictions(predictions), images, n_resamples=2000, seed=0)
            at = StageThresholds.of(evidence, STAGES[0])
            steps = np.linspace(0.0, 1.0, STEPS)
            drag = lambda: [at.at(step) for step in steps]  # noqa: E731, B023
            timed("  one step of a threshold", drag, times=STEPS, unit="ms")
            both = {"one": predictions, "other": other}
            timed("  two runs compared", lambda b=both: compare_runs(b))
        named = ("curves", "reliability", "conformal", "patients", "subgroups")
        n_figures = sum(len(explored[section]["figures"]) for section in named)
        print(f"  {n_figures} figures, those of bins not counted")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
