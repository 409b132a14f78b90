"""The tab that hands a run on: as a model of the app, and as a report to read elsewhere."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.core.files import sha256_file
from sgus.ui.model_choice import show_problem
from sgus.ui.runs.cached import explored
from sgus.ui.runs.publish_words import (
    MEANING,
    PDF,
    REPORT,
    SYNTHETIC,
    done_words,
    suggested_name,
    what_words,
)
from sgus.ui.train.user import user_name
from sgus.workflows.baselines import BASELINES_JSON
from sgus.workflows.models import models_folder
from sgus.workflows.publish_plan import (
    EVERYTHING,
    FinalTraining,
    PublishPlan,
    can_publish,
    publish_run,
)
from sgus.workflows.reporting import run_document
from sgus.workflows.run_view import RunView

_NAME: Final = "sgus_publish_name"
_DONE: Final = "sgus_publish_done"
_MADE: Final = "sgus_publish_report"
_CARD_HEIGHT: Final = 420


def show(view: RunView) -> None:
    """Draw the tab.

    Args:
        view: The run.
    """
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Model of the app")
        st.caption(MEANING)
        _model(view)
    with right:
        st.subheader("Report to read elsewhere")
        st.caption(REPORT)
        _report(view)


def _model(view: RunView) -> None:
    done = st.session_state.get(_DONE)
    if done is not None and done[0] == view.directory:
        _published(done[1], done[2])
    if view.synthetic:
        st.warning(SYNTHETIC)
    plan = can_publish(view.directory)
    for reason in plan.reasons:
        st.info(reason)
    if plan.training is not None:
        _train_on_everything(view, plan.training)
    if plan.possible:
        _form(view, plan)


def _form(view: RunView, plan: PublishPlan) -> None:
    st.markdown(html.escape(what_words(plan, view.name)))
    with st.form("sgus-publish", border=False):
        name = st.text_input(
            "Name of the model", value=suggested_name(view.name), key=f"{_NAME}-{view.name}"
        )
        pressed = st.form_submit_button("Publish", type="primary")
    if not pressed:
        return
    try:
        with st.spinner("Publishing …"):
            info = publish_run(plan, name=name.strip())
    except SgusError as error:
        show_problem(str(error))
        return
    except OSError as error:
        show_problem(f"The model cannot be written ({error.strerror}). Check the disk.")
        return
    st.session_state[_DONE] = (view.directory, info.name, len(info.figures))
    st.rerun()


def _published(name: str, n_figures: int) -> None:
    st.success(done_words(name, n_figures))
    card = models_folder() / name / "README.md"
    if card.is_file():
        with st.expander("Model card"), st.container(height=_CARD_HEIGHT):
            st.markdown(card.read_text(encoding="utf-8"))


def _train_on_everything(view: RunView, training: FinalTraining) -> None:
    cohort = view.cohort or Path("COHORT")
    st.code(training.command(f"data/{cohort.name}"), language="bash", wrap_lines=True)
    if view.cohort is None:
        st.caption("The run's cohort is not on this machine.")
        return
    if not user_name():
        st.caption("To queue it here, give your name on the Train page first.")
    if st.button("Queue this training", disabled=not user_name()):
        _queue(view.cohort, training)


def _queue(cohort: Path, training: FinalTraining) -> None:
    from sgus.workflows.jobs import submit_training

    try:
        job = submit_training(
            cohort, EVERYTHING, user=user_name(), preset=training.preset, settings=training.settings
        )
    except SgusError as error:
        show_problem(str(error))
        return
    st.success(f"Queued as {job.spec.name}. Come back to this tab when it is done.")


def _report(view: RunView) -> None:
    if view.report is None:
        show_problem(
            f"{view.name}: this run has no figures yet. "
            f"Write them: python -m sgus evaluate runs/{view.name}."
        )
        return
    if st.button("Make the report"):
        st.session_state[_MADE] = view.key
    if st.session_state.get(_MADE) == view.key:
        try:
            with st.spinner("Making the report …"):
                text = _document(view.key, _stamp(view.directory / BASELINES_JSON), view)
        except SgusError as error:
            show_problem(str(error))
            return
        st.download_button(
            f"Download {view.name}.html ({len(text) / 1e6:.1f} MB)",
            text.encode(),
            file_name=f"{view.name}.html",
            mime="text/html",
            on_click="ignore",
        )
    st.caption(PDF.format(run=view.name))


def _stamp(path: Path) -> str:
    return sha256_file(path) if path.is_file() else ""


@st.cache_data(max_entries=4, show_spinner=False)
def _document(key: str, baselines: str, _view: RunView) -> str:
    return run_document(_view, explored=explored(_view))
