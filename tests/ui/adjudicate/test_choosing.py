from pathlib import Path

import numpy as np
import pytest

from sgus.cohort.manifest import load_cohort
from sgus.ui.adjudicate.choosing import (
    BY_GRADE,
    BY_IDS,
    CONTESTED,
    by_grade,
    by_ids,
    most_contested,
    sources,
)
from sgus.workflows.cohort_view import CohortView, cohort_view
from tests.ui.adjudicate import queue_cohort


@pytest.fixture
def view(tmp_path: Path) -> CohortView:
    queue_cohort.save_queue_cohort(tmp_path)
    table = tmp_path / "images.csv"
    lines = table.read_text().splitlines()
    excluded = [f"{line},{'true' if line.startswith('img-03') else 'false'}" for line in lines[1:]]
    table.write_text("\n".join([f"{lines[0]},excluded", *excluded]) + "\n")
    return cohort_view(load_cohort(tmp_path))


def everything(view: CohortView) -> np.ndarray:
    return np.ones(view.n_images, dtype=bool)


def test_sources__readers_only_where_there_are_any(view: CohortView) -> None:
    assert sources(view) == [CONTESTED, BY_GRADE, BY_IDS]


def test_most_contested__only_what_readers_put_on_both_sides(view: CohortView) -> None:
    chosen = most_contested(view, everything(view), "0/1", n=20)
    assert set(chosen.image_ids) == set(queue_cohort.CONTESTED) - {"img-03"}  # it is excluded
    assert chosen.n_patients == 9
    assert len(most_contested(view, everything(view), "0/1", n=4).image_ids) == 4
    none = most_contested(view, everything(view), "2/3", n=20)
    assert none.image_ids == ()
    assert "both 2 and 3" in none.problem


def test_most_contested__patients_take_turns(tmp_path: Path) -> None:
    queue_cohort.save_queue_cohort(tmp_path)
    table = tmp_path / "images.csv"
    text = table.read_text()
    for at in range(5):  # half of the contested images are one patient's
        text = text.replace(f"patient-{at},", "patient-x,")
    table.write_text(text)
    view = cohort_view(load_cohort(tmp_path))
    assert most_contested(view, everything(view), "0/1", n=6).n_patients == 6


def test_by_grade__both_grades_equally_often_as_far_as_there_are_enough(view: CohortView) -> None:
    chosen = by_grade(view, everything(view), "0/1", n=6, seed=1)
    grades = dict(zip(view.ids.tolist(), view.grade.tolist(), strict=True))
    assert sorted(grades[name] for name in chosen.image_ids) == [0, 0, 0, 1, 1, 1]
    assert chosen == by_grade(view, everything(view), "0/1", n=6, seed=1)
    assert chosen != by_grade(view, everything(view), "0/1", n=6, seed=2)
    assert len(by_grade(view, everything(view), "1/2", n=7, seed=1).image_ids) == 7  # 2 and 5
    assert "img-03" not in by_grade(view, everything(view), "0/1", n=99, seed=1).image_ids


def test_by_ids__says_what_it_does_not_know(view: CohortView) -> None:
    chosen = by_ids(view, "img-01, img-03\nnobody img-01")
    assert chosen.image_ids == ("img-01",)
    assert chosen.problem == "Not in this cohort: nobody. Excluded: img-03."
    assert by_ids(view, "").image_ids == ()
