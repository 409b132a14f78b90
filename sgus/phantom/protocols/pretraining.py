"""Images to teach a network from: every severity, every device and all between, nobody reads."""

from __future__ import annotations

from itertools import product
from typing import Final

from sgus.core.rng import generator
from sgus.phantom.population import GLANDS, SIDES, draw_training_patient
from sgus.phantom.protocol import HANDHELD, Plan, Scans, check_patients, patient_number
from sgus.phantom.request import VIEWS

N_PATIENTS: Final = 500
DEVICES: Final = ("premium", "cart-b", "cart-c", "cart-d", HANDHELD)
TWO_IMAGES: Final = 0.5
"""Share of the glands with a second image."""

_NOTES: Final = (
    "For teaching a network: severities cover 0 to 4 evenly, the borders of the grades a little "
    "more, each gland of a patient on its own. No clinic looks like this.",
    "Devices vary from their own parameters to those of any machine (device_variation 0 to 1). "
    "One or two images of each gland. Nobody has read them.",
)


def pretraining(n_patients: int | None, seed: int) -> Plan:
    """About six images a patient.

    Args:
        n_patients: 500 when None; the first patients stay the same when there are more.
        seed: Seed of the cohort.

    Raises:
        ConfigError: There is no patient.
    """
    n_patients = N_PATIENTS if n_patients is None else n_patients
    check_patients(n_patients)
    scans = Scans(seed)
    for at in range(n_patients):
        _patient(scans, at)
    images = tuple(scans.images)
    return Plan(
        preset="pretraining",
        seed=seed,
        images=images,
        readings=(),
        grades=tuple(image.request.true_grade for image in images),
        one_reader=("",) * len(images),
        panel=(),
        grade_is="the truth, the whole part of the severity",
        notes=_NOTES,
    )


def _patient(scans: Scans, at: int) -> None:
    name = patient_number(at)
    rng = generator(scans.seed, "pretraining", name)
    patient = draw_training_patient(scans.seed, name)
    centre = f"centre-{at % len(DEVICES) + 1}"
    for gland, side in product(GLANDS, SIDES):
        for _ in range(2 if rng.random() < TWO_IMAGES else 1):
            scans.take(
                patient,
                gland,
                side=side,
                view=VIEWS[gland][int(rng.integers(2))],
                device=DEVICES[int(rng.integers(len(DEVICES)))],
                centre=centre,
                operator=f"{centre}-operator",
                device_variation=round(float(rng.random()), 4),
            )
