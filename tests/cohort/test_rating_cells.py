"""What a cell says that says nothing."""

from __future__ import annotations

import pytest

from sgus.cohort.rating_cells import check_scale
from sgus.cohort.rating_tables import RatingTable, read_ratings
from sgus.core.errors import CohortError


def read(text: str) -> RatingTable:
    return read_ratings(text.encode())


def test_an_attribute_that_is_not_available_is_not_said():
    wide = read("image_id,gland,a,b\ni,NA,1,1\nj,parotid,0,1\n")
    long = read("image_id,rater_id,grade,gland\ni,a,1,-\nj,a,0,parotid\nj,b,1,nan\n")
    known = {"gland": {"i": "", "j": "parotid"}}
    assert wide.item_attributes == long.item_attributes == known


@pytest.mark.parametrize("word", ["NA", "nan", "-"])
def test_patients_that_are_not_available_are_not_one_patient(word):
    wide = f"image_id,patient_id,a,b\ni,{word},1,1\nj,{word},0,1\nk,P,2,2\n"
    long = f"image_id,rater_id,grade,patient_id\ni,a,1,{word}\nj,a,0,{word}\nk,a,2,P\n"
    for text in (wide, long):
        with pytest.raises(
            CohortError, match="2 images have no patient in column patient_id: i, j"
        ):
            read(text)
    filled = read(f"image_id,rater_id,grade,patient_id\ni,a,1,{word}\ni,b,1,P\n")
    assert dict(filled.patients) == {"i": "P"}


def test_a_scale_of_huge_numbers_is_refused():
    assert check_scale([-2, 0, 9999]) == (-2, 0, 9999)
    with pytest.raises(CohortError, match="a grade lies beyond 9999"):
        check_scale([0, 1, 10**20])
