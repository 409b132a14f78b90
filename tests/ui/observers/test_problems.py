from __future__ import annotations

import pytest

from sgus.core.errors import CohortError
from sgus.ui.observers.problems import on_page, problem_text, scale_of
from sgus.workflows.observers import uploaded_readings


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"image_id,A,B\n1,0,7\n2,1,2\n",
            "such as 0,1,2,3,4,5,6,7 in “Grades that could be given”",
        ),
        (b"image_id,A,B\n1,0,1.5\n2,1,2\n", "delete column 'B' from the table if it holds no"),
        (b"image_id,A,B,remark\n1,0,1,good\n2,1,2,bad\n", "Delete column 'remark' from the table"),
        (b"image_id,patient_id,A,B\n1,p,0,1\n2,,1,2\n", "are then resampled instead of patients"),
        (b"image_id,case,A,B\n1,0,0,1\n2,3,1,2\n", "delete column 'case' from the table"),
    ],
)
def test_problem_text__speaks_of_the_page_and_not_of_options(data: bytes, said: str) -> None:
    with pytest.raises(CohortError) as caught:
        uploaded_readings(data, name="t.csv")
    text = problem_text(caught.value)
    assert said in text
    assert " --" not in text


def test_problem_text__a_column_of_patients_that_is_not_there() -> None:
    with pytest.raises(CohortError) as caught:
        uploaded_readings(b"image_id,A,B\n1,0,1\n", name="t.csv", patient_column="nope")
    text = problem_text(caught.value)
    assert "no column 'nope', which “Column of the patients” asks for." in text
    assert " --" not in text


def test_on_page__leaves_other_text_alone() -> None:
    assert on_page("Export it again") == "Export it again"


@pytest.mark.parametrize("text", ["0 1 2 3", "0,1,2,3,", " 0; 1;2 ;3 ", "0\t1\t2\t3"])
def test_scale_of__any_separator(text: str) -> None:
    assert scale_of(text) == (0, 1, 2, 3)


@pytest.mark.parametrize("text", ["", ",", "0,,1x", "1e3", "a b", f"0,{10**19}"])
def test_scale_of__nonsense_is_refused(text: str) -> None:
    with pytest.raises(CohortError, match="is no list of whole numbers"):
        scale_of(text)
