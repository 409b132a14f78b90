from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.protocols.pretraining import pretraining


def test_one_or_two_images_of_each_gland_and_no_readings() -> None:
    plan = pretraining(100, 0)
    glands = Counter((i.patient.patient_id, i.request.gland, i.side) for i in plan.images)
    assert len(glands) == 400
    assert set(glands.values()) == {1, 2}
    assert plan.readings == ()
    assert plan.panel == ()


def test_the_grade_is_the_truth_and_all_four_are_common() -> None:
    plan = pretraining(150, 0)
    assert plan.grades == tuple(int(i.request.severity) for i in plan.images)
    shares = np.bincount(plan.grades, minlength=4) / len(plan.grades)
    assert shares.min() > 0.18


def test_every_device_and_how_far_it_varies() -> None:
    plan = pretraining(150, 0)
    devices = Counter(i.request.device for i in plan.images)
    assert len(devices) == 5
    assert min(devices.values()) > 0.15 * len(plan.images)
    variation = np.array([i.request.device_variation for i in plan.images])
    assert np.histogram(variation, bins=4, range=(0, 1))[0].min() > 0.2 * len(variation)
    assert len({(i.request.gland, i.request.view) for i in plan.images}) == 4


def test_nobody_is_refused() -> None:
    with pytest.raises(ConfigError, match="-1 is not from 1"):
        pretraining(-1, 0)
