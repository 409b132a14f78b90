from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.protocol import Plan
from sgus.phantom.protocols.published import (
    BENCHMARK,
    PANEL,
    SINGLE_CENTRE,
    TWO_DEVICES,
    published,
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return published(None, 0)


def of(plan: Plan, study: str) -> list:
    return [image for image in plan.images if image.study == study]


def test_benchmark__225_images_of_150_patients_at_4_centres_with_a_device_each(plan: Plan) -> None:
    images = of(plan, BENCHMARK)
    per_patient = Counter(image.patient.patient_id for image in images)
    assert len(images) == 225
    assert Counter(per_patient.values()) == {1: 75, 2: 75}
    devices = defaultdict(set)
    for image in images:
        devices[image.centre].add(image.request.device)
    assert len(devices) == 4
    assert all(len(found) == 1 for found in devices.values())
    assert len(set.union(*devices.values())) == 4
    controls = {i.patient.patient_id for i in images if i.patient.disease == "control"}
    assert len(controls) == 45


def test_single_centre__80_images_of_20_patients(plan: Plan) -> None:
    images = of(plan, SINGLE_CENTRE)
    assert len(images) == 80
    glands = Counter((i.patient.patient_id, i.request.gland, i.side) for i in images)
    assert len(glands) == 80
    assert len({patient for patient, _, _ in glands}) == 20
    assert len({image.centre for image in images}) == 1


def test_two_devices__49_people_6_images_2_experts_2_devices(plan: Plan) -> None:
    images = of(plan, TWO_DEVICES)
    people = {image.patient.patient_id: image.patient.disease for image in images}
    assert len(images) == 1176
    assert Counter(people.values()) == {"sjogren": 39, "control": 10}
    cells = Counter((i.patient.patient_id, i.operator, i.request.device) for i in images)
    assert len(cells) == 49 * 2 * 2
    assert set(cells.values()) == {6}
    assert {device for _, _, device in cells} == {"premium", "handheld"}


def test_two_devices__a_gland_keeps_its_anatomy_and_severity(plan: Plan) -> None:
    glands = defaultdict(set)
    for i in of(plan, TWO_DEVICES):
        key = (i.patient.patient_id, i.request.gland, i.side)
        glands[key].add((i.request.anatomy_seed, i.request.severity))
    assert len(glands) == 49 * 4
    assert all(len(found) == 1 for found in glands.values())
    assert len({next(iter(found))[0] for found in glands.values()}) == 49 * 4


def test_no_patient_is_in_two_studies_and_every_scan_is_its_own(plan: Plan) -> None:
    studies = defaultdict(set)
    for image in plan.images:
        studies[image.patient.patient_id].add(image.study)
    assert len(studies) == 219
    assert all(len(found) == 1 for found in studies.values())
    assert len({image.image_id for image in plan.images}) == len(plan.images) == 1481
    assert len({image.request.scan_seed for image in plan.images}) == 1481


def test_each_image_has_its_own_reader_and_a_panel_of_three(plan: Plan) -> None:
    readers = defaultdict(set)
    for reading in plan.readings:
        readers[reading.image_id].add(reading.rater_id)
    for image, own in zip(plan.images, plan.one_reader, strict=True):
        assert readers[image.image_id] == {own, *PANEL}
    experts = {own for i, own in zip(plan.images, plan.one_reader, strict=True)
               if i.study == TWO_DEVICES}  # fmt: skip
    assert experts == {"expert-1", "expert-2"}


def test_grades_are_the_first_reading_of_the_own_reader(plan: Plan) -> None:
    first = {(r.image_id, r.rater_id): r.grade for r in plan.readings if r.reading == 1}
    found = tuple(
        first[i.image_id, own] for i, own in zip(plan.images, plan.one_reader, strict=True)
    )
    assert plan.grades == found
    assert plan.grades != tuple(image.request.true_grade for image in plan.images)


def test_some_read_twice(plan: Plan) -> None:
    twice = Counter(r.rater_id for r in plan.readings if r.reading == 2)
    assert twice["panel-1"] == 1481
    assert sum(n for name, n in twice.items() if name.startswith("centre")) == 225
    assert set(twice) == {"panel-1", *(f"centre-{k}-reader" for k in (1, 2, 3, 4))}


def test_another_number_of_patients_is_refused(plan: Plan) -> None:
    with pytest.raises(ConfigError, match="has 219 patients, 50 were asked for"):
        published(50, 0)
    assert published(219, 0) == plan
    assert published(None, 1) != plan
