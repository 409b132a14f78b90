from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.workflows.cohort_story import (
    Reading,
    exclusion_of,
    facts_of,
    picture_of,
    place_of,
    readings_of,
)
from sgus.workflows.cohort_view import CohortView, cohort_view
from tests.made_up import save_small_cohort
from tests.workflows.cohort_rows import by_hand, ratings_of


@pytest.fixture
def small(tmp_path: Path) -> CohortView:
    save_small_cohort(tmp_path / "small")
    return cohort_view(load_cohort(tmp_path / "small"))


def with_region(view: CohortView, region: str, **cells: str) -> CohortView:
    images = view.cohort.images.assign(region=region, **cells)
    return cohort_view(replace(view.cohort, images=images))


def test_story__facts_and_readings() -> None:
    ratings = ratings_of(("a2", "r2", "1", 3), ("a2", "r1", "2", None), ("a2", "r1", "1", 1))
    view = cohort_view(replace(by_hand(), ratings=ratings))
    assert place_of(view, "a2") == 1
    assert place_of(view, "zz") is None
    facts = facts_of(view, 1)
    assert facts["centre"] == "Oslo"
    assert facts["age_years"] == "44"
    assert "visit" not in facts
    assert "sha256" not in facts
    assert readings_of(view, 1) == [
        Reading("r1", "1", 1), Reading("r1", "2", None), Reading("r2", "1", 3),
    ]  # fmt: skip
    assert readings_of(view, 0) == []
    assert readings_of(cohort_view(by_hand()), 0) == []


def test_story__exclusion_says_its_reason_or_that_there_is_none(small: CohortView) -> None:
    assert exclusion_of(small, 0) is None
    assert exclusion_of(small, 5) == "no reason is given"


def test_story__picture_with_its_region(small: CohortView) -> None:
    bare = picture_of(small, 0)
    assert (bare.region, bare.text_mask) == (None, None)
    assert bare.image.synthetic
    found = picture_of(with_region(small, "30 20 450 340"), 0)
    assert found.region == Region(30, 20, 450, 340)
    assert found.text_mask is not None
    assert found.text_mask.shape == found.image.pixels.shape
    assert picture_of(with_region(small, "30 20 4500 340"), 0).text_mask is None


def test_story__another_file_under_the_name_is_refused(small: CohortView) -> None:
    with pytest.raises(ImageError, match="not the one that was imported"):
        picture_of(with_region(small, "", sha256="0" * 64), 0)
