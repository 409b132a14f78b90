"""Making a split from the browser."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from sgus.cohort.manifest import Cohort
from sgus.cohort.schemes import SCHEMES
from sgus.core.errors import SgusError
from sgus.ui.model_choice import show_problem
from sgus.workflows.splitting import split_cohort

_SCHEME: Final = "sgus_train_new_scheme"
_WORDS: Final = {
    "holdout": "holdout: one test part",
    "kfold": "k-fold: every patient is tested once",
    "leave-one-centre-out": "leave one centre out",
}


def make_split_here(cohort: Cohort, key: str) -> None:
    """Draw the button that opens the form of a new split.

    Args:
        cohort: What is divided.
        key: Session key of the split that is chosen; the new one takes its place.
    """
    with st.popover("Make a split", icon=":material/call_split:", width="stretch"):
        scheme = st.selectbox("Scheme", list(SCHEMES), key=_SCHEME, format_func=_WORDS.__getitem__)
        name = st.text_input("Name of the split", placeholder=scheme, key="sgus_train_new_name")
        seed = st.number_input("Seed", min_value=0, value=0, key="sgus_train_new_seed",
                               help="The same seed gives the same split.")  # fmt: skip
        options = _holdout() if scheme == "holdout" else _folds(scheme)
        if not st.button("Divide by patient", type="primary", key="sgus-train-new-split"):
            return
        try:
            with st.spinner("Dividing by patient, and looking for like pictures"):
                made = split_cohort(
                    cohort.root, scheme, seed=int(seed), name=name.strip() or None, **options
                )
        except SgusError as error:
            show_problem(
                f"{error.item}: {error.cause}. {error.next_step}.".replace(" with --name", "")
            )
            return
        except OSError as error:
            show_problem(
                f"The split cannot be written ({error.strerror or error}). Free some room."
            )
            return
    st.session_state[f"{key}_kept"] = made.split.name
    st.rerun()


def _holdout() -> dict[str, Any]:
    left, right = st.columns(2)
    validation = left.number_input("Validation, % of patients", 0, 80, 15, key="sgus_train_new_v")
    test = right.number_input("Test, % of patients", 1, 80, 15, key="sgus_train_new_t")
    return {"fractions": ((100 - validation - test) / 100, validation / 100, test / 100)}


def _folds(scheme: str) -> dict[str, Any]:
    left, right = st.columns(2)
    options: dict[str, Any] = {}
    if scheme == "kfold":
        options["n_folds"] = int(left.number_input("Folds", 2, 20, 5, key="sgus_train_new_folds"))
    share = right.number_input("Validation, % of the rest", 0, 80, 15, key="sgus_train_new_share")
    return {**options, "validation_fraction": share / 100}
