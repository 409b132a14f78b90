"""Train: start a run, watch it live, come back to it."""

import streamlit as st

from sgus.ui import frame
from sgus.ui.charts.kept import keep, recall
from sgus.ui.train.form import show_form
from sgus.ui.train.live import RUN_IN_ADDRESS, asked_for, listed, look_at, show_runs
from sgus.ui.train.user import ask_user

VIEW = "sgus_train_view"
NEW, RUNS = "New run", "Runs"


def main() -> None:
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    left.title("Train")
    with right:
        ask_user()
    recall(VIEW, RUNS if asked_for() else NEW, [NEW, RUNS])
    view = st.segmented_control(
        "View", [NEW, RUNS], key=VIEW, on_change=keep, args=(VIEW,), label_visibility="collapsed"
    ) or st.session_state.get(f"{VIEW}_kept", NEW)  # fmt: skip
    views = listed()
    if views is None:
        return
    if view == RUNS:
        show_runs(views)
        return
    if asked_for():
        del st.query_params[RUN_IN_ADDRESS]
    job = show_form(views)
    if job is not None:
        look_at(job.spec.directory)
        st.session_state[f"{VIEW}_kept"] = RUNS
        st.rerun()


frame.run(main)
