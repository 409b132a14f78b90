"""Adjudicate: grade contested images anew, blinded and by keyboard, and settle them by two."""

import streamlit as st

from sgus.ui import frame
from sgus.ui.adjudicate import place
from sgus.ui.adjudicate.screen import show_screen
from sgus.ui.adjudicate.tabs import VIEW, tabs
from sgus.ui.charts.kept import keep, recall
from sgus.ui.cohort import source


def main() -> None:
    place.find_back()
    at = place.here()
    if at is not None:
        show_screen(at)
        return
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Adjudicate")
    with right:
        who = place.ask_name()
    shown = source.choose_cohort()
    if shown is None:
        return
    views = tabs()
    recall(VIEW, next(iter(views)), list(views))
    view = st.segmented_control(
        "View", list(views), key=VIEW, on_change=keep, args=(VIEW,), label_visibility="collapsed"
    ) or st.session_state.get(f"{VIEW}_kept", next(iter(views)))  # fmt: skip
    views[view](shown, who)


frame.run(main)
