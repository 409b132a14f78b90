"""The one door to the network: loaded on first use, shared by sessions, replaced in tests here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import streamlit as st

from sgus.core.region import Region
from sgus.ui.models import ModelFacts

if TYPE_CHECKING:
    from sgus.images.decode import DecodedImage
    from sgus.workflows.grading import GradedImage


class Engine(Protocol):
    """What the pages ask of a loaded model."""

    def grade(
        self, image: DecodedImage, *, region: Region | None = None, cams: bool = True
    ) -> GradedImage:
        """Grade one picture; raises `ImageError` when it cannot be graded."""
        ...


def make_engine(directory: Path) -> Engine:
    """Load a model; torch is imported here and not before.

    Raises:
        ModelError: The model cannot be used.
    """
    from sgus.workflows.grading import Grader

    return Grader.load(directory)


@st.cache_resource(max_entries=2, show_spinner=False)
def _engine(directory: str, fingerprint: str) -> Engine:
    del fingerprint  # only part of the key: new weights in the same directory are loaded anew
    return make_engine(Path(directory))


def load_engine(facts: ModelFacts) -> Engine:
    """The model, from the cache or with a message while it loads.

    Raises:
        ModelError: The model cannot be used.
    """
    with st.spinner("Loading the model (a few seconds, the first time only)"):
        return _engine(str(facts.directory), facts.fingerprint)
