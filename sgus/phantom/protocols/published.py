"""The structure of the three published sets, with phantoms in it.

References:
    Three sets: Olivas et al., ACR Convergence 2025, abstract 1964. The first is the HarmonicSS
    benchmark: Zabotti et al. 2020, 10.3389/fmed.2020.581248.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count, product
from typing import Final

import numpy as np

from sgus.core.errors import ConfigError
from sgus.core.rng import generator
from sgus.phantom.population import GLANDS, SIDES, Disease, Patient, Side, draw_patient
from sgus.phantom.protocol import (
    HANDHELD,
    Plan,
    PlannedImage,
    Reading,
    Scans,
    in_image_order,
    patient_number,
    read_images,
)
from sgus.phantom.readers import draw_readers
from sgus.phantom.request import VIEWS, Gland, View

BENCHMARK, SINGLE_CENTRE, TWO_DEVICES = "benchmark", "single-centre", "two-devices"

BENCHMARK_DEVICES: Final = ("premium", "cart-b", "cart-c", "cart-d")
BENCHMARK_PATIENTS: Final = 150
BENCHMARK_TWICE: Final = 75
"""Patients of the benchmark with two images: 225 images in all."""
BENCHMARK_CONTROLS: Final = 45
SINGLE_CENTRE_PATIENTS: Final = 20
TWO_DEVICES_SJOGREN: Final = 39
TWO_DEVICES_CONTROLS: Final = 10
N_PATIENTS: Final = (
    BENCHMARK_PATIENTS + SINGLE_CENTRE_PATIENTS + TWO_DEVICES_SJOGREN + TWO_DEVICES_CONTROLS
)
VIEWS_OF_SIX: Final[tuple[tuple[Gland, Side, View], ...]] = (
    ("parotid", "left", "transverse"),
    ("parotid", "left", "longitudinal"),
    ("parotid", "right", "transverse"),
    ("parotid", "right", "longitudinal"),
    ("submandibular", "left", "longitudinal"),
    ("submandibular", "right", "longitudinal"),
)
PANEL: Final = ("panel-1", "panel-2", "panel-3")

_NOTES: Final = (
    "Structure as published: study `benchmark`, 225 images of 150 patients at 4 centres with a "
    "device each; study `single-centre`, 80 images of 20 patients; study `two-devices`, 49 people "
    "(39 with Sjögren disease, 10 controls) x 6 images x 2 operators x 2 devices (premium and "
    "handheld) = 1176. No patient is in two studies.",
    "Each image is read by one reader of its study: that of its centre, and in `two-devices` the "
    "expert who scanned it. Readers of `benchmark` read twice, as in its reliability study.",
    "Three more readers, panel-1 to panel-3, read every image, panel-1 twice.",
)


def published(n_patients: int | None, seed: int) -> Plan:
    """1481 images of 219 patients in three studies.

    Args:
        n_patients: None, or the fixed number.
        seed: Seed of the cohort.

    Raises:
        ConfigError: Another number of patients is asked for.
    """
    if n_patients not in (None, N_PATIENTS):
        cause = f"the preset published has {N_PATIENTS} patients, {n_patients} were asked for"
        raise ConfigError("patients", cause, "Leave --patients out, or use the preset demo")
    scans, numbers = Scans(seed), count()
    _benchmark(scans, numbers)
    _single_centre(scans, numbers)
    _two_devices(scans, numbers)
    images = tuple(scans.images)
    own = [_own_reader(image) for image in images]
    readings = in_image_order(images, [*_study_readings(seed, images, own), *_panel(seed, images)])
    first = {(r.image_id, r.rater_id): r.grade for r in readings if r.reading == 1}
    return Plan(
        preset="published",
        seed=seed,
        images=images,
        readings=readings,
        grades=tuple(first[i.image_id, name] for i, name in zip(images, own, strict=True)),
        one_reader=tuple(own),
        panel=PANEL,
        grade_is="the first reading of one reader, that of the image's study",
        notes=_NOTES,
    )


def _person(scans: Scans, numbers: count[int], disease: Disease) -> Patient:
    return draw_patient(scans.seed, patient_number(next(numbers)), disease)


def _benchmark(scans: Scans, numbers: count[int]) -> None:
    rng = generator(scans.seed, BENCHMARK)
    twice = set(rng.permutation(BENCHMARK_PATIENTS)[:BENCHMARK_TWICE].tolist())
    controls = set(rng.permutation(BENCHMARK_PATIENTS)[:BENCHMARK_CONTROLS].tolist())
    glands = list(product(GLANDS, SIDES))
    for at in range(BENCHMARK_PATIENTS):
        patient = _person(scans, numbers, "control" if at in controls else "sjogren")
        place = at % len(BENCHMARK_DEVICES)
        for chosen in rng.permutation(len(glands))[: 2 if at in twice else 1]:
            gland, side = glands[chosen]
            scans.take(
                patient,
                gland,
                side=side,
                view=_any_view(gland, rng),
                device=BENCHMARK_DEVICES[place],
                centre=f"centre-{place + 1}",
                operator=f"centre-{place + 1}-operator",
                study=BENCHMARK,
            )


def _single_centre(scans: Scans, numbers: count[int]) -> None:
    rng = generator(scans.seed, SINGLE_CENTRE)
    for _ in range(SINGLE_CENTRE_PATIENTS):
        patient = _person(scans, numbers, "sjogren")
        for gland, side in product(GLANDS, SIDES):
            scans.take(
                patient,
                gland,
                side=side,
                view=_any_view(gland, rng),
                device="cart-b",
                centre="centre-5",
                operator="centre-5-operator",
                study=SINGLE_CENTRE,
            )


def _two_devices(scans: Scans, numbers: count[int]) -> None:
    sjogren: list[Disease] = ["sjogren"] * TWO_DEVICES_SJOGREN
    controls: list[Disease] = ["control"] * TWO_DEVICES_CONTROLS
    for disease in sjogren + controls:
        patient = _person(scans, numbers, disease)
        for expert, device in product(("expert-1", "expert-2"), ("premium", HANDHELD)):
            for gland, side, view in VIEWS_OF_SIX:
                scans.take(
                    patient,
                    gland,
                    side=side,
                    view=view,
                    device=device,
                    centre="centre-6",
                    operator=expert,
                    study=TWO_DEVICES,
                )


def _any_view(gland: Gland, rng: np.random.Generator) -> View:
    """Half of the parotid glands in each view; the submandibular in its usual one."""
    views = VIEWS[gland]
    return views[int(rng.integers(2))] if gland == "parotid" else views[0]


def _own_reader(image: PlannedImage) -> str:
    if image.study == TWO_DEVICES:
        return image.operator
    return f"{image.centre}-reader"


def _study_readings(seed: int, images: tuple[PlannedImage, ...], own: list[str]) -> list[Reading]:
    readings: list[Reading] = []
    for name in dict.fromkeys(own):
        mine = [image for image, reader in zip(images, own, strict=True) if reader == name]
        reader = replace(draw_readers(seed, 1, prefix=name)[0], name=name)
        times = 2 if mine[0].study == BENCHMARK else 1
        readings += read_images(seed, mine, reader, times=times)
    return readings


def _panel(seed: int, images: tuple[PlannedImage, ...]) -> list[Reading]:
    readings: list[Reading] = []
    for reader in draw_readers(seed, len(PANEL), prefix="panel"):
        times = 2 if reader.name == PANEL[0] else 1
        readings += read_images(seed, images, reader, times=times)
    return readings
