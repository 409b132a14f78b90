"""The people of a phantom cohort: how severe each of their glands is, and who they are.

Severity runs from 0 to 4; its whole part is the true OMERACT grade. The four glands of a person
share most of it, both glands of a kind and both sides a little more, which is why images of one
patient must not be divided.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np

from sgus.core.rng import generator
from sgus.phantom.request import MAX_SEVERITY, Gland

Side = Literal["left", "right"]
Disease = Literal["sjogren", "control"]
Sex = Literal["F", "M"]

GLANDS: Final[tuple[Gland, ...]] = ("parotid", "submandibular")
SIDES: Final[tuple[Side, ...]] = ("left", "right")

MILD_SHARE: Final = 0.45
"""Share of people with the disease whose glands look nearly normal."""
MILD: Final = (1.10, 0.45)
SEVERE: Final = (2.85, 0.55)
CONTROL: Final = (0.45, 0.35)
"""Mean and spread, over people, of the severity of a person."""
KIND_SD: Final = 0.30
"""Spread of a person's parotid and submandibular glands about the person."""
SIDE_SD: Final = 0.22
"""Spread of left and right about the person's glands of that kind."""
LEAST, MOST = 0.02, 3.95
"""No gland is drawn nearer to the ends of the scale than this."""

WOMEN: Final = {"sjogren": 0.9, "control": 0.7}
AGE: Final = {"sjogren": (56.0, 12.0), "control": (50.0, 14.0)}
"""Mean and spread, years."""
_AGES: Final = (20, 88)

NEAR_BORDERS: Final = 0.2
"""Share of the severities for training that are drawn about the borders of two grades."""
BORDER_SD: Final = 0.3


@dataclass(frozen=True)
class Patient:
    """One person.

    Attributes:
        patient_id: Unique in a cohort.
        disease: What the person is in the study as.
        sex: Nine of ten with the disease are women.
        age_years: At the examination.
        severities: Of each gland, by kind and side, 0 to below 4, four decimals.
    """

    patient_id: str
    disease: Disease
    sex: Sex
    age_years: int
    severities: dict[tuple[Gland, Side], float]


def draw_patient(seed: int, patient_id: str, disease: Disease) -> Patient:
    """Draw a person as a clinic sees them; depends on nothing but the arguments."""
    rng = generator(seed, "patient", patient_id)
    mean, spread = _kind_of_person(disease, rng)
    person = rng.normal(mean, spread)
    kind = rng.normal(0, KIND_SD, 2)
    side = rng.normal(0, SIDE_SD, (2, 2))
    values = np.clip(person + kind[:, None] + side, LEAST, MOST)
    return _patient(patient_id, disease, values.ravel().tolist(), rng)


def draw_training_patient(seed: int, patient_id: str) -> Patient:
    """Draw four unrelated glands that cover the scale evenly, its borders a little more.

    Nobody looks like this: it is for teaching a network, which should see every severity.
    """
    rng = generator(seed, "training patient", patient_id)
    even = rng.uniform(0, MAX_SEVERITY, 4)
    border = rng.integers(1, 4, 4) + rng.normal(0, BORDER_SD, 4)
    values = np.where(rng.random(4) < NEAR_BORDERS, border, even)
    values = np.clip(values, 0, MAX_SEVERITY - 1e-3)
    disease: Disease = "sjogren" if values.mean() > 1 else "control"
    return _patient(patient_id, disease, values.tolist(), rng)


def _kind_of_person(disease: Disease, rng: np.random.Generator) -> tuple[float, float]:
    if disease == "control":
        return CONTROL
    return MILD if rng.random() < MILD_SHARE else SEVERE


def _patient(
    patient_id: str, disease: Disease, values: list[float], rng: np.random.Generator
) -> Patient:
    sex: Sex = "F" if rng.random() < WOMEN[disease] else "M"
    age = int(np.clip(rng.normal(*AGE[disease]), *_AGES))
    # Rounded, so that the table of a cohort holds exactly what the image was made from.
    rounded = [round(value, 4) for value in values]
    severities = dict(zip(product(GLANDS, SIDES), rounded, strict=True))
    return Patient(patient_id, disease, sex, age, severities)
