"""Choosing a model in the sidebar, with the figures that tell how far to trust it."""

from __future__ import annotations

import html

import streamlit as st

from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.models import ModelFacts, judged, list_models
from sgus.workflows.models import models_folder

NO_MODEL = (
    "No model is installed yet. Train one with `python -m sgus train`, or copy a model directory "
    "(model.json, model.safetensors, README.md) into the folder `models`, then reload this page."
)
NO_FIGURES = "Its description holds no figures: how well it grades is not known."
INTERVALS = "In brackets: 95 % intervals. Of the recipe, on images that its training did not see."
REAL = "Learnt from real images."
SYNTHETIC = "Learnt from simulated images (phantoms) only: its grades mean nothing for patients."


def choose_model() -> ModelFacts | None:
    """Draw the choice in the sidebar; `None` when there is nothing to choose."""
    models, problems = list_models(models_folder())
    with st.sidebar:
        for problem in problems:
            show_problem(problem)
        if not models:
            return None
        st.subheader("Model")
        index = 0
        if len(models) > 1:
            names = [facts.label for facts in models]
            index = st.selectbox(
                "Model", range(len(models)), format_func=lambda i: names[i],
                label_visibility="collapsed",
            )  # fmt: skip
        show_facts(models[index])
    return models[index]


def show_facts(facts: ModelFacts) -> None:
    """Name, honest figures and card of a model."""
    ways = judged(facts)
    origin = SYNTHETIC if facts.synthetic else REAL
    paragraphs = [html.escape(origin), *([] if ways else [NO_FIGURES])]
    for way in ways:
        lines = "<br>".join(map(html.escape, way.lines))
        paragraphs.append(f"<b>{html.escape(way.how)}</b><br>{lines}")
    if ways:
        paragraphs.append(html.escape(INTERVALS))
    chip = f" {SYNTHETIC_CHIP}" if facts.synthetic else ""
    items = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    st.html(
        f'<div class="sgus-facts"><b>{html.escape(facts.name)}</b>{chip}'
        f'<div class="sgus-muted">{items}</div></div>'
    )
    if facts.card:
        with st.expander("Model card"):
            st.markdown(facts.card)


def show_problem(*texts: str) -> None:
    """Problems, a box each, as plain text: file names cannot smuggle markup in."""
    boxes = (f'<div class="sgus-problem" role="alert">{html.escape(text)}</div>' for text in texts)
    st.html("".join(boxes))
