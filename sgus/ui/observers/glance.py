"""The tab that opens: how far the readers agree, in words, numbers and beside other studies."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from sgus.report.published_bands import others
from sgus.stats.agreement.family import Agreement
from sgus.stats.agreement.intra_inter import INTRA_MEAN
from sgus.ui.charts.export import show_figure
from sgus.ui.observers import bands_chart, words
from sgus.ui.observers.bands_chart import Strip, band_name, strip
from sgus.ui.observers.state import Figures, lookup, n_resamples
from sgus.workflows.observer_words import UNITS
from sgus.workflows.observers import Observed

_STRIPS: Final = (
    ("Between readers, no weights", "unweighted", None),
    ("Between readers, quadratic weights", "quadratic", None),
    ("Same reader twice, no weights", "unweighted", INTRA_MEAN),
    ("Same reader twice, quadratic weights", "quadratic", INTRA_MEAN),
)


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings.
    """
    found = lookup(observed)
    scale, unit = observed.panel.scale, observed.panel.unit
    boundary = found.one("disagreement_share", None, f"{scale[0]}/{scale[1]}")
    quadratic = found.one("light_kappa", "quadratic")
    intra = found.one("light_kappa", "quadratic", INTRA_MEAN)
    sentences = words.main_sentences(
        quadratic, found.one("light_kappa", "unweighted"), intra, boundary, scale
    )
    lead, *rest = [words.what_was_read(observed), *sentences]
    paragraph = " ".join(map(html.escape, rest))
    st.html(f'<p class="sgus-lead">{html.escape(lead)}</p><p>{paragraph}</p>')
    if quadratic is None or quadratic.value is None:
        return
    st.html(cards_html(found, observed))
    strips = strips_of(found, omeract=words.bands_apply(scale))
    show_figure(
        bands_chart.bands_figure(strips), bands_chart.band_rows(strips),
        name="agreement-at-a-glance", synthetic=observed.synthetic,
        basis=f"diamonds with 95 % intervals: {words.basis_words(observed)}", key="sgus-glance",
    )  # fmt: skip
    _explain(strips, unit=unit, omeract=words.bands_apply(scale))


def strips_of(found: Figures, *, omeract: bool) -> list[Strip]:
    """The readers' main figures with what may lie behind each; undefined ones are left out."""
    strips = []
    for name, weights, form in _STRIPS:
        row = found.one("light_kappa", weights, form)
        if row is not None and row.value is not None:
            strips.append(strip(name, row, within=form is not None, omeract=omeract))
    return strips


def cards_html(found: Figures, observed: Observed) -> str:
    """The main figures, a card each: value, interval, statistic, what it rests on."""
    scale, unit = observed.panel.scale, observed.panel.unit
    light = "Light’s kappa"
    cards = [
        _card("Two readers, near misses forgiven", found.one("light_kappa", "quadratic"),
              f"{light}, quadratic weights", unit),
        _card("Two readers, every miss counts", found.one("light_kappa", "unweighted"),
              f"{light}, no weights", unit),
        _card("The same reader twice", found.one("light_kappa", "quadratic", INTRA_MEAN),
              "mean of readers’ own kappas, quadratic weights", unit),
        _card(f"Disagreements between {scale[0]} and {scale[1]}",
              found.one("disagreement_share", None, f"{scale[0]}/{scale[1]}"),
              "share of all pairs of readings that differ", unit, share=True),
    ]  # fmt: skip
    return f'<div class="sgus-cards">{"".join(cards)}</div>'


def _card(
    title: str, row: Agreement | None, statistic: str, unit: str, *, share: bool = False
) -> str:
    value, interval, rests = "–", "no repeated readings", ""
    if row is not None and row.value is None:
        interval = f"not defined: {row.reason}"
    elif row is not None and row.value is not None:
        value = words.number(row.value, share=share)
        interval = f"no interval: {row.reason}"
        if row.low is not None and row.high is not None:
            low, high = (words.number(end, share=share) for end in (row.low, row.high))
            interval = f"95 % interval {low} to {high}"
        rests = words.made_from(row, unit)
    return (
        f'<div class="sgus-card sgus-figure"><h4>{html.escape(title)}</h4><b>{value}</b>'
        f"<p>{html.escape(interval)}</p><p>{html.escape(statistic)}</p>"
        f"<p>{html.escape(rests)}</p></div>"
    )


def _explain(strips: list[Strip], *, unit: str, omeract: bool) -> None:
    resampled = UNITS[unit]
    st.caption(
        f"Diamonds: these readers, with the 95 % interval ({n_resamples():,} resamples of "
        f"{resampled}s). Marks: published means; bars: their range over readers, pairs or "
        "exercises, which is no confidence interval."
        if omeract
        else "Published figures are of the OMERACT grades 0 to 3: none is shown on another scale."
    )
    with st.expander("Which statistic is which, and what the interval means"):
        items = "".join(
            f"<dt><b>{html.escape(name)}</b></dt><dd>{html.escape(text)}</dd>"
            for name, text in words.GLOSSARY
        )
        st.html(
            f"<p>{words.INTERVAL_MEANS} They answer different questions and are not "
            f"interchangeable.</p><dl>{items}</dl><p>{words.CONVENTION}</p>"
        )
    if omeract and strips:
        with st.expander("Where the published figures come from, and which do not fit here"):
            st.html(sources_html(strips))


def sources_html(strips: list[Strip]) -> str:
    """Source and caution of every band shown, and the reason of every one that is not."""
    shown: dict[str, str] = {}
    for one in strips:
        for comparable in one.bands:
            band = comparable.band
            n = ", ".join(
                f"{value} {what}"
                for value, what in ((band.n_readers, "readers"), (band.n_images, "images"))
                if value
            )
            text = f"{band.source}. {n}. {band.note}. Caution: {comparable.caution or 'none'}."
            shown.setdefault(band_name(comparable), text)
    listed = "".join(
        f"<li><b>{html.escape(name)}</b>. {html.escape(text)}</li>" for name, text in shown.items()
    )
    left_out = "".join(
        f"<li><b>{html.escape(one.band.study)}</b>: {html.escape(one.reason)}.</li>"
        for one in others("light_kappa", "unweighted")
    )
    return (
        f"<p>Shown:</p><ul>{listed}</ul><p>Not shown behind Light’s kappa between readers:</p>"
        f"<ul>{left_out}</ul>"
    )
