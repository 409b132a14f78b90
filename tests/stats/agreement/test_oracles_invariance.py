"""What must not matter, for every figure there is: names, orders, rows nobody read, repeats."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.core.files import to_json
from sgus.stats.agreement.everything import agreement_families, agreement_figures
from sgus.stats.agreement.panel import MISSING, Readings
from tests.reference.random_panels import drawn_panels

NUMBERS = ("value", "low", "high", "se")
COUNTS = ("n_items", "n_units", "n_raters", "n_pairs")
# A figure of two readers that changes its sign with their order.
SIGNED = ("bias_index",)


@st.composite
def drawn_readings(draw, *, max_items=20):
    """Random readings, some of them repeated, of items that belong to patients or not."""
    panel = draw(drawn_panels(max_items=max_items, max_readers=4, max_grades=4)).panel
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        owners = rng.integers(0, max(2, panel.n_items // 2), panel.n_items)
        patients = tuple(f"p{owner:02}" for owner in owners)
        panel = replace(panel, patients=patients, unit="patient")
    codes = panel.codes[..., None]
    if draw(st.booleans()):
        again = np.where(rng.random(panel.codes.shape) < 0.7, panel.codes,
                         rng.integers(0, panel.n_grades, panel.codes.shape))  # fmt: skip
        again[(panel.codes == MISSING) | (rng.random(panel.codes.shape) < 0.4)] = MISSING
        codes = np.stack([panel.codes, again], axis=2).astype(np.int8)
    return Readings(panel, codes), rng


def of_items(readings, items, names):
    """The readings of some items, as often and in the order as they are asked for."""
    panel = readings.first
    patients = panel.patients
    first = replace(
        panel,
        codes=panel.codes[items],
        items=tuple(names),
        patients=None if patients is None else tuple(patients[at] for at in items),
    )
    return Readings(first, readings.codes[items])


def of_readers(readings, columns):
    panel = readings.first
    return Readings(
        panel.of_readers([panel.readers[at] for at in columns]), readings.codes[:, columns]
    )


def with_unread_rows(readings, rng):
    """Items that nobody read in between, of patients who are known or new."""
    panel = readings.first
    places = np.sort(rng.integers(0, panel.n_items + 1, 2))
    codes = np.insert(panel.codes, places, MISSING, axis=0)
    items, patients = list(panel.items), list(panel.patients or ())
    for at, place in enumerate(places):
        items.insert(place + at, f"never{at}")
        if patients:
            patients.insert(place + at, ("new", patients[0])[at])
    first = replace(
        panel, codes=codes, items=tuple(items), patients=tuple(patients) if patients else None
    )
    return Readings(first, np.insert(readings.codes, places, MISSING, axis=0))


def figures(readings, *, n_resamples=0, intervals="closed"):
    """Rows by what they are about, whatever the order of readers."""
    rows = [
        row.row()
        for row in agreement_figures(readings, n_resamples=n_resamples, intervals=intervals)
    ]
    found = {
        (r["statistic"], r["weights"], r["form"], frozenset(r["raters"]), r["grade"]): r
        for r in rows
    }
    assert len(found) == len(rows)
    return found


def assert_same(found, expected):
    """All figures equal, up to the rounding of sums in another order."""
    assert found.keys() == expected.keys()
    for key, row in found.items():
        other = expected[key]
        flipped = key[0] in SIGNED and row["raters"] != other["raters"]
        for name in COUNTS:
            assert row[name] == other[name], (key, name)
        for name in NUMBERS:
            theirs = other[name]
            if flipped and name != "se":
                theirs = other[{"low": "high", "high": "low"}.get(name, name)]
                theirs = None if theirs is None else -theirs
            assert row[name] == (
                None if theirs is None else pytest.approx(theirs, abs=1e-8)
            ), (key, name, row, other)  # fmt: skip
        assert (row["reason"] is None) == (other["reason"] is None), key


@settings(max_examples=40)
@given(drawn_readings())
def test_readers_in_other_columns(drawn):
    readings, rng = drawn
    moved = of_readers(readings, rng.permutation(readings.first.n_readers))
    assert_same(figures(moved), figures(readings))


@settings(max_examples=30)
@given(drawn_readings())
def test_readers_under_other_names(drawn):
    """Row by row, resampled intervals too: names say nothing."""
    readings, rng = drawn
    panel = readings.first
    names = [f"reader {at}" for at in rng.permutation(panel.n_readers)]
    renamed = Readings(replace(panel, readers=tuple(names)), readings.codes)
    for one, other in zip(
        agreement_figures(renamed, n_resamples=40),
        agreement_figures(readings, n_resamples=40),
        strict=True,
    ):
        assert [names[panel.readers.index(r)] for r in other.label.raters] == list(one.label.raters)
        assert {**one.row(), "raters": 0} == {**other.row(), "raters": 0}


@settings(max_examples=30)
@given(drawn_readings())
def test_items_in_another_order(drawn):
    """Formulas and resampled intervals: units are drawn in the order of their names."""
    readings, rng = drawn
    order = rng.permutation(readings.first.n_items)
    moved = of_items(readings, order, [readings.first.items[at] for at in order])
    assert_same(figures(moved), figures(readings))
    resampled = {"n_resamples": 60, "intervals": "bootstrap"}
    assert_same(figures(moved, **resampled), figures(readings, **resampled))


@settings(max_examples=30)
@given(drawn_readings())
def test_rows_that_nobody_read(drawn):
    readings, rng = drawn
    longer = with_unread_rows(readings, rng)
    assert_same(figures(longer), figures(readings))
    for intervals in ("bootstrap", "auto"):
        ways = {"n_resamples": 60, "intervals": intervals}
        assert_same(figures(longer, **ways), figures(readings, **ways))


@settings(max_examples=40)
@given(drawn_readings(max_items=12))
def test_whole_weights_are_items_repeated(drawn):
    """A resample with an item three times in it is the panel with this item three times."""
    readings, rng = drawn
    n_items = readings.first.n_items
    times = rng.integers(1, 4, n_items)
    again = np.repeat(np.arange(n_items), times)
    repeated = of_items(readings, again, [f"again{at}" for at in range(len(again))])
    for family, whole in zip(
        agreement_families(readings), agreement_families(repeated), strict=True
    ):
        assert family.labels == whole.labels
        weighted = family.values(times @ family.features)
        as_rows = whole.values(whole.features.sum(axis=0))
        assert weighted == pytest.approx(as_rows, abs=1e-9, nan_ok=True), family.labels[0]
        assert [why is None for why in whole.reasons] == np.isfinite(weighted).tolist()


@settings(max_examples=40)
@given(drawn_readings(), st.sampled_from(["auto", "closed", "bootstrap"]))
def test_json_holds_numbers_or_reasons(drawn, intervals):
    readings, _ = drawn
    rows = [f.row() for f in agreement_figures(readings, n_resamples=40, intervals=intervals)]
    text = to_json(rows)  # refuses NaN and infinities
    for row in json.loads(text):
        assert (row["low"] is None) == (row["high"] is None)
        missing = [name for name in ("value", "low") if row[name] is None]
        if missing:
            assert row["reason"], row
        else:
            assert row["reason"] is None, row
            assert row["low"] <= row["value"] + 1e-9, row
            assert row["value"] <= row["high"] + 1e-9, row
        assert row["method"]
        assert row["n_units"] <= row["n_items"] <= readings.first.n_items
