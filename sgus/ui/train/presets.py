"""The three ways to train, a card each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold
from sgus.ui.train.settings import choose_preset, chosen_preset
from sgus.workflows.jobs import runs_folder
from sgus.workflows.train_plan import duration_text, estimated

CARDS: Final = {
    "quick": (
        "Quick look",
        "The last layer alone learns, on features computed once. Do these images carry the grade?",
    ),
    "short": (
        "Short fine-tune",
        "The last block and the head learn, from the phantom model, mirror images included.",
    ),
    "full": (
        "Full",
        "The whole network learns from scratch, all variations of the images on. For a result.",
    ),
}


def title_of(preset: str) -> str:
    """What a preset is called on screen."""
    return CARDS[preset][0]


def choose_way(cohort: Cohort, folds: Sequence[Fold]) -> str:
    """Draw the cards; the name of the chosen preset.

    Args:
        cohort: What is trained on, for how long each takes.
        folds: Its folds.
    """
    from sgus.train.config import PRESETS

    chosen = chosen_preset()
    for column, (name, (title, text)) in zip(st.columns(len(CARDS)), CARDS.items(), strict=True):
        known = estimated(PRESETS[name], folds, cohort, runs=runs_folder())
        takes = duration_text(known.seconds) if known else "not measured on this machine yet"
        with column, st.container(border=True, key=f"sgus-train-card-{name}", height="stretch"):
            st.markdown(f"**{title}**")
            st.caption(f"{text} Takes {takes}." if known else f"{text} Its time is {takes}.")
            st.button(
                "Chosen" if name == chosen else "Choose",
                key=f"sgus-train-preset-{name}",
                type="primary" if name == chosen else "secondary",
                icon=":material/check:" if name == chosen else None,
                on_click=choose_preset, args=(name,), width="stretch",
            )  # fmt: skip
    return chosen
