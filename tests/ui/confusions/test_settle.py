from __future__ import annotations

from sgus.ui.confusions.settle import controls_for
from tests.ui.confusions.seen import seen_view


def test_controls__nobody_contests_them_and_they_stay_the_same() -> None:
    seen = seen_view()
    found = controls_for(seen, ["P1-a", "P2-b"])
    assert found == controls_for(seen, ["P1-a", "P2-b"])
    assert len(found) == 2
    assert set(found) <= {"P3-a", "P3-b", "P4-a"}  # agreed, readers of one mind or none


def test_controls__as_many_as_there_are_and_never_a_chosen_one() -> None:
    seen = seen_view()
    chosen = ["P3-a", "P1-a", "P1-b", "P2-a", "P2-b"]
    assert controls_for(seen, chosen) == ["P3-b", "P4-a"]
    assert controls_for(seen, []) == []
