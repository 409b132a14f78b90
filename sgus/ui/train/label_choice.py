"""What the choice of labels would change, kept while neither cohort nor ledger changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.errors import SgusError

if TYPE_CHECKING:
    from sgus.ui.train.parts import Chosen
    from sgus.workflows.train_plan import Wish

_KEPT: Final = 16


def labels_of(wish: Wish, chosen: Chosen) -> tuple[list[str], list[str]]:
    """What labels a run would learn, in sentences.

    Args:
        wish: How to train.
        chosen: What on.

    Returns:
        The sentences, none for the reference labels; and what keeps the run from being started.
    """
    from sgus.workflows.label_effect import ledger_state
    from sgus.workflows.label_sources import REFERENCE

    config, cohort = wish.config, chosen.cohort
    if config.labels == REFERENCE:
        return [], []
    key = (str(cohort.root), cohort.manifest_hash, chosen.split, ledger_state(cohort.root))
    try:
        return _sentences(key, config.labels, config.soft_from, chosen), []
    except SgusError as error:
        return [], [str(error)]


@st.cache_data(max_entries=_KEPT, show_spinner="Counting labels")
def _sentences(key: tuple[object, ...], source: str, soft_from: str, _chosen: Chosen) -> list[str]:
    from sgus.workflows.label_plan import label_sentences

    del key
    unit = _chosen.cohort.info.patient_unit
    return label_sentences(
        _chosen.cohort, _chosen.folds, source=source, soft_from=soft_from, unit=unit
    )
