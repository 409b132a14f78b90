from __future__ import annotations

import numpy as np

from sgus.ui.cohort.charts import MOST_BARS, age_bars, grade_bars
from sgus.ui.cohort.splits_chart import columns_for, split_figure, words
from sgus.workflows.cohort_counts import Count, CrossTable, cross_table, people
from sgus.workflows.cohort_splits import ALL_FOLDS, SEVERAL, Cell, SplitPicture
from sgus.workflows.cohort_view import cohort_view
from tests.workflows.cohort_rows import by_hand

EVERYTHING = np.ones(8, dtype=bool)


def test_grade_bars__are_the_counts() -> None:
    table = cross_table(cohort_view(by_hand()), EVERYTHING, ["centre"])
    figure = grade_bars(table, "Images")
    assert [bar.name for bar in figure.data] == [
        "grade 0", "grade 1", "grade 2", "grade 3", "not graded",
    ]  # fmt: skip
    for place, bar in enumerate(figure.data):
        drawn = dict(zip([name.strip() for name in bar.y], bar.x, strict=True))
        patients = dict(zip([name.strip() for name in bar.y], bar.customdata, strict=True))
        for (key,), counts in zip(table.keys, table.cells, strict=True):
            assert (drawn[key], patients[key]) == (counts[place].images, counts[place].patients)
    assert list(figure.data[0].y)[-1].strip() == "Bern"  # the first is drawn on top


def test_grade_bars__the_largest_where_there_are_too_many() -> None:
    cells = tuple((Count(at, 1), Count(at, 1)) for at in range(100))
    table = CrossTable(("device",), ("0", "all"), tuple((f"d{at}",) for at in range(100)), cells,
                       (Count(1, 1),) * 2)  # fmt: skip
    figure = grade_bars(table, "Images")
    assert len(figure.data[0].y) == MOST_BARS
    assert min(figure.data[0].x) == 60


def test_age_bars__count_patients_once() -> None:
    found = people(cohort_view(by_hand()), EVERYTHING)
    figure = age_bars(found.bands, "Age")
    assert sum(sum(bar.y) for bar in figure.data) == found.n_patients == 3
    assert len({bar.marker.color for bar in figure.data}) == len(figure.data)


def picture(n: int, groups: tuple[str, ...] = ("train", "validation", "test")) -> SplitPicture:
    cells = tuple(
        Cell(f"P{at}", groups[at * len(groups) // n], 1 + at % 3, (1, at % 3, 0, 0))
        for at in range(n)
    )
    return SplitPicture("holdout", "holdout", groups, cells, {})


def test_split_figure__a_cell_a_patient_in_named_bands() -> None:
    shown = picture(50)
    (drawn,) = split_figure(shown, "patient").data
    codes = [code for row in drawn.z for code in row if code is not None]
    assert len(codes) == 50
    assert [codes.count(at) for at in range(3)] == [17, 17, 16]
    said = [text for row in drawn.customdata for text in row if text]
    assert said[0] == "P0 (train)<br>1 image: 1 of grade 0"
    assert len(set(said)) == 50
    names = split_figure(shown, "patient").layout.yaxis.ticktext
    assert [name.split("</b>")[0] for name in names] == ["<b>train", "<b>validation", "<b>test"]
    assert "17 patients" in names[0]


def test_split_figure__colours_differ_and_are_steps() -> None:
    groups = (*(f"fold-{at}" for at in range(1, 6)), SEVERAL)
    shown = picture(60, groups)
    (drawn,) = split_figure(shown, "patient").data
    edges = [edge for edge, _ in drawn.colorscale]
    assert edges[0] == 0
    assert edges[-1] == 1
    assert len({colour for _, colour in drawn.colorscale}) == 6


def test_split_figure__thousands_of_patients_stay_one_picture() -> None:
    figure = split_figure(picture(5000), "patient")
    assert figure.data[0].texttemplate is None
    assert figure.layout.height < 1400
    assert sum(code is not None for row in figure.data[0].z for code in row) == 5000
    assert columns_for(5000) >= 80


def test_split_figure__an_empty_part_keeps_its_band() -> None:
    shown = SplitPicture("s", ALL_FOLDS, ("train", "validation"), picture(3).cells[:1], {})
    figure = split_figure(shown, "grouping key")
    assert "0 grouping keys, 0 images" in figure.layout.yaxis.ticktext[1]
    assert "which fold tests each" in figure.layout.title.text


def test_words__name_part_and_grades() -> None:
    assert words(Cell("P7", "test", 3, (0, 2, 0, 1))) == (
        "P7 (test)<br>3 images: 2 of grade 1, 1 of grade 3"
    )
