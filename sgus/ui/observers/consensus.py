"""The tab of the consensus: median, majority and Dawid-Skene side by side."""

from __future__ import annotations

import html
from typing import Any, Final, Literal

import numpy as np
import streamlit as st

from sgus.stats.agreement.panel import MISSING
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.cached import ceilings_of, content_key, fit_of
from sgus.ui.observers.ceiling import show_ceilings
from sgus.ui.observers.consensus_chart import (
    FEW_READINGS,
    METHOD_NAMES,
    confusions_figure,
    counts_figure,
)
from sgus.ui.observers.state import seed
from sgus.ui.observers.words import basis_words
from sgus.workflows.observer_consensus import METHODS, Consensus, consensus_of, consensus_rows
from sgus.workflows.observers import Observed

TieRule = Literal["lower", "upper", "none"]
TIES: Final[dict[str, TieRule]] = {
    "the lower grade": "lower",
    "the higher grade": "upper",
    "no consensus": "none",
}
_TIE: Final = "sgus_consensus_tie"
_ROWS_SHOWN: Final = 8
_ROW_HEIGHT: Final = 38


def show(observed: Observed) -> None:
    """Draw the tab.

    Args:
        observed: The readings; they are never changed.
    """
    key = content_key(observed)
    fit = fit_of(key, seed(), observed)
    recall(_TIE, next(iter(TIES)), list(TIES))
    tie = st.segmented_control(
        "Where two grades have the same claim, median and majority take", list(TIES), key=_TIE,
        on_change=keep, args=(_TIE,),
    ) or next(iter(TIES))  # fmt: skip
    found = consensus_of(observed, tie=TIES[tie], fit=fit)
    st.html(f'<p class="sgus-lead">{html.escape(lead(observed, found))}</p>')
    if fit.reason:
        why = fit.reason.replace("item", "image")
        st.warning(f"Do not rely on Dawid-Skene here: {why}.")
    figure, rows = counts_figure(found)
    show_figure(
        figure, rows, name="consensus-grades", synthetic=observed.synthetic,
        basis=basis_words(observed), key="sgus-consensus-counts",
    )  # fmt: skip
    st.caption(
        "Median: the middle grade of the readers. Majority: the most frequent. Dawid-Skene: the "
        "most probable grade once each reader's own errors are estimated from all readings."
    )
    _show_download(observed, found)
    _show_differing(observed, found)
    if not fit.reason:
        _show_confusions(observed, found)
    show_ceilings(
        ceilings_of(key, seed(), observed), unit=observed.panel.unit, synthetic=observed.synthetic
    )


def lead(observed: Observed, found: Consensus) -> str:
    """How often the three agree."""
    n, differing = observed.panel.n_items, len(found.differing)
    if not n:
        return "Nobody read anything: there is no consensus."
    if not differing:
        return f"Median, majority and Dawid-Skene give all {n:,} images the same grade."
    return (
        f"Median, majority and Dawid-Skene give the same grade to {n - differing:,} of {n:,} "
        f"images; on {differing:,} at least one differs."
    )


def _show_download(observed: Observed, found: Consensus) -> None:
    download_csv(
        consensus_rows(observed, found), name="consensus", synthetic=observed.synthetic,
        key="sgus-consensus-csv", label="Download the consensus of every image (CSV)",
    )  # fmt: skip
    st.caption(
        "A table of its own: the readings stay as they are, no consensus is ever written over "
        "them. Median and majority count each reader once, by the first reading; Dawid-Skene "
        "uses all readings."
    )


def _show_differing(observed: Observed, found: Consensus) -> None:
    rows = differing_rows(observed, found)
    if not rows:
        return
    st.subheader("Images on which they differ")
    st.dataframe(
        rows, hide_index=True, width="stretch", key="sgus-consensus-differing", placeholder="–",
        height=_ROW_HEIGHT * (min(len(rows), _ROWS_SHOWN) + 1) + 3,
        column_config={
            "votes": st.column_config.BarChartColumn(
                "votes", y_min=0, y_max=observed.panel.n_readers, width="small",
                help="A bar a grade, the lowest at the left",
            ),
            "how sure": st.column_config.NumberColumn(
                format="%.0f %%",
                help="Probability of the grade by Dawid-Skene, which takes readers as independent: "
                "it is too sure of itself where they err alike"
            ),
        },
    )  # fmt: skip


def differing_rows(observed: Observed, found: Consensus) -> list[dict[str, Any]]:
    """The images on which the methods differ, the least certain first."""
    panel, scale = observed.panel, observed.panel.scale
    counts = panel.one_hot.sum(axis=1).astype(int)

    def named(method: str, at: int) -> str:
        code = int(found.codes[method][at])
        return "none" if code == MISSING else str(scale[code])

    return [
        {
            "image": panel.items[at],
            **({} if panel.patients is None else {"patient": panel.patients[at]}),
            "votes": counts[at].tolist(),
            "readings": ", ".join(
                str(scale[code]) for code in sorted(panel.codes[at]) if code >= 0
            ),
            **{METHOD_NAMES[method]: named(method, at) for method in METHODS},
            "how sure": _sure(found, at),
        }
        for at in found.differing
    ]


def _sure(found: Consensus, at: int) -> float | None:
    """Percent, rounded down and 99 at most: no estimate is certain. None where unreliable."""
    if found.fit.reason:
        return None
    return min(99.0, float(np.floor(100.0 * np.nan_to_num(found.fit.posterior[at]).max())))


def _show_confusions(observed: Observed, found: Consensus) -> None:
    fit = found.fit
    st.subheader("Each reader's errors")
    figure, rows = confusions_figure(fit)
    show_figure(
        figure, rows, name="reader-confusions", synthetic=observed.synthetic,
        key="sgus-consensus-confusions",
    )  # fmt: skip
    st.caption(
        "Rows: the true grade as Dawid-Skene estimates it, each row 100 percent; n: readings of "
        "the reader. Point at a cell for the readings behind its row; brackets: fewer than "
        f"{FEW_READINGS} of them; empty: none. An estimate from the readings alone, not a "
        "comparison with a known truth."
    )
    with st.expander("How Dawid-Skene was estimated"):
        _show_fit(found)


def _show_fit(found: Consensus) -> None:
    fit = found.fit
    ended = "" if fit.converged else " It did not converge: do not rely on it."
    shares = ", ".join(
        f"grade {grade} {100 * share:.0f} %"
        for grade, share in zip(fit.scale, fit.prevalence, strict=True)
        if np.isfinite(share)
    )
    st.write(
        f"Log-likelihood {fit.log_likelihood:.3f} after {fit.n_iterations} turns, the best of "
        f"{len(fit.starts)} starts.{ended} Estimated share of each grade: {shares or 'none'}."
    )
    st.dataframe(
        [
            {"start": one.name, "log-likelihood": one.log_likelihood,
             "turns": one.n_iterations, "converged": "yes" if one.converged else "no"}
            for one in fit.starts
        ],
        hide_index=True,
        column_config={"log-likelihood": st.column_config.NumberColumn(format="%.3f")},
    )  # fmt: skip
    st.caption("Dawid & Skene 1979, Applied Statistics 28, 20-28, 10.2307/2346806.")
