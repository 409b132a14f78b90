"""Choosing a model in the sidebar, with the figures that tell how far to trust it."""

from __future__ import annotations

import html

import streamlit as st

from sgus.ui.models import ModelFacts, key_figures, list_models, models_root

NO_MODEL = (
    "No model is installed yet. Train one with `python -m sgus train`, or copy a model directory "
    "(model.json, model.safetensors, README.md) into the folder `models`, then reload this page."
)
NO_FIGURES = "Its description holds no figures: how well it grades is not known."
SYNTHETIC = "Trained on simulated images only: its grades mean nothing for patients."


def choose_model() -> ModelFacts | None:
    """Draw the choice in the sidebar; `None` when there is nothing to choose."""
    models, problems = list_models(models_root())
    with st.sidebar:
        for problem in problems:
            show_problem(problem)
        if not models:
            return None
        st.subheader("Model")
        index = 0
        if len(models) > 1:
            names = [facts.name for facts in models]
            index = st.selectbox(
                "Model", range(len(models)), format_func=lambda i: names[i],
                label_visibility="collapsed",
            )  # fmt: skip
        show_facts(models[index])
    return models[index]


def show_facts(facts: ModelFacts) -> None:
    """Name, honest figures and card of a model."""
    lines = key_figures(facts) or [NO_FIGURES]
    if facts.info.get("synthetic"):
        lines = [SYNTHETIC, *lines]
    items = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    st.html(
        f'<div class="sgus-facts"><b>{html.escape(facts.name)}</b>'
        f'<div class="sgus-muted">{items}</div></div>'
    )
    if facts.card:
        with st.expander("Model card"):
            st.markdown(facts.card)


def show_problem(*texts: str) -> None:
    """Problems, a box each, as plain text: file names cannot smuggle markup in."""
    boxes = (f'<div class="sgus-problem" role="alert">{html.escape(text)}</div>' for text in texts)
    st.html("".join(boxes))
