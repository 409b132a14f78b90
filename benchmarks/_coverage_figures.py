"""The figures whose intervals `agreement_coverage.py` tests, and all their intervals at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from _coverage_population import READERS, CodeArray, Scenario, draw
from numpy.typing import NDArray

from sgus.stats.agreement.bias import bias_families
from sgus.stats.agreement.engine import unit_sums, unit_weights
from sgus.stats.agreement.family import Family, Label
from sgus.stats.agreement.intervals import ENDS, Evidence
from sgus.stats.agreement.intra import intra_families
from sgus.stats.agreement.light import light_family
from sgus.stats.agreement.pair_families import pair_families
from sgus.stats.agreement.pairs import pairs_of
from sgus.stats.agreement.panel import Panel, Readings
from sgus.stats.agreement.panel_families import panel_families
from sgus.stats.agreement.ranges import range_of
from sgus.stats.agreement.reader_means import reader_mean_family
from sgus.stats.boundary import disagreement_family, swap_family
from sgus.stats.boundary.swap_kappa import swap_kappa_family
from sgus.stats.comparison.against_consensus import against_consensus_family
from sgus.stats.comparison.consensus_tables import consensus_tables

FloatArray = NDArray[np.float64]
PAIR = ("A", "B")
RARE = ("reader_says",)  # a share of the few images of one grade by the others' consensus
CHUNK = 5000  # patients at a time, where the population is counted


def families_of(readings: Readings, model: CodeArray) -> list[Family]:
    """The families that hold a tested figure."""
    panel = readings.first
    two, pairs = panel.of_readers(PAIR), pairs_of(panel)
    held = consensus_tables(panel, model, tie="split")
    return [
        light_family(panel, pairs),
        reader_mean_family(panel, pairs),
        *pair_families(two),
        *panel_families(panel),
        *intra_families(readings),
        bias_families(panel)[0],
        disagreement_family(panel),
        swap_family(panel, (0, 1)),
        swap_kappa_family(panel, (0, 1)),
        against_consensus_family(panel, held, "model"),
    ]


def name_of(label: Label) -> str | None:
    """What a tested figure is called in the table; None of the others.

    One pair, one reader and the figures of all readers stand for those like them.
    """
    if label.statistic.endswith("_difference"):
        tested = label.raters == ("model", *READERS)
    else:
        tested = label.raters in (PAIR, PAIR[:1], READERS) and label.statistic not in RARE
    if not tested:
        return None
    parts = [label.statistic, label.weights, label.form]
    grade = None if label.grade is None else f"grade {label.grade}"
    return ", ".join(part for part in (*parts, grade) if part)


def truths(scenario: Scenario, n_patients: int, rng: np.random.Generator) -> dict[str, float]:
    """Every figure of a panel so large that it is the population."""
    totals: list[FloatArray] = []
    families: list[Family] = []
    for _ in range(max(1, n_patients // CHUNK)):
        readings, model = draw(scenario, min(CHUNK, n_patients), rng)
        families = families_of(readings, model)
        sums = [family.features.sum(axis=0) for family in families]
        totals = [a + b for a, b in zip(totals, sums, strict=True)] if totals else sums
    found = {}
    for family, total in zip(families, totals, strict=True):
        for label, value in zip(family.labels, family.values(total), strict=True):
            name = name_of(label)
            if name is not None:
                found.setdefault(name, float(value))
    return found


Found = dict[tuple[str, str], tuple[float, float]]
"""Ends by figure and method, NaN where the interval is withheld."""


def intervals_of(
    readings: Readings, model: CodeArray, *, n_resamples: int, rng: np.random.Generator
) -> Found:
    """Every interval of every tested figure of one panel, from one set of resamples."""
    panel = readings.first
    weights = unit_weights(panel, n_resamples=n_resamples, rng=rng)
    found: Found = {}
    for family in families_of(readings, model):
        names = [name_of(label) for label in family.labels]
        places = [
            place
            for place, name in enumerate(names)
            if name is not None and (name, "percentile") not in found
        ]
        if not places:
            continue
        _of_family(panel, family, places, [str(names[p]) for p in places], weights, found)
    return found


def _of_family(
    panel: Panel, family: Family, places: Sequence[int], names: Sequence[str],
    weights: FloatArray, found: Found,
) -> None:  # fmt: skip
    sums = unit_sums(panel, family.features)
    total = sums.sum(axis=0)
    used = unit_sums(panel, family.used) > 0
    evidence = Evidence(
        values=family.values(total)[places],
        draws=family.values(weights[1:] @ sums)[:, places].T.copy(),
        without=family.values(total - sums)[:, places].T.copy(),
        used=used.T[places],
        unit=panel.unit,
        ranges=np.array([range_of(family.labels[place], panel.scale) for place in places]),
    )
    for method, ends in ENDS.items():
        made = ends(evidence)
        for name, low, high in zip(names, made.low, made.high, strict=True):
            found[name, method] = (float(low), float(high))
    for name, place in zip(names, places, strict=True):
        closed = family.closed[place]
        if closed is not None and closed.low is not None and closed.high is not None:
            found[name, "formula"] = (closed.low, closed.high)
