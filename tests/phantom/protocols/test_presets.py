from __future__ import annotations

import pytest

from sgus.core.errors import ConfigError
from sgus.phantom.protocols import PRESETS, make_plan


@pytest.mark.parametrize("preset", PRESETS)
def test_make_plan__has_the_number_of_patients_asked_for(preset: str) -> None:
    patients = None if preset == "published" else 3
    plan = make_plan(preset, patients=patients, seed=2)
    assert plan.preset == preset
    assert len({i.patient.patient_id for i in plan.images}) == (patients or 219)
    assert len(plan.grades) == len(plan.one_reader) == len(plan.images)


def test_make_plan__an_unknown_preset() -> None:
    with pytest.raises(ConfigError, match="Use one of: demo, published, pretraining"):
        make_plan("clinic", patients=None, seed=0)
