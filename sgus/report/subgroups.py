"""The main figures by gland, centre, device, sex and age: where a model does worse.

Many groups are compared here. With twenty groups and seven figures, a few of the 140 intervals
leave out the truth by chance alone: a group that stands out is a reason to look, not a finding.
Groups of one attribute are of different patients (then nothing cancels out) or of the same
(devices often are: then their intervals say less than a paired comparison would).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.report.evidence import FEW_PATIENTS, Evidence
from sgus.report.figures import Figure, Mask, unit_noun
from sgus.report.main_figures import main_figures

NOT_KNOWN: Final = "not known"
AGE_BANDS: Final = ((0.0, 40.0, "< 40"), (40.0, 60.0, "40-59"), (60.0, np.inf, ">= 60"))
"""From, below, name. Three bands, because ten-year bands of a usual cohort hold too few patients;
the lowest is apart because healthy young glands are often hypoechoic (10.14366/usg.20070)."""
_TEXT: Final = ("gland", "centre", "device", "device_class", "sex")
_AGE_COLUMNS: Final = ("age_years", "age")


def subgroups(evidence: Evidence) -> dict[str, Any]:
    """The main figures of every group of every attribute that the cohort knows.

    Args:
        evidence: A part of a run with what the cohort says of its images.

    Returns:
        `figures` (each with `attribute`, `group`, and `few` where it has fewer than ten
        patients), `attributes` (name, its groups in order, patients in more than one of them),
        `left_out` (attribute and reason), and `caution`.
    """
    masks: list[tuple[str, str, Mask]] = []
    attributes: list[dict[str, Any]] = []
    left_out: list[dict[str, str]] = []
    for name, values in _attributes(evidence):
        groups = _groups(values, name)
        if len(groups) < 2:
            reason = f"all images are of one: {groups[0]}" if groups else "the cohort does not say"
            left_out.append({"attribute": name, "reason": reason})
            continue
        shared = _patients_in_several(evidence.draws.patient, values)
        attributes.append({"attribute": name, "groups": groups, "patients_in_several": shared})
        masks += [(name, group, np.asarray(values == group)) for group in groups]
    figures = _figures(evidence, masks)
    caution = _caution(attributes, figures, evidence.unit)
    return {
        "figures": figures,
        "attributes": attributes,
        "left_out": left_out,
        "few_below": FEW_PATIENTS,
        "caution": caution,
    }


def age_bands(ages: NDArray[Any]) -> NDArray[Any]:
    """Name of the band of each age, `not known` where it is no number of years from 0."""
    years = pd.to_numeric(pd.Series(ages, dtype="string"), errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    bands = np.full(len(years), NOT_KNOWN, dtype=object)
    for start, end, name in AGE_BANDS:
        bands[(years >= start) & (years < end)] = name
    return bands


def _attributes(evidence: Evidence) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in _TEXT:
        values = evidence.text(name)
        yield name, np.where(values == "", NOT_KNOWN, values)
    column = next((c for c in _AGE_COLUMNS if c in evidence.about.columns), _AGE_COLUMNS[0])
    yield "age", age_bands(evidence.text(column))


def _groups(values: NDArray[Any], attribute: str) -> list[str]:
    """Groups in order, those not known last; none where nothing is known."""
    present = set(values.tolist())
    known = sorted(present - {NOT_KNOWN})
    if attribute == "age":
        known = [name for *_, name in AGE_BANDS if name in present]
    return [*known, *([NOT_KNOWN] if NOT_KNOWN in present else [])] if known else []


def _figures(evidence: Evidence, masks: list[tuple[str, str, Mask]]) -> list[Figure]:
    if not masks:
        return []
    found = main_figures(evidence.sample, evidence.draws, [mask for *_, mask in masks])
    return [
        evidence.figure(
            main.estimate, main.scope, subset=main.subset, attribute=attribute, group=group
        )
        for (attribute, group, _), figures in zip(masks, found, strict=True)
        for main in figures
    ]


def _patients_in_several(patient: NDArray[np.int64], values: NDArray[Any]) -> int:
    pairs = pd.DataFrame({"patient": patient, "value": values}).drop_duplicates()
    return int((pairs["patient"].value_counts() > 1).sum())


def _caution(attributes: list[dict[str, Any]], figures: list[Figure], unit: str) -> str:
    n_groups = sum(len(attribute["groups"]) for attribute in attributes)
    shown = sum(figure["low"] is not None for figure in figures)
    people = unit_noun(unit)
    chance = round(shown * 0.05)
    misled = f"about {chance} leave" if chance > 1 else "one may leave"
    said = f"; of so many, {misled} out the truth by chance" if shown else ""
    return (
        f"{n_groups} groups are compared by {shown} intervals{said}. Groups of different {people} "
        "are not paired: do not read overlap of two intervals as a test. Where the same "
        f"{people} stand in several groups (devices), a paired comparison says more."
    )
