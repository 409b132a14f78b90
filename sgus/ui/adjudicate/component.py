"""The two small pieces that live in the browser: the case, and what the tab remembers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

_HERE: Final = Path(__file__).parent
CASE_KEY: Final = "sgus-adjudicate-case"
_ACT: Final = "act"
_KEPT: Final = "kept"
_REMEMBER_KEY: Final = "sgus-adjudicate-remember"


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_CASE: Final = st.components.v2.component(
    "sgus_adjudicate_case", html=_text("case.html"), css=_text("case.css"), js=_text("case.js")
)
_REMEMBER: Final = st.components.v2.component("sgus_adjudicate_memory", js=_text("remember.js"))


def case_component(data: dict[str, Any], *, on_act: Callable[[object], None]) -> None:
    """Draw a case.

    Args:
        data: What is shown; see `case_data`.
        on_act: Called with what the adjudicator did, before the page runs again.
    """

    def acted() -> None:
        on_act(getattr(st.session_state.get(CASE_KEY), _ACT, None))

    _CASE(key=CASE_KEY, data=data, on_act_change=acted)


def remembered(keep: dict[str, str] | None, *, ask: str) -> dict[str, str] | None:
    """Have the tab remember something, or ask what it remembers.

    Args:
        keep: What to remember from now on; None asks.
        ask: Names the question. A tab repeats former answers to a server that was restarted.

    Returns:
        What the tab remembers, as it says, empty where that is nothing; None where it has not
        answered this question yet.
    """
    result = _REMEMBER(
        key=_REMEMBER_KEY, data={"keep": keep, "ask": ask}, default={_KEPT: None},
        on_kept_change=lambda: None,
    )  # fmt: skip
    answer = getattr(result, _KEPT, None)
    if not isinstance(answer, Mapping) or answer.get("ask") != ask:
        return None
    said = answer.get("said")
    found = said if isinstance(said, Mapping) else {}
    return {str(key): str(value) for key, value in found.items()}
