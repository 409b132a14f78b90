"""A small clinic of everything: four glands, four centres, two operators, two devices, readers."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from sgus.core.rng import generator
from sgus.phantom.population import GLANDS, SIDES, Disease, Patient, Side, draw_patient
from sgus.phantom.protocol import (
    HANDHELD,
    Plan,
    Reading,
    Scans,
    check_patients,
    first_readings,
    in_image_order,
    patient_number,
    read_images,
)
from sgus.phantom.readers import draw_readers
from sgus.phantom.request import VIEWS, Gland, View

N_PATIENTS: Final = 50
DEVICES: Final = ("premium", "cart-b", "cart-c", "cart-d")
"""Of centre 1, 2, 3, 4; each also has the handheld one."""
SJOGREN_SHARE: Final = 0.8
USUAL_VIEW: Final = 0.7
"""Share of glands seen in their usual view."""
READER_SCALES: Final = (0.8, 0.9, 1.0, 1.15, 1.35)
"""From the most to the least experienced: how far each strays, 1 being the published readers."""
PANEL: Final = ("reader-1", "reader-2", "reader-3")
READ_TWICE: Final = ("reader-1", "reader-4")

_NOTES: Final = (
    "Four glands a patient at four centres with a device each. Half of the patients are scanned by "
    "a second operator too, half on a handheld device too; all images of a gland show the same "
    "anatomy in planes a little apart.",
    "Five readers, from reader-1, the most experienced, to reader-5; all read every image, "
    "reader-1 and reader-4 twice.",
)


def demo(n_patients: int | None, seed: int) -> Plan:
    """About eight images a patient.

    Args:
        n_patients: 50 when None; the first patients stay the same when there are more.
        seed: Seed of the cohort.

    Raises:
        ConfigError: There is no patient.
    """
    n_patients = N_PATIENTS if n_patients is None else n_patients
    check_patients(n_patients)
    scans = Scans(seed)
    for at in range(n_patients):
        _visit(scans, at)
    images = tuple(scans.images)
    readings: list[Reading] = []
    for reader in draw_readers(seed, len(READER_SCALES), scales=READER_SCALES):
        times = 2 if reader.name in READ_TWICE else 1
        readings += read_images(seed, images, reader, times=times)
    medians = np.median(first_readings(images, readings, PANEL), axis=1).astype(int)
    return Plan(
        preset="demo",
        seed=seed,
        images=images,
        readings=in_image_order(images, readings),
        grades=tuple(medians.tolist()),
        one_reader=(PANEL[0],) * len(images),
        panel=PANEL,
        grade_is=f"the median of three readers ({', '.join(PANEL)})",
        notes=_NOTES,
    )


def _visit(scans: Scans, at: int) -> None:
    """All images of one patient."""
    name = patient_number(at)
    rng = generator(scans.seed, "visit", name)
    disease: Disease = "sjogren" if rng.random() < SJOGREN_SHARE else "control"
    patient = draw_patient(scans.seed, name, disease)
    views = {(gland, side): _view(gland, rng) for gland, side in product(GLANDS, SIDES)}
    place = at % len(DEVICES)
    # Which patients are scanned again goes round within each centre.
    turn = at + at // len(DEVICES)
    _scan(scans, patient, views, place=place, device=DEVICES[place], operator=1)
    if turn % 2 == 0:
        _scan(scans, patient, views, place=place, device=DEVICES[place], operator=2)
    if turn // 2 % 2 == 0:
        _scan(scans, patient, views, place=place, device=HANDHELD, operator=1)


def _view(gland: Gland, rng: np.random.Generator) -> View:
    usual, other = VIEWS[gland]
    return usual if rng.random() < USUAL_VIEW else other


def _scan(
    scans: Scans,
    patient: Patient,
    views: dict[tuple[Gland, Side], View],
    *,
    place: int,
    device: str,
    operator: int,
) -> None:
    for gland, side in product(GLANDS, SIDES):
        scans.take(
            patient,
            gland,
            side=side,
            view=views[gland, side],
            device=device,
            centre=f"centre-{place + 1}",
            operator=f"centre-{place + 1}-operator-{operator}",
        )
