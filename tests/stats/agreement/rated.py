"""Panels for the tests of this folder: published tables, random ones, and what is read off them."""

from __future__ import annotations

import csv
import json

import numpy as np
from hypothesis import strategies as st

from sgus.stats.agreement.panel import MISSING, Panel


def rated(codes, *, scale=(0, 1, 2, 3)):
    codes = np.asarray(codes, dtype=np.int8)
    return Panel(
        codes=codes,
        items=tuple(f"i{at:04d}" for at in range(codes.shape[0])),
        readers=tuple(f"r{at:02d}" for at in range(codes.shape[1])),
        scale=scale,
    )


def published(folder, name, *, grades):
    """A table of the shared folder, with its scale from 1."""
    with (folder / "agreement" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    codes = [[int(cell) - 1 if cell else MISSING for cell in row] for row in rows]
    return rated(codes, scale=tuple(range(1, grades + 1)))


def expectations(folder, name):
    """What the shared folder says of a table: `(key, params, value, tolerance)`."""
    path = folder / "agreement" / f"{name}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["expected"]
    return [(row["key"], row.get("params", {}), row["value"], row["tol"]) for row in rows]


@st.composite
def panels(draw, *, missing=True, min_readers=1, max_items=9, k=4, min_items=0):
    """Small panels of every kind, degenerate ones among them."""
    n = draw(st.integers(min_items, max_items))
    m = draw(st.integers(min_readers, 5))
    lowest = MISSING if missing and draw(st.booleans()) else 0
    highest = draw(st.integers(0, k - 1))
    cells = draw(st.lists(st.integers(lowest, highest), min_size=n * m, max_size=n * m))
    return rated(np.array(cells, dtype=np.int8).reshape(n, m), scale=tuple(range(k)))


def observed(family):
    """`(n_labels,)`, the figures of the panel as it is."""
    return family.values(family.features.sum(axis=0))


def alike(found, expected, *, tolerance=1e-9):
    """Whether two arrays of figures are equal, undefined ones in the same places."""
    return np.allclose(found, expected, rtol=0, atol=tolerance, equal_nan=True)


def given_grades(panel):
    """The readings of each item as a list of codes."""
    return [[int(code) for code in row if code != MISSING] for row in panel.codes]


def one_grade_only(panel, *, paired=False):
    """Whether every reading is the same grade; `paired`: of items with two readings or more."""
    readings = [grades for grades in given_grades(panel) if len(grades) > paired]
    return len({grade for grades in readings for grade in grades}) == 1


def pick(family, *, weights=None, form=None, grade=None):
    """The place of the one figure that fits."""
    found = [
        at
        for at, label in enumerate(family.labels)
        if weights in (None, label.weights)
        and form in (None, label.form)
        and grade in (None, label.grade)
    ]
    assert len(found) == 1, found
    return found[0]
