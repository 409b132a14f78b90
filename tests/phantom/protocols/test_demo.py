from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median

import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.protocol import Plan
from sgus.phantom.protocols.demo import PANEL, demo


@pytest.fixture(scope="module")
def plan() -> Plan:
    return demo(None, 0)


def test_about_400_images_of_50_patients_with_all_four_glands(plan: Plan) -> None:
    glands = defaultdict(set)
    for i in plan.images:
        glands[i.patient.patient_id].add((i.request.gland, i.side))
    assert 380 <= len(plan.images) <= 420
    assert len(glands) == 50
    assert all(len(found) == 4 for found in glands.values())


def test_four_centres_with_a_device_each_and_handheld_ones(plan: Plan) -> None:
    devices = defaultdict(set)
    for i in plan.images:
        devices[i.centre].add(i.request.device)
    assert len(devices) == 4
    assert all(len(found) == 2 and "handheld" in found for found in devices.values())
    assert len({i.request.device for i in plan.images}) == 5


def test_some_glands_are_seen_by_two_operators_and_on_two_devices(plan: Plan) -> None:
    seen = defaultdict(set)
    for i in plan.images:
        seen[i.patient.patient_id].add((i.operator, i.request.device))
    operators = sum(len({operator for operator, _ in found}) == 2 for found in seen.values())
    devices = sum(len({device for _, device in found}) == 2 for found in seen.values())
    both = sum(len(found) == 3 for found in seen.values())
    assert 20 <= operators <= 30
    assert 20 <= devices <= 30
    assert 8 <= both <= 17


def test_images_of_a_gland_share_anatomy_view_and_severity(plan: Plan) -> None:
    glands = defaultdict(set)
    for i in plan.images:
        key = (i.patient.patient_id, i.request.gland, i.side)
        glands[key].add((i.request.anatomy_seed, i.request.view, i.request.severity))
    assert all(len(found) == 1 for found in glands.values())
    assert len({next(iter(found))[0] for found in glands.values()}) == 200


def test_five_readers_read_everything_two_of_them_twice(plan: Plan) -> None:
    counts = Counter((r.rater_id, r.reading) for r in plan.readings)
    assert set(counts.values()) == {len(plan.images)}
    assert len({name for name, _ in counts}) == 5
    assert {name for name, reading in counts if reading == 2} == {"reader-1", "reader-4"}


def test_grades_are_medians_of_three_first_readings(plan: Plan) -> None:
    of = defaultdict(list)
    for r in plan.readings:
        if r.rater_id in PANEL and r.reading == 1:
            of[r.image_id].append(r.grade)
    assert plan.grades == tuple(median(of[i.image_id]) for i in plan.images)


def test_more_patients_leave_the_first_as_they_are(plan: Plan) -> None:
    few = demo(7, 0)
    assert few.images == plan.images[: len(few.images)]
    assert few.readings == plan.readings[: len(few.readings)]
    assert few.images[0].image_id == "P0001-parotid-left-1"


def test_nobody_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"patients: 0 is not from 1 to 999999\. Ask for one"):
        demo(0, 0)
