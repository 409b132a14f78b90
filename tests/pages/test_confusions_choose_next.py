"""The view of what to adjudicate next, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgus.review.boundary import boundary
from sgus.ui.confusions.tabs import TAB
from sgus.workflows.active import choose_next
from sgus.workflows.run_view import open_run
from tests.pages.test_cohort import text_of
from tests.pages.test_confusions import looked, opened, runs

__all__ = ["looked", "runs"]


def test_choose_next__shows_its_images_and_ticks_them(looked: Path) -> None:
    expected = choose_next(open_run(looked), boundary("0/1")).table["image_id"].tolist()
    test = opened(**{f"{TAB}_kept": "Choose next"})
    test = test.run()
    said = text_of(test)
    assert "Of 36 held-out images of 12 patients, settling these 20 next" in said
    assert "about half the adjudications of a random one" in said
    assert "density (how much the images of other patients look like it)" in said
    for number, image_id in enumerate(expected, 1):
        assert f"<b>{number}.</b> {image_id}" in said
    test = test.button(key="sgus-next-tick").click().run()
    kept = test.session_state["sgus_confusions_ticked"]
    assert list(kept.values()) == [expected]


@pytest.mark.parametrize("name", ["1/2", "2/3"])
def test_choose_next__other_boundaries(looked: Path, name: str) -> None:
    from sgus.ui.confusions.choose import BOUNDARY

    test = opened(**{f"{TAB}_kept": "Choose next", f"{BOUNDARY}_kept": name})
    assert f"grade {name[0]} v {name[2]}" in text_of(test)
