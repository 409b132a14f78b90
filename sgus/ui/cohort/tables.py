"""Tables of counts as HTML: images, and behind them patients; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Final

from sgus.ui.theme import GRADE_COLOURS, ON_GRADE
from sgus.workflows.cohort_counts import Count, CrossTable

MOST_ROWS: Final = 60
_THIN: Final = ' class="sgus-thin"'


def count_text(count: Count) -> str:
    """A count as it stands in a cell: images, and patients in brackets; a dash for none."""
    if not count.images:
        return '<span class="sgus-muted">–</span>'
    return f'{count.images:,} <span class="sgus-muted">({count.patients:,})</span>'


def grade_head(column: str) -> str:
    """Head of the column of a grade, in its colour."""
    if not column.isdigit():
        return html.escape(column)
    grade = int(column)
    style = f"background:{GRADE_COLOURS[grade]};color:{ON_GRADE[grade]}"
    return f'<span class="sgus-dot" style="{style}">{grade}</span>'


def cross_html(table: CrossTable, titles: Sequence[str]) -> str:
    """A cross-table of counts; the largest rows where there are too many to read.

    Args:
        table: The counts.
        titles: Heads of the columns that make a row.
    """
    order = range(len(table.keys))
    if len(table.keys) > MOST_ROWS:
        largest = sorted(order, key=lambda at: -table.cells[at][-1].images)[:MOST_ROWS]
        order = sorted(largest)  # type: ignore[assignment]
    heads = [*(f"<th>{html.escape(title)}</th>" for title in titles),
             *(f"<th>{grade_head(column)}</th>" for column in table.columns)]  # fmt: skip
    rows = [_row([html.escape(value) for value in table.keys[at]], table.cells[at]) for at in order]
    span = max(len(titles), 1)
    last = f'<tr class="sgus-total"><th colspan="{span}">all</th>' if titles else "<tr>"
    cells = "".join(f"<td>{count_text(count)}</td>" for count in table.total)
    body = "".join(rows) if titles else ""
    return (
        f'<div class="sgus-scroll"><table class="sgus-table sgus-counts"><tr>{"".join(heads)}</tr>'
        f"{body}{last}{cells}</tr></table></div>"
    )


def parts_html(counts: Mapping[str, Sequence[Count]], columns: Sequence[str], least: int) -> str:
    """Counts of the parts of a split, cells with too few patients marked.

    Args:
        counts: Of each part by grade, the last of all grades.
        columns: Names of the columns.
        least: Patients a grade should have in each part.
    """
    heads = "".join(f"<th>{grade_head(column)}</th>" for column in columns)
    rows = []
    for part, each in counts.items():
        marked = [count.patients < least and each[-1].images > 0 for count in each[:-1]]
        cells = "".join(
            f"<td{_THIN if thin else ''}>{count_text(count)}</td>"
            for count, thin in zip(each, [*marked, False], strict=True)
        )
        rows.append(f"<tr><th>{html.escape(part)}</th>{cells}</tr>")
    return (
        '<div class="sgus-scroll"><table class="sgus-table sgus-counts"><tr><th></th>'
        f"{heads}</tr>{''.join(rows)}</table></div>"
    )


def _row(names: Sequence[str], counts: Sequence[Count]) -> str:
    heads = "".join(f"<td>{name}</td>" for name in names)
    return f"<tr>{heads}{''.join(f'<td>{count_text(count)}</td>' for count in counts)}</tr>"
