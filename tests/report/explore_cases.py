"""What a cohort says of the images of `conftest.make_table`: four glands a patient."""

from __future__ import annotations

import numpy as np
import pandas as pd


def cohort_of(table: pd.DataFrame, *, seed=0) -> pd.DataFrame:
    """Columns of images.csv in another order than the predictions, and one image more."""
    rng = np.random.default_rng(seed)
    n = len(table)
    order = table.groupby("patient_id").cumcount().to_numpy()
    of_patient = table.groupby("patient_id").ngroup().to_numpy()
    sex = rng.choice(["F", "M"], size=of_patient.max() + 1)[of_patient]
    age = rng.integers(20, 90, size=of_patient.max() + 1)[of_patient]
    images = pd.DataFrame(
        {
            "image_id": table["image_id"],
            "gland": np.where(order % 4 < 2, "parotid", "submandibular"),
            "side": np.where(order % 2 == 0, "left", "right"),
            "visit": "1",
            "centre": [f"centre {k % 3}" for k in of_patient],
            "device": rng.choice(["one", "two"], size=n),
            "device_class": "",
            "sex": sex,
            "age_years": [str(x) for x in age],
        }
    )
    extra = images.iloc[:1].assign(image_id="another")
    return pd.concat([extra, images.sample(frac=1, random_state=1)], ignore_index=True)


def evidence_of(table: pd.DataFrame, *, images=None, n_resamples=60, **more):
    """The evidence of a checked table."""
    from sgus.report.evidence import gather
    from sgus.report.predictions import check_predictions

    images = cohort_of(table) if images is None else images
    return gather(check_predictions(table), images, n_resamples=n_resamples, seed=0, **more)
