"""Overview: what this is, what is installed here, what it cannot do."""

import streamlit as st

from sgus.ui import cohorts, frame, overview
from sgus.ui.model_choice import NO_MODEL, show_facts, show_problem
from sgus.ui.models import list_models
from sgus.ui.tree import HIERARCHY_TEXT, hierarchy_svg
from sgus.workflows.models import models_folder


def main() -> None:
    st.title("Salivary gland ultrasound, graded and explained")
    st.html(f'<p class="sgus-lead">{overview.LEAD}</p>')
    st.html(overview.steps_html())
    frame.link_to_grading()

    st.header("The score and the three decisions")
    left, right = st.columns(2, gap="large")
    left.html(overview.grades_html())
    right.image(hierarchy_svg(), width="stretch", alt=HIERARCHY_TEXT)

    st.header("This installation")
    installation()

    st.header("What it cannot do")
    st.html(overview.limits_html())

    st.header("What others have published")
    st.caption(
        "Figures of other groups, on other images and partly other tasks: a band to read ours in. "
        "Kappa, weighted kappa and accuracy are not interchangeable."
    )
    st.html(overview.published_html())


def installation() -> None:
    models, problems = list_models(models_folder())
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Models")
        for problem in problems:
            show_problem(problem)
        if not models:
            st.write(NO_MODEL)
        for facts in models:
            show_facts(facts)
    with right:
        st.subheader("Cohorts")
        st.html(cohorts.cohorts_html(*cohorts.installed_cohorts()))


frame.run(main)
