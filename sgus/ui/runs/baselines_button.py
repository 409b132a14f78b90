"""Working out what answers without a network reach, on a press of a button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from sgus.core.errors import SgusError
from sgus.ui.model_choice import show_problem

if TYPE_CHECKING:
    from sgus.workflows.run_view import RunView

_LIMIT_MIN: Final = 5.0
_NONE: Final = (
    "Not worked out yet: what answers without a network, the most frequent grade and the picture's "
    "texture, would reach on the same folds."
)
_TOO_LONG: Final = "On the command line it may take longer: `python -m sgus baselines runs/{name}`."


def offer_baselines(view: RunView) -> None:
    """Draw the button; once pressed, work them out under a bar and draw the page again.

    Args:
        view: A run without baselines.
    """
    st.caption(_NONE)
    if view.cohort is None:
        st.caption("They need the run's cohort, which is not here.")
        return
    if st.button("Work them out", key="sgus-runs-baselines", icon=":material/hourglass_top:",
                 help="Takes longer the first time; a bar says how long."):  # fmt: skip
        _work(view)


def _work(view: RunView) -> None:
    from sgus.workflows.baselines import run_baselines

    bar = st.progress(0.0, "Looking at the texture of the images")

    def tick(done: int, of: int, left_s: float) -> None:
        bar.progress(min(done / max(of, 1), 1.0), f"Texture: {done} of {of} images, {left_s:.0f} s")

    def say(line: str) -> None:
        bar.progress(1.0, line)

    try:
        run_baselines(
            view.directory, cohort=view.cohort, say=say, tick=tick, limit_minutes=_LIMIT_MIN
        )
    except SgusError as error:
        bar.empty()
        show_problem(str(error))
        st.caption(_TOO_LONG.format(name=view.name))
        return
    st.rerun()
