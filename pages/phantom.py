"""Phantom: set the severity of a simulated gland; see what readers and a model make of it."""

import streamlit as st

from sgus.ui import frame, grading, phantom, samples, sweep
from sgus.ui.model_choice import NO_MODEL, choose_model
from sgus.ui.phantom_dial import dial


def main() -> None:
    st.title("Phantom: a gland of known severity")
    phantom.show_lead()
    facts = choose_model()
    request = dial()
    engine = grading.engine_or_message(facts) if facts else None
    left, right = st.columns([7, 7], gap="medium")
    with left:
        samples.offer_grading(phantom.show_picture(request))
    with right:
        st.subheader("Who would call it what")
        phantom.show_calls(request, facts, engine)
        if facts is None:
            st.info(NO_MODEL)
    if facts and engine:
        sweep.show_sweep(request, facts, engine)


frame.run(main)
