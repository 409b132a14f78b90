"""What the page has computed: every figure of the readings, once for each content and setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import streamlit as st

from sgus.stats.agreement.everything import N_RESAMPLES, agreement_figures
from sgus.stats.agreement.family import Agreement
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers.cached import content_key
from sgus.ui.results import Bounded
from sgus.workflows.observers import Observed

_FIGURES: Final = "sgus_observers_figures"
_RESAMPLES: Final = "sgus_observers_resamples"
_SEED: Final = "sgus_observers_seed"
_KEPT_TABLES: Final = 4
RESAMPLES: Final = (500, 1000, N_RESAMPLES, 5000, 10000)

Key = tuple[str, int, int]


class Figures:
    """Figures that are found by what they are."""

    def __init__(self, rows: Sequence[Agreement]) -> None:
        self.rows = tuple(rows)
        self._by_kind: dict[tuple[str, str | None, str | None], list[Agreement]] = {}
        for row in rows:
            label = row.label
            self._by_kind.setdefault((label.statistic, label.weights, label.form), []).append(row)

    def all(
        self, statistic: str, weights: str | None = None, form: str | None = None
    ) -> list[Agreement]:
        """Every figure of a kind, in order; none where there is no such kind."""
        return self._by_kind.get((statistic, weights, form), [])

    def one(
        self, statistic: str, weights: str | None = None, form: str | None = None
    ) -> Agreement | None:
        """The first figure of a kind."""
        return next(iter(self.all(statistic, weights, form)), None)

    def of_readers(
        self, statistic: str, weights: str | None = None, form: str | None = None
    ) -> dict[tuple[str, ...], Agreement]:
        """Figures of a kind by their readers."""
        return {row.label.raters: row for row in self.all(statistic, weights, form)}


def figures(observed: Observed) -> list[Agreement]:
    """Every figure of the readings, as `python -m sgus agreement` gives it."""
    return list(lookup(observed).rows)


def lookup(observed: Observed) -> Figures:
    """The same, found by what they are; computed at the first call, with a sign of it.

    They stay in the session: readings that were uploaded are nobody else's.
    """
    key: Key = (content_key(observed), n_resamples(), seed())
    if (found := _kept().get(key)) is not None:
        return found
    unit = "images" if observed.panel.unit == "item" else f"{observed.panel.unit}s"
    with st.spinner(f"Computing every figure, and resampling {unit} {n_resamples():,} times"):
        rows = agreement_figures(observed.readings, n_resamples=n_resamples(), seed=seed())
    found = Figures(rows)
    _kept().put(key, found)
    return found


def _kept() -> Bounded[Key, Figures]:
    if _FIGURES not in st.session_state:
        st.session_state[_FIGURES] = Bounded(_KEPT_TABLES)
    return cast("Bounded[Key, Figures]", st.session_state[_FIGURES])


def n_resamples() -> int:
    """Resamples that intervals are made from."""
    return int(st.session_state.get(f"{_RESAMPLES}_kept", N_RESAMPLES))


def seed() -> int:
    """Seed of the resamples."""
    return int(st.session_state.get(f"{_SEED}_kept", 0))


def choose_settings() -> None:
    """How intervals are made; for people who want other than the usual."""
    recall(_RESAMPLES, N_RESAMPLES, RESAMPLES)
    recall(_SEED, 0)
    left, right = st.columns(2)
    left.selectbox(
        "Resamples for intervals", RESAMPLES, key=_RESAMPLES, on_change=keep, args=(_RESAMPLES,),
        format_func="{:,}".format, help="More make intervals steadier, and take longer.",
    )  # fmt: skip
    right.number_input(
        "Seed", min_value=0, max_value=999_999, step=1, key=_SEED, on_change=keep, args=(_SEED,),
        help="The same seed gives the same intervals, here and on the command line.",
    )  # fmt: skip
