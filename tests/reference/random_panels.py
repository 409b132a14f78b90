"""Random panels for comparisons with other packages, each with a twin that says the same.

Hypothesis draws what a panel is like and a seed; the cells come from the seed, so that a panel of
480 readings costs no more to draw than one of four.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from sgus.stats.agreement.panel import MISSING, Panel

FEATURES = ("as drawn", "constant reader", "lowest unused", "middle unused", "highest unused")
TWINS = ("itself", "readers relabelled", "items permuted", "never-rated rows added")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A panel and another writing of it.

    Attributes:
        panel: What the oracle sees.
        twin: What we see: its readers in other columns, its items in another order, or with rows
            that nobody read. Every figure has to be the same.
    """

    panel: Panel
    twin: Panel


@st.composite
def drawn_panels(
    draw, *, most_missing=0.6, max_items=60, max_readers=8, max_grades=6, uneven=True, whole=False
):
    """Panels of 2 to 60 items, 2 to 8 readers and 2 to 6 grades, up to 60 % of readings missing.

    Args:
        draw: Hypothesis.
        most_missing: Largest share of missing readings; every other panel has none.
        max_items: Most items.
        max_readers: Most readers.
        max_grades: Most grades.
        uneven: Whether a scale may have gaps, such as 1, 2, 5.
        whole: Whether the twin may have no rows that nobody read.
    """
    n_items = draw(st.integers(2, max_items))
    n_readers = draw(st.integers(2, max_readers))
    n_grades = draw(st.integers(2, max_grades))
    missing = draw(st.sampled_from([0.0, most_missing / 4, most_missing / 2, most_missing]))
    noise = draw(st.sampled_from([0.05, 0.3, 0.7, 1.0]))
    concentrated = draw(st.booleans())
    feature = draw(st.sampled_from(FEATURES))
    twin = draw(st.sampled_from(TWINS[: 3 if whole else 4]))
    gaps = draw(st.booleans()) and uneven
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    codes = _grades(rng, (n_items, n_readers), n_grades, noise=noise, concentrated=concentrated)
    codes = _with_feature(rng, codes, n_grades, feature)
    codes[rng.random(codes.shape) < missing] = MISSING
    steps = rng.integers(1, 4, n_grades) if gaps else np.ones(n_grades, dtype=int)
    panel = Panel(
        codes=codes.astype(np.int8),
        items=tuple(f"i{at:04}" for at in range(n_items)),
        readers=tuple(f"r{at}" for at in range(n_readers)),
        scale=tuple(int(grade) for grade in np.cumsum(steps) - steps[0] + rng.integers(0, 2)),
    )
    return Drawn(panel, written_again(panel, twin, rng))


def _grades(rng, shape, n_grades, *, noise, concentrated):
    """Readers who see a common truth, and each reading taken at random with the chance `noise`."""
    share = rng.dirichlet(np.full(n_grades, 0.3 if concentrated else 50.0))
    truth = rng.choice(n_grades, size=(shape[0], 1), p=share)
    wild = rng.choice(n_grades, size=shape, p=share)
    return np.where(rng.random(shape) < noise, wild, truth)


def _with_feature(rng, codes, n_grades, feature):
    if feature == "constant reader":
        codes[:, rng.integers(codes.shape[1])] = rng.integers(n_grades)
    unused = {"lowest unused": 0, "middle unused": n_grades // 2, "highest unused": n_grades - 1}
    if feature in unused:
        gone = unused[feature]
        others = [grade for grade in range(n_grades) if grade != gone]
        codes = np.where(codes == gone, rng.choice(others, size=codes.shape), codes)
    return codes


def written_again(panel, how, rng):
    """The panel with its readers or items in another order, or with rows that nobody read."""
    if how == "readers relabelled":
        return panel.of_readers([panel.readers[at] for at in rng.permutation(panel.n_readers)])
    if how == "items permuted":
        order = rng.permutation(panel.n_items)
        items = tuple(panel.items[at] for at in order)
        return replace(panel, codes=panel.codes[order], items=items)
    if how == "never-rated rows added":
        n_new = int(rng.integers(1, 4))
        places = np.sort(rng.integers(0, panel.n_items + 1, n_new))
        items = list(panel.items)
        for at, place in enumerate(places):
            items.insert(place + at, f"never{at}")
        codes = np.insert(panel.codes, places, MISSING, axis=0)
        return replace(panel, codes=codes, items=tuple(items))
    return panel


def cross_table(panel, first, second):
    """`(k, k)` counts of the items both readers read, by name of reader."""
    a, b = (panel.codes[:, panel.readers.index(name)] for name in (first, second))
    both = (a != MISSING) & (b != MISSING)
    table = np.zeros((panel.n_grades, panel.n_grades))
    np.add.at(table, (a[both], b[both]), 1.0)
    return table


def by_readers(panel):
    """Values of the grades as other packages want them: `(n_items, n_readers)`, NaN if missing."""
    grades = np.asarray(panel.scale, dtype=float)[panel.codes]
    return np.where(panel.given, grades, np.nan)
