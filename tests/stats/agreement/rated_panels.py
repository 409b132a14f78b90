"""Panels for tests, and the strategy that makes up hundreds of them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from sgus.stats.agreement import Panel


def panel_of(codes, *, scale=(0, 1, 2, 3), patients=None) -> Panel:
    """A panel of codes `(n_items, n_readers)` with numbered names that sort in their order."""
    codes = np.asarray(codes, dtype=np.int8)
    return Panel(
        codes,
        items=tuple(f"i{i:05}" for i in range(codes.shape[0])),
        readers=tuple(f"r{j}" for j in range(codes.shape[1])),
        scale=scale,
        patients=None if patients is None else tuple(patients),
        unit="item" if patients is None else "patient",
    )


def alike_panel(
    seed, *, n_items=30, n_readers=4, n_patients=None, missing=0.15, scale=(0, 1, 2, 3)
) -> Panel:
    """Readers who mostly agree, some readings missing, items of a patient alike."""
    rng = np.random.default_rng(seed)
    top = len(scale) - 1
    owner = np.arange(n_items) % (n_patients or n_items)
    truth = rng.integers(0, top + 1, n_patients or n_items)[owner]
    codes = np.clip(truth[:, None] + rng.integers(-1, 2, (n_items, n_readers)), 0, top)
    codes[rng.random(codes.shape) < missing] = -1
    patients = None if n_patients is None else [f"p{i:04}" for i in owner]
    return panel_of(codes, scale=scale, patients=patients)


def wide_table(path: Path, *, scale) -> Panel:
    """A published table, an item a row and a reader a column; empty where missing."""
    with path.open(newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    place = {str(grade): code for code, grade in enumerate(scale)} | {"": -1}
    return panel_of([[place[cell] for cell in row] for row in rows], scale=scale)


@st.composite
def panels(draw, *, min_readers=2, max_readers=4, max_items=12) -> Panel:
    """Any panel: gaps, unused grades, constant readers, items nobody read, uneven scales."""
    scale = draw(st.sampled_from([(0, 1), (0, 1, 2), (0, 1, 2, 3), (1, 2, 5)]))
    n_readers = draw(st.integers(min_readers, max_readers))
    top = draw(st.integers(0, len(scale) - 1))
    row = st.lists(st.integers(-1, top), min_size=n_readers, max_size=n_readers)
    codes = draw(st.lists(row, min_size=1, max_size=max_items))
    owners = draw(st.none() | st.lists(st.sampled_from("abcdefgh"), min_size=len(codes),
                                       max_size=len(codes)))  # fmt: skip
    return panel_of(codes, scale=scale, patients=owners)


def by_label(rows) -> dict:
    """Rows by what they are; a panel's readers as a set, a pair's in their order."""
    return {(r.label.statistic, r.label.weights, r.label.raters, r.label.grade): r for r in rows}
