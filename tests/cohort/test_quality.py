from __future__ import annotations

import pytest

from sgus.cohort.quality import NO_REGION, refuse_blocking, table_problems
from sgus.core.errors import CohortError

GOOD = {"image_id": "a", "patient_id": "P", "grade": "1", "region": "0 0 5 5", "path": "images/a"}


def kinds(**changes):
    return [problem.kind for problem in table_problems([GOOD | changes], [2])]


def test_table_problems__none_in_a_good_row():
    assert kinds() == []
    assert kinds(grade="2.0") == []
    assert kinds(grade="") == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"grade": "1.5"}, "grade"),
        ({"grade": "4"}, "grade"),
        ({"image_id": ""}, "image-id"),
        ({"image_id": "../a"}, "image-id"),
        ({"patient_id": ""}, "no-patient"),
        ({"gland": "thyroid"}, "gland"),
        ({"side": "both"}, "side"),
        ({"excluded": "maybe"}, "excluded"),
        ({"excluded": "true"}, "exclusion"),
        ({"region": "1 2 3"}, "region"),
        ({"region": "5 5 1 1"}, "region"),
        ({"region": ""}, "no-region"),
        ({"width_px": "0"}, "width_px"),
        ({"spacing_mm": "x"}, "spacing_mm"),
        ({"path": "/etc/passwd"}, "path"),
        ({"path": "images/../../x"}, "path"),
        ({"path": ""}, "path"),
    ],
)
def test_table_problems__each_kind(changes, kind):
    assert kinds(**changes) == [kind]


def test_table_problems__an_exclusion_for_another_reason_settles_a_missing_region():
    assert kinds(region="", excluded="true", exclusion_reason=NO_REGION) == ["no-region"]
    assert kinds(region="", excluded="true", exclusion_reason="doppler") == []


def test_table_problems__same_id_whatever_its_case():
    records = [GOOD, GOOD | {"image_id": "b"}, GOOD | {"image_id": "A"}]
    (problem,) = table_problems(records, [2, 3, 4])
    assert problem.text() == (
        "row 4 (image A): the same image_id stands in row 2. Give each image its own id."
    )
    assert problem.blocks


def test_table_problems__a_patient_in_two_centres_is_told_once_for_each_other_centre():
    centres = ["Udine", "Milano", "Milano", "", "Udine"]
    records = [GOOD | {"image_id": str(at), "centre": name} for at, name in enumerate(centres)]
    (problem,) = table_problems(records, range(2, 7))
    assert problem.what == "patient P is in Milano here and in Udine in row 2"
    assert not problem.blocks


def test_table_problems__in_the_order_of_the_rows():
    records = [GOOD, GOOD | {"grade": "9"}, GOOD | {"image_id": "c", "grade": "7"}]
    assert [problem.row for problem in table_problems(records, [2, 3, 4])] == [3, 3, 4]


def test_refuse_blocking__lists_all_that_block_and_only_those():
    records = [GOOD | {"grade": "9"}, GOOD | {"image_id": "b", "patient_id": "", "grade": "x"}]
    problems = table_problems(records, [2, 3])
    with pytest.raises(
        CohortError, match=r"2 problems\n  row 2 .*outside 0-3.*\n  row 3 "
    ) as caught:
        refuse_blocking(problems, item="t.csv", next_step="Correct")
    assert "no patient" not in str(caught.value)
    refuse_blocking([p for p in problems if not p.blocks], item="t.csv", next_step="Correct")
