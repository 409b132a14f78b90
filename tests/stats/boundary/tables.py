"""Small panels for the tests of boundaries, bias and repeated readings."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from sgus.stats.agreement.panel import MISSING, Panel, Readings

GRADES = (0, 1, 2, 3)


def panel_of(codes, scale=GRADES, patients=None):
    codes = np.asarray(codes, dtype=np.int8)
    return Panel(
        codes=codes,
        items=tuple(f"i{n:03d}" for n in range(codes.shape[0])),
        readers=tuple(f"r{n}" for n in range(codes.shape[1])),
        scale=scale,
        patients=patients,
        unit="item" if patients is None else "patient",
    )


def readings_of(codes, scale=GRADES):
    """Readings of codes `(n_items, n_readers, n_readings)`; the first one given is the first."""
    codes = np.asarray(codes, dtype=np.int8)
    place = np.argmax(codes != MISSING, axis=2)
    first = np.take_along_axis(codes, place[..., None], axis=2)[..., 0]
    return Readings(panel_of(first, scale), codes)


@st.composite
def code_arrays(draw, n_axes=2, k=4):
    """Codes with gaps: items by readers, or items by readers by readings."""
    shape = [draw(st.integers(0, 8)), draw(st.integers(1, 5)), draw(st.integers(1, 3))][:n_axes]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    gaps, top = draw(st.sampled_from([0.0, 0.3, 0.9])), draw(st.integers(1, k))
    codes = rng.integers(0, top, shape)
    return np.where(rng.random(shape) < gaps, MISSING, codes).astype(np.int8)


def figures(family):
    """Label to value, once the family is found to be sound."""
    n_labels = len(family.labels)
    found = family.values(family.features.sum(axis=0))
    assert found.shape == (n_labels,)
    assert family.used.shape == (family.features.shape[0], n_labels)
    assert len(set(family.labels)) == n_labels
    for column in (family.n_raters, family.n_pairs, family.reasons, family.closed):
        assert len(column) == n_labels
    for value, reason, used in zip(found, family.reasons, family.used.T, strict=True):
        assert np.isnan(value) == (reason is not None), (value, reason)
        assert np.isnan(value) or used.any()
    return dict(zip(family.labels, found, strict=True))


def named(family):
    """`(statistic, weights, form, raters, grade)` to value, None where undefined."""
    return {
        (x.statistic, x.weights, x.form, x.raters, x.grade): None if np.isnan(v) else v
        for x, v in figures(family).items()
    }


def is_repetition(weighted, repeated, weights):
    """Whether whole weights give what repeating the items gives."""
    sums = np.stack([weights @ weighted.features, weighted.features.sum(axis=0)])
    found = weighted.values(sums.astype(float))
    again = repeated.values(repeated.features.sum(axis=0))
    return np.allclose(found[0], again, atol=1e-12, equal_nan=True)


def repeat(codes, weights):
    return np.repeat(codes, weights, axis=0)
