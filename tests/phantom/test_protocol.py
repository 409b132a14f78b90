from __future__ import annotations

import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.population import draw_patient
from sgus.phantom.protocol import (
    Reading,
    Scans,
    first_readings,
    in_image_order,
    patient_number,
    read_images,
)
from sgus.phantom.readers import Reader, draw_readers


@pytest.fixture
def images() -> list:
    scans = Scans(3)
    for name in ("P0001", "P0002"):
        patient = draw_patient(3, name, "sjogren")
        for device in ("premium", "handheld"):
            scans.take(
                patient, "parotid", side="left", view="transverse", device=device,
                centre="c", operator="o",
            )  # fmt: skip
    return scans.images


def test_scans__number_the_images_of_a_gland(images) -> None:
    assert [i.image_id for i in images] == [
        "P0001-parotid-left-1", "P0001-parotid-left-2",
        "P0002-parotid-left-1", "P0002-parotid-left-2",
    ]  # fmt: skip
    first, second, other, _ = (i.request for i in images)
    assert first.anatomy_seed == second.anatomy_seed != other.anatomy_seed
    assert first.scan_seed != second.scan_seed
    assert first.severity == images[0].patient.severities["parotid", "left"]


def test_read_images__numbers_readings_from_1(images) -> None:
    exact = Reader("r", noise=1e-9)
    readings = read_images(0, images, exact, times=2)
    assert [(r.image_id, r.reading) for r in readings[:3]] == [
        ("P0001-parotid-left-1", 1), ("P0001-parotid-left-1", 2), ("P0001-parotid-left-2", 1),
    ]  # fmt: skip
    assert [r.grade for r in readings] == [i.request.true_grade for i in images for _ in "12"]


def test_read_images__depends_on_seed_and_name(images) -> None:
    reader = draw_readers(0, 1)[0]
    many = images * 50

    def grades(seed: int, name: str) -> list[int]:
        renamed = Reader(name, reader.bias, reader.thresholds, reader.noise)
        return [r.grade for r in read_images(seed, many, renamed)]

    assert grades(0, "a") == grades(0, "a")
    assert grades(0, "a") != grades(1, "a")
    assert grades(0, "a") != grades(0, "b")


def test_first_readings__one_column_a_reader(images) -> None:
    readings = [Reading(i.image_id, name, reading, len(name) - reading)
                for i in images for name in ("a", "bcd") for reading in (2, 1)]  # fmt: skip
    assert np.array_equal(first_readings(images, readings, ["bcd", "a"]), [[2, 0]] * 4)
    with pytest.raises(ConfigError, match="image P0001-parotid-left-1: x has not read it"):
        first_readings(images, readings, ["x"])


def test_in_image_order(images) -> None:
    ids = [i.image_id for i in images]
    mixed = [Reading(ids[1], "b", 1, 0), Reading(ids[0], "b", 2, 0), Reading(ids[0], "a", 1, 0)]
    ordered = in_image_order(images, mixed)
    assert [(ids.index(r.image_id), r.rater_id) for r in ordered] == [(0, "a"), (0, "b"), (1, "b")]


def test_patient_number() -> None:
    assert patient_number(11) == "P0012"
