"""Measures of the gland's texture, each as a percentile within every grade."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.grades import GRADES
from sgus.report.figures import unit_noun
from sgus.ui.cohort.story_words import dot
from sgus.ui.confusions.units import said_of
from sgus.ui.confusions.waiting import when_asked
from sgus.ui.runs.figure_words import counted
from sgus.ui.theme import GRADE_COLOURS
from sgus.workflows.look_measures import measures_of

if TYPE_CHECKING:
    from sgus.review.percentiles import GradePlace
    from sgus.workflows.confusions import BoundaryView
    from sgus.workflows.look_measures import LookMeasures, ShownMeasure
    from sgus.workflows.run_view import RunView

APART: Final = 15.0
"""Percentile points from the middle by which one grade has to be nearer to be named."""
EXTREME: Final = 10.0
"""Percentile below which, and from the top likewise, a value is called unusual."""
SHARE: Final = "share"


def show(view: RunView, seen: BoundaryView, image_id: str) -> None:
    """Draw the section.

    Args:
        view: The run.
        seen: The boundary.
        image_id: The image.
    """
    if view.cohort is None:
        return
    same = st.toggle("Compare with the same kind of gland only", value=True,
                     key="sgus-confusions-same-gland")  # fmt: skip
    cohort = view.cohort
    found = when_asked(
        "texture", "Measure: {n} images have to be measured first, once", "Measuring all images",
        lambda tell: measures_of(cohort, image_id, same_gland=same, progress=tell),
    )  # fmt: skip
    if found is None:
        return
    st.caption(said_of(f"{found.area_words} {found.compared_words}", seen.unit))
    st.html(measures_html(found, seen.boundary.grades, unit=seen.unit))
    st.caption(
        "A percentile says how many of the images of a grade have a lower value: 50 is usual for "
        "that grade, near 0 or 100 is unusual. The pale band is its 95 % interval, from drawing "
        f"{unit_noun(seen.unit)} anew. No grade is given by these measures."
    )


def measures_html(found: LookMeasures, grades: tuple[int, int], *, unit: str = "patient") -> str:
    """A row a measure, a column a grade; those of the boundary first and in full.

    Args:
        found: The measures.
        grades: Of the boundary.
        unit: What `patient_id` is.
    """
    heads = "".join(f"<th>{dot(grade)} percentile in grade {grade}</th>" for grade in GRADES)
    rows = "".join(_row_html(one, grades, unit) for one in found.measures)
    return (
        '<div class="sgus-scroll"><table class="sgus-table sgus-measures"><tr><th>Measure</th>'
        f"{heads}</tr>{rows}</table></div>"
    )


def _row_html(one: ShownMeasure, grades: tuple[int, int], unit: str) -> str:
    name = f"<b>{html.escape(one.title)}</b>: {html.escape(_value_words(one))}"
    words = html.escape(one.reason if one.value is None else leaning_words(one, grades))
    meaning = html.escape(one.meaning)
    places = {place.grade: place for place in one.places}
    cells = "".join(
        f"<td>{said_of(_place_html(places[grade]), unit) if grade in places else ''}</td>"
        for grade in GRADES
    )
    return (
        f'<tr><td>{name}<br>{words}<br><span class="sgus-muted sgus-small">{meaning}</span></td>'
        f"{cells}</tr>"
    )


def _value_words(one: ShownMeasure) -> str:
    """A value with its unit; shares in percent."""
    if one.value is None:
        return "not measured"
    if one.unit.startswith(SHARE):
        return f"{100 * one.value:.1f} %{one.unit.removeprefix(SHARE)}"
    return f"{one.value:.1f} {one.unit}"


def leaning_words(one: ShownMeasure, grades: tuple[int, int]) -> str:
    """Of which of the two grades the value is more usual, where that can be said.

    Args:
        one: A measure with a value.
        grades: Of the boundary.
    """
    found = {place.grade: place.percentile for place in one.places if place.grade in grades}
    lower, upper = (found.get(grade) for grade in grades)
    if lower is None or upper is None:
        return "There are too few images of one of the two grades to compare with."
    off = {grade: abs(value - 50.0) for grade, value in zip(grades, (lower, upper), strict=True)}
    if max(lower, upper) < EXTREME or min(lower, upper) > 100.0 - EXTREME:
        return f"Unusually {'low' if lower < 50.0 else 'high'} for both grades."
    nearer, other = sorted(grades, key=off.__getitem__)
    if off[other] - off[nearer] < APART:
        return f"Does not tell {grades[0]} from {grades[1]} here."
    return f"More usual in grade {nearer} than in grade {other}."


def _short(place: GradePlace) -> str:
    """Why a percentile has no interval, in a few words: the column is narrow."""
    if place.percentile in (0.0, 100.0):
        side = "lower" if place.percentile == 0.0 else "higher"
        return f"no interval: no image of this grade is {side}"
    return place.reason or "no interval"


def _place_html(place: GradePlace) -> str:
    n = f"{counted(place.n_images, 'image')}, {counted(place.n_patients, 'patient')}"
    if place.percentile is None:
        return f'<span class="sgus-muted sgus-small">{html.escape(place.reason)} ({n})</span>'
    colour = GRADE_COLOURS[place.grade]
    band, ends = "", html.escape(_short(place))
    if place.low is not None and place.high is not None:
        wide = max(place.high - place.low, 1.0)
        band = f'<i style="left:{place.low:.1f}%;width:{wide:.1f}%;background:{colour}"></i>'
        ends = f"{place.low:.0f} to {place.high:.0f}"
    return (
        f'<div class="sgus-span" aria-hidden="true">{band}<b style="left:{place.percentile:.1f}%">'
        f"</b></div><b>{place.percentile:.0f}</b> ({ends})<br>"
        f'<span class="sgus-muted sgus-small">{n}</span>'
    )
