from __future__ import annotations

import pytest

from sgus.ui.runs.doubt import group_lines, rows_of_set
from sgus.ui.runs.doubt_words import (
    coverage_words,
    promise_words,
    refusal_words,
    size_of,
    size_rows,
    sizes_words,
    too_wide_words,
)
from sgus.ui.runs.figure_words import those
from sgus.ui.runs.sets_chart import sets_figure
from tests.ui.runs.explored import sections

COUNTS = [
    {"score": "ordinal", "set": "0-1", "n_images": 31, "n_patients": 7, "holds": 30},
    {"score": "ordinal", "set": "1", "n_images": 4, "n_patients": 3, "holds": 4},
    {"score": "ordinal", "set": "1-2", "n_images": 9, "n_patients": 5, "holds": 8},
    {"score": "least_ambiguous", "set": "none", "n_images": 44, "n_patients": 9, "holds": 0},
]


@pytest.mark.parametrize(
    ("text", "size"), [("none", 0), ("2", 1), ("0-1", 2), ("0, 3", 2), ("0, 1, 3", 3), ("0-3", 4)]
)
def test_size_of(text, size):
    assert size_of(text) == size


def test_size_of__agrees_with_the_sets_of_the_report():
    section = sections()["conformal"]
    rows = size_rows(section["counts"], "ordinal")
    mean = sum(row["size"] * row["n_images"] for row in rows) / 120
    figure = next(f for f in section["figures"] if f["figure"] == "mean_set_size")
    assert mean == pytest.approx(figure["value"])


def test_sizes__in_a_sentence():
    rows = size_rows(COUNTS, "ordinal")
    assert sizes_words(rows) == "Of 44 images, 4 get one grade and 40 get two grades."
    assert sum(row["holds"] for row in rows) == 42
    assert sizes_words(size_rows(COUNTS, "least_ambiguous")) == (
        "Of 44 images, 44 get no grade at all."
    )


def test_promise_and_coverage__stand_side_by_side():
    assert promise_words(0.1) == "9 of 10"
    assert promise_words(0.25) == "75 of 100"
    said = coverage_words(sections()["conformal"]["figures"], "ordinal", 0.1)
    assert said.startswith("Asked for: 9 of 10. Found, each patient counting once: ")
    assert "120 images of 40 patients" in said


def test_too_wide__where_half_the_images_are_left_open():
    assert too_wide_words(size_rows(COUNTS, "ordinal"), 0.1) is None
    wide = [{"size": 4, "words": "all four grades", "n_images": 5, "holds": 5}]
    assert too_wide_words(wide, 0.05).startswith("5 of 5 images get three grades or all four")


def test_refusal__says_why_and_what_to_do():
    reason = sections(40, 4)["conformal"]["reason"]
    said = refusal_words(reason, "patient")
    assert "too few patients to calibrate on for alpha 0.1: 4" in said
    assert "larger validation part" in said


def test_sets_figure__small_sets_first():
    figure = sets_figure(COUNTS[:3], title="t")
    holds, misses = figure.data
    assert [name.strip() for name in holds.y] == ["1", "0-1", "1-2"]
    assert list(holds.x) == [4, 30, 8]
    assert list(misses.x) == [0, 1, 1]


def test_group_lines__by_grade_and_device():
    lines = group_lines(those(sections()["conformal"]["figures"], score="ordinal"), "coverage")
    assert [line.name for line in lines] == [
        "all images", "true grade", "0", "1", "2", "3", "device", "one", "two",
    ]  # fmt: skip


def test_rows_of_set__those_that_miss():
    rows = [{"set": "0", "holds the true grade": True}, {"set": "1", "holds the true grade": False}]
    assert rows_of_set(rows, "all sets") == rows
    assert rows_of_set(rows, "sets that miss") == rows[1:]
    assert rows_of_set(rows, "0") == rows[:1]
