"""Grade images: upload, look, adjust, take the table away."""

import streamlit as st

from sgus.ui import frame, grading, samples, session
from sgus.ui.model_choice import NO_MODEL, choose_model


def main() -> None:
    st.title("Grade images")
    facts = choose_model()
    if facts is None:
        st.info(NO_MODEL)
        return
    session.uploader()
    samples.offer_sample()
    files = session.files()
    if not files:
        st.html(grading.WHAT_COMES)
        return
    engine = grading.engine_or_message(facts)
    if engine is None:
        return
    outcomes = grading.grade_all(files, engine, facts)
    chosen = grading.choose(files, outcomes)
    grading.show_one(chosen, engine, facts)
    grading.show_table(files, outcomes)


frame.run(main)
