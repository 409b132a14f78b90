"""Observers: how far human readers agree, where they do not, and the model among them."""

import html

import streamlit as st

from sgus.ui import frame
from sgus.ui.charts import export
from sgus.ui.charts.kept import keep, recall
from sgus.ui.observers import source, state
from sgus.ui.observers.tabs import tabs

TAB = "sgus_observers_tab"


def main() -> None:
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Observers: how far readers agree")
    with right:
        export.choose_format()
    observed = source.choose_source()
    if observed is None:
        return
    chip = f"{frame.SYNTHETIC_CHIP} readers and images are simulated" if observed.synthetic else ""
    name = html.escape(observed.name)
    st.html(f'<p class="sgus-name"><b>{name}</b> {chip}</p>')
    source.show_notes(observed)
    shown = tabs()
    recall(TAB, next(iter(shown)), list(shown))
    tab = st.segmented_control(
        "View", list(shown), key=TAB, on_change=keep, args=(TAB,), label_visibility="collapsed"
    ) or st.session_state.get(f"{TAB}_kept", next(iter(shown)))  # fmt: skip
    shown[tab](observed)
    with st.expander("How intervals are made"):
        state.choose_settings()


frame.run(main)
