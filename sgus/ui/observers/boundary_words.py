"""The boundary between grades in plain sentences; no streamlit here."""

from __future__ import annotations

from sgus.core.grades import GRADES, PATHOLOGICAL_FROM
from sgus.stats.agreement.family import Agreement
from sgus.ui.words import percent
from sgus.workflows.observer_boundary import Disagreement, Swaps

FEW_PATIENTS = 10
"""Patients below which a figure is drawn grey: it says little."""


def share_words(figure: Agreement) -> str:
    """`45 % (33 to 56 %)`, or why there is none."""
    if figure.value is None:
        return f"not defined: {figure.reason}"
    value = percent(figure.value)
    if figure.low is None or figure.high is None:
        return f"{value} (no interval: {figure.reason})"
    low = percent(figure.low).removesuffix("\u00a0%")
    return f"{value} ({low} to {percent(figure.high)})"


def counted(figure: Agreement, unit: str) -> str:
    """`404 images of 50 patients`; images alone where patients are not known."""
    images = f"{figure.n_items:,} image{'' if figure.n_items == 1 else 's'}"
    if unit == "item":
        return images
    return f"{images} of {figure.n_units:,} {unit}{'' if figure.n_units == 1 else 's'}"


def lead(found: Disagreement, scale: tuple[int, ...]) -> str:
    """What the page is about, in one sentence of figures."""
    if not found.n_met:
        return "No image was read by two readers: there is nothing to compare."
    if not found.n_differing:
        return f"All {found.n_met:,} pairs of readings of one image are equal: nobody disagrees."
    low, high = scale[:2]
    share = found.figure("disagreement_share", f"{low}/{high}")
    many = "disagreement" if found.n_differing == 1 else "disagreements"
    said = (
        f"Of {found.n_differing:,} {many} between two readers, {share_words(share)} "
        f"are between grades {low} and {high}"
    )
    if scale != GRADES:
        return f"{said}."
    return f"{said}; they never change whether a gland is called pathological."


def more(found: Disagreement, scale: tuple[int, ...], unit: str) -> list[str]:
    """The other stake, how often readers disagree at all, and a reader with itself."""
    if not found.n_differing:
        return []
    rate = found.figure("disagreement_rate", "all readers")
    sentences = []
    if scale == GRADES:
        crossing = found.figure("crossing_share", f">= {PATHOLOGICAL_FROM}")
        sentences.append(
            f"{share_words(crossing)} of the disagreements do: one reader says 0 or 1, the other "
            "2 or 3. Of these, 1 v 2 is the narrow case."
            if crossing.value
            else "No disagreement does: nobody says 0 or 1 where another says 2 or 3."
        )
    sentences.append(
        f"Two readers of the same image disagree in {share_words(rate)} of "
        f"{found.n_met:,} comparisons ({counted(rate, unit)})."
    )
    return [*sentences, _within(found, scale)]


def _within(found: Disagreement, scale: tuple[int, ...]) -> str:
    if not found.n_met_within:
        return "No reader read an image twice, so that nothing is known of a reader with itself."
    if not found.n_differing_within:
        return f"Readers repeated all {found.n_met_within:,} of their second readings exactly."
    low, high = scale[:2]
    share = found.figure("disagreement_share", f"{low}/{high}", within=True)
    rate = found.figure("disagreement_rate", "all readers", within=True)
    return (
        f"A reader who reads an image twice disagrees with itself in {share_words(rate)} of "
        f"{found.n_met_within:,} repeated readings; {share_words(share)} of these "
        f"{found.n_differing_within:,} changes are between {low} and {high}."
    )


def swap_lead(found: Swaps, unit: str) -> str:
    """How often one boundary is crossed, over all images."""
    low, high = found.boundary
    (everything, *_) = found.groups
    if everything.rate.value is None:
        return f"{low} v {high}: {share_words(everything.rate)}."
    return (
        f"When two readers look at the same image, one says {low} and the other {high} in "
        f"{share_words(everything.rate)} of cases ({counted(everything.rate, unit)}). Where both "
        f"say {low} or {high}, they differ in {share_words(everything.within)}."
    )
