from __future__ import annotations

import numpy as np
import pytest

from sgus.workflows.cohort_filters import applied, ignored, select, shown_line, why_empty
from sgus.workflows.cohort_view import UNKNOWN, Facet, cohort_view
from tests.workflows.cohort_rows import at_random, by_hand


def test_select__one_of_the_values_of_every_facet() -> None:
    view = cohort_view(by_hand())
    mask = select(view, {"grade": ["1", "2"], "gland": ["submandibular"]})
    assert view.ids[mask].tolist() == ["a3", "c1", "c2"]
    assert view.ids[select(view, {"centre": [UNKNOWN]})].tolist() == ["d1"]


def test_select__nothing_chosen_is_everything() -> None:
    view = cohort_view(by_hand())
    assert select(view, {}).all()
    assert select(view, {"grade": []}).all()


@pytest.mark.parametrize("seed", range(3))
def test_select__as_row_by_row(seed: int) -> None:
    cohort = at_random(seed)
    view = cohort_view(cohort)
    mask = select(view, {"grade": ["0", "3"], "centre": ["A", "B"], "device": ["x"]})
    slow = [
        str(row.grade) in ("0", "3") and row.centre in ("A", "B") and row.device == "x"
        for row in cohort.images.itertuples()
    ]
    assert mask.tolist() == slow


def test_select__an_image_may_have_several_flags() -> None:
    members = np.zeros((2, 8), dtype=bool)
    members[0, :3] = members[1, 2:4] = True
    view = cohort_view(by_hand(), Facet("flag", "Flag", ("excluded", "no grade"), members))
    assert select(view, {"flag": ["excluded", "no grade"]}).sum() == 4
    assert select(view, {"flag": ["no grade"]}).sum() == 2


def test_choices_of_another_cohort_are_left_out_and_said() -> None:
    view = cohort_view(by_hand())
    chosen = {"centre": ["Oslo", "Lyon"], "device": ["handheld"], "part": ["kfold"]}
    assert applied(view, chosen) == {"centre": ("Oslo",)}
    assert ignored(view, chosen) == ["Centre: Lyon", "Device: handheld", "part: kfold"]
    assert select(view, chosen).sum() == 3


def test_shown_line() -> None:
    view = cohort_view(by_hand())
    mask = select(view, {"grade": ["1", "2"]})
    assert shown_line(view, mask) == "Shown: 5 of 8 images (2 of 3 patients)"
    groups = cohort_view(by_hand(patient_unit="grouping key"))
    assert "(3 of 3 grouping keys)" in shown_line(groups, np.ones(8, dtype=bool))


def test_why_empty__says_which_filter_to_take_away() -> None:
    view = cohort_view(by_hand())
    chosen = {"grade": ["3"], "gland": ["submandibular"], "centre": ["Bern"]}
    assert not select(view, chosen).any()
    assert why_empty(view, chosen) == (
        "No image has all of these: Grade 3, Gland submandibular, Centre Bern. "
        "But without Grade there are 2; without Gland there are 1."
    )
    far = {"grade": ["3"], "centre": ["Oslo"], "device": ["premium"], "side": ["right"],
           "sex": ["male"]}  # fmt: skip
    assert "Take more than one filter away" in why_empty(view, far)
