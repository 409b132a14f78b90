"""Two readers: their cross-table, and the images they disagree on; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sgus.core.cells import printable
from sgus.stats.agreement.panel import MISSING, Panel
from sgus.ui.charts.layout import LONGEST_NAME


@dataclass(frozen=True)
class Differing:
    """An image that two readers graded differently.

    Attributes:
        item: The image.
        patient: Its patient, or None.
        first: Grade by the first reader.
        second: Grade by the second.
    """

    item: str
    patient: str | None
    first: int
    second: int

    @property
    def apart(self) -> int:
        """Distance of the two grades."""
        return abs(self.first - self.second)


def cross_table(panel: Panel, first: str, second: str) -> NDArray[np.int64]:
    """Images by the grades of two readers.

    Args:
        panel: The ratings.
        first: A reader; its grades go down.
        second: Another; its grades go across.

    Returns:
        `(n_grades, n_grades)` counts in the order of the scale, of images both read.
    """
    a, b = _columns(panel, first, second)
    both = (a != MISSING) & (b != MISSING)
    table = np.zeros((panel.n_grades, panel.n_grades), dtype=np.int64)
    np.add.at(table, (a[both], b[both]), 1)
    return table


def differing(panel: Panel, first: str, second: str) -> list[Differing]:
    """Images on which two readers differ: the furthest apart first, then those at the low end.

    Of grades one apart, 0 and 1 thus come first.
    """
    a, b = _columns(panel, first, second)
    scale = panel.scale
    found = [
        Differing(
            panel.items[at],
            None if panel.patients is None else panel.patients[at],
            scale[a[at]],
            scale[b[at]],
        )
        for at in np.flatnonzero((a != b) & (a != MISSING) & (b != MISSING)).tolist()
    ]
    return sorted(found, key=lambda one: (-one.apart, min(one.first, one.second), one.item))


def _columns(panel: Panel, first: str, second: str) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    return (
        panel.codes[:, panel.readers.index(first)],
        panel.codes[:, panel.readers.index(second)],
    )


def cross_html(table: NDArray[np.int64], scale: Sequence[int], first: str, second: str) -> str:
    """The cross-table, darker where more images lie, the diagonal framed."""
    most = max(1, int(table.max(initial=0)))
    head = "".join(f"<th>{grade}</th>" for grade in scale)
    rows = []
    for i, grade in enumerate(scale):
        cells = "".join(_cell(int(table[i, j]), most, same=i == j) for j in range(len(scale)))
        rows.append(f"<tr><th>{grade}</th>{cells}<td>{int(table[i].sum())}</td></tr>")
    sums = "".join(f"<td>{int(n)}</td>" for n in table.sum(axis=0))
    rows.append(f"<tr class='sgus-sums'><th>all</th>{sums}<td>{int(table.sum())}</td></tr>")
    a, b = html.escape(first), html.escape(second)
    shown = [html.escape(printable(name, limit=LONGEST_NAME)) for name in (first, second)]
    return (
        f"<p class='sgus-name'><b>{shown[0]}</b> down, <b>{shown[1]}</b> across; images</p>"
        f"<table class='sgus-cross' aria-label='Grades of {a} (down) by grades of {b} (across)'>"
        f"<tr><th></th>{head}<th>all</th></tr>{''.join(rows)}</table>"
    )


def _cell(n: int, most: int, *, same: bool) -> str:
    depth = 0.75 * n / most
    colour = f"rgba(0,114,178,{depth:.2f})" if same else f"rgba(230,159,0,{depth:.2f})"
    name = " class='sgus-same'" if same else ""
    return f"<td{name} style='background:{colour}'>{n}</td>"
