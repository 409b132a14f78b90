from __future__ import annotations

import re

import numpy as np

from sgus.ui.cohort.tables import MOST_ROWS, count_text, cross_html, grade_head, parts_html
from sgus.workflows.cohort_counts import Count, CrossTable, cross_table
from sgus.workflows.cohort_view import cohort_view
from tests.workflows.cohort_rows import by_hand, cohort_of


def plain(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def test_count__images_then_patients() -> None:
    assert plain(count_text(Count(1200, 35))) == "1,200 (35)"
    assert plain(count_text(Count(0, 0))) == "–"
    assert plain(count_text(Count(2, 0))) == "2 (0)"


def test_cross__every_cell_of_the_table() -> None:
    table = cross_table(cohort_view(by_hand()), np.ones(8, dtype=bool), ["gland"])
    said = plain(cross_html(table, ["Gland"]))
    assert said.startswith("Gland 0 1 2 3 not graded all")
    assert "parotid 1 (1) 1 (1) 1 (0) 1 (1) 1 (1) 5 (2)" in said
    assert said.endswith("all 1 (1) 2 (1) 3 (1) 1 (1) 1 (1) 8 (3)")


def test_cross__without_rows_only_the_sums() -> None:
    table = cross_table(cohort_view(by_hand()), np.ones(8, dtype=bool), [])
    assert plain(cross_html(table, [])).endswith("all 1 (1) 2 (1) 3 (1) 1 (1) 1 (1) 8 (3)")


def test_cross__the_largest_rows_where_there_are_too_many() -> None:
    cells = tuple((Count(at, 1),) for at in range(200))
    table = CrossTable(("centre",), ("all",), tuple((f"c{at}",) for at in range(200)), cells,
                       (Count(1, 1),))  # fmt: skip
    markup = cross_html(table, ["Centre"])
    assert markup.count("<td>c") == MOST_ROWS
    assert "<td>c199<" in markup
    assert "<td>c139<" not in markup


def test_cross__names_of_a_cohort_are_text() -> None:
    cohort = cohort_of([{"image_id": "a", "patient_id": "P", "centre": "<b>x</b>"}])
    table = cross_table(cohort_view(cohort), np.ones(1, dtype=bool), ["centre"])
    assert "&lt;b&gt;x&lt;/b&gt;" in cross_html(table, ["Centre"])


def test_parts__marks_what_rests_on_too_few() -> None:
    counts = {"train": (Count(9, 5), Count(9, 4), Count(18, 8)), "test": (Count(0, 0),) * 3}
    markup = parts_html(counts, ["0", "1", "all"], 5)
    assert markup.count("sgus-thin") == 1  # an empty part is not marked
    assert '<td class="sgus-thin">9 ' in markup


def test_grade_head__in_the_colour_of_the_grade() -> None:
    assert "#D55E00" in grade_head("3")
    assert grade_head("not graded") == "not graded"
