"""Made-up patients, five readers and a model, for `agreement_coverage.py`.

A patient has a severity, each of his images that severity and a deviation of its own, and each
reading a noise. Readers differ in severity, in where they see the borders of a grade and in how
steady they are. The readers are the same in every panel: what varies is who comes as a patient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.stats.agreement.panel import MISSING, Panel, Readings

CodeArray = NDArray[np.int8]
READERS = ("A", "B", "C", "D", "E")
# Borders between the grades, reader by reader: A is lenient, C severe, E sees a narrow grade 1.
BORDERS = np.array(
    [[-0.40, 0.40, 1.40], [-0.55, 0.30, 1.20], [-0.75, 0.10, 1.00], [-0.50, 0.35, 1.10],
     [-0.30, 0.15, 1.25], [-0.50, 0.30, 1.20]]
)  # fmt: skip
NOISE = np.array([0.35, 0.45, 0.40, 0.60, 0.50, 0.45])  # of one reading, the model last
IMAGE_NOISE = 0.5  # sd of an image around its patient, whose severity has sd 1
REREAD = 0.5  # share of the images that every reader reads twice


@dataclass(frozen=True)
class Scenario:
    """What kind of panel.

    Attributes:
        name: Of the scenario.
        most_images: A patient has 1 to this many images, each number as likely.
        missing: Share of first readings missing at random.
    """

    name: str
    most_images: int
    missing: float


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("clusters", 4, 0.0),
        Scenario("clusters, 20 % missing", 4, 0.2),
        Scenario("one image", 1, 0.0),
    )
}


def draw(
    scenario: Scenario, n_patients: int, rng: np.random.Generator
) -> tuple[Readings, CodeArray]:
    """A panel of patients from the population.

    Args:
        scenario: What kind.
        n_patients: Number of patients.
        rng: Source of the draws.

    Returns:
        The readings of the readers, and the model's grade of each image, `(n_items,)`.
    """
    n_images = rng.integers(1, scenario.most_images + 1, n_patients)
    patient = np.repeat(np.arange(n_patients), n_images)
    n_items = len(patient)
    severity = rng.normal(size=n_patients)[patient] + IMAGE_NOISE * rng.normal(size=n_items)
    seen = severity[:, None, None] + NOISE[:, None] * rng.normal(size=(n_items, len(NOISE), 2))
    codes = (seen[..., None] > BORDERS[:, None, :]).sum(axis=-1).astype(np.int8)
    model, read = codes[:, -1, 0].copy(), codes[:, :-1]
    read[rng.random(n_items) >= REREAD, :, 1] = MISSING
    read[rng.random(read.shape[:2]) < scenario.missing] = MISSING
    panel = Panel(
        np.ascontiguousarray(read[..., 0]),
        items=tuple(f"{i:07d}" for i in range(n_items)),
        readers=READERS,
        scale=(0, 1, 2, 3),
        patients=tuple(f"{i:07d}" for i in patient),
        unit="patient",
    )
    return Readings(panel, np.ascontiguousarray(read)), model
