"""What a study does: who is scanned how by whom, and who reads the images.

A protocol makes a `Plan`, which says everything about a cohort but its pixels; nothing is
simulated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.core.rng import generator, stream_seed
from sgus.phantom.population import Patient, Side
from sgus.phantom.readers import Reader
from sgus.phantom.request import Gland, PhantomRequest, View

HANDHELD: Final = "handheld"


@dataclass(frozen=True)
class PlannedImage:
    """One image to be made.

    Attributes:
        image_id: `P0012-parotid-left-1`.
        patient: Whose gland it is.
        side: Of the gland.
        centre: Where it is taken.
        operator: Who holds the probe.
        study: Which of several studies it belongs to; "" where there is one.
        request: What the simulator is asked for.
    """

    image_id: str
    patient: Patient
    side: Side
    centre: str
    operator: str
    study: str
    request: PhantomRequest


@dataclass(frozen=True)
class Reading:
    """One call of one reader, a row of `ratings.csv`."""

    image_id: str
    rater_id: str
    reading: int
    grade: int


@dataclass(frozen=True)
class Plan:
    """A cohort before its pixels.

    Attributes:
        preset: The protocol.
        seed: What everything was drawn from.
        images: In the order of the table.
        readings: Of all readers, in the order of the images; empty where nobody reads.
        grades: What the table gives as the grade of each image.
        one_reader: Name of the reader of each image that one reader's labels are taken from; ""
            where nobody reads.
        panel: The three readers whose median is a label, or none.
        grade_is: What `grades` are, for `cohort.json`.
        notes: The structure in plain sentences.
    """

    preset: str
    seed: int
    images: tuple[PlannedImage, ...]
    readings: tuple[Reading, ...]
    grades: tuple[int, ...]
    one_reader: tuple[str, ...]
    panel: tuple[str, ...]
    grade_is: str
    notes: tuple[str, ...]


class Scans:
    """Collects the images of a cohort, numbering those of each gland.

    Args:
        seed: Seed of the cohort.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.images: list[PlannedImage] = []
        self._taken: dict[tuple[str, Gland, Side], int] = {}

    def take(
        self,
        patient: Patient,
        gland: Gland,
        *,
        side: Side,
        view: View,
        device: str,
        centre: str,
        operator: str,
        study: str = "",
        device_variation: float = 0.0,
    ) -> None:
        """Plan one more image of a gland: its anatomy is that of all its images."""
        key = (patient.patient_id, gland, side)
        self._taken[key] = self._taken.get(key, 0) + 1
        image_id = f"{patient.patient_id}-{gland}-{side}-{self._taken[key]}"
        request = PhantomRequest(
            severity=patient.severities[gland, side],
            gland=gland,
            view=view,
            device=device,
            anatomy_seed=stream_seed(self.seed, "gland", *key),
            scan_seed=stream_seed(self.seed, "scan", image_id),
            device_variation=device_variation,
        )
        self.images.append(PlannedImage(image_id, patient, side, centre, operator, study, request))


def patient_number(at: int) -> str:
    """The id of the patient at a place, counted from 0: `P0001`."""
    return f"P{at + 1:04d}"


def read_images(
    seed: int, images: Sequence[PlannedImage], reader: Reader, *, times: int = 1
) -> list[Reading]:
    """Let one reader read images, each image's noise being its own."""
    severities = np.array([image.request.severity for image in images])
    rng = generator(seed, "readings", reader.name)
    grades = reader.read_repeatedly(severities, rng, times=times)
    return [
        Reading(image.image_id, reader.name, reading + 1, int(grades[reading, at]))
        for at, image in enumerate(images)
        for reading in range(times)
    ]


def first_readings(
    images: Sequence[PlannedImage], readings: Sequence[Reading], names: Sequence[str]
) -> NDArray[np.int64]:
    """First readings of some readers.

    Returns:
        `(n_images, n_names)` grades.

    Raises:
        ConfigError: One of them has not read an image.
    """
    found = {(r.image_id, r.rater_id): r.grade for r in readings if r.reading == 1}
    try:
        grades = [[found[image.image_id, name] for name in names] for image in images]
    except KeyError as error:
        image_id, name = error.args[0]
        cause = f"{name} has not read it"
        raise ConfigError(f"image {image_id}", cause, "Let each reader read each image") from error
    return np.array(grades, dtype=np.int64).reshape(len(images), len(names))


def in_image_order(
    images: Sequence[PlannedImage], readings: Sequence[Reading]
) -> tuple[Reading, ...]:
    """Readings in the order of the images, then of reader and reading."""
    place = {image.image_id: at for at, image in enumerate(images)}
    return tuple(sorted(readings, key=lambda r: (place[r.image_id], r.rater_id, r.reading)))


def check_patients(n_patients: int) -> None:
    """Refuse a cohort of nobody.

    Raises:
        ConfigError: It has no patient, or more than ids have room for.
    """
    if not 1 <= n_patients <= 999_999:
        cause = f"{n_patients} is not from 1 to 999999"
        raise ConfigError("patients", cause, "Ask for one patient or more, such as 50")
