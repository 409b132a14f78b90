"""Images ticked to be settled: kept in the session for each run and boundary."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from sgus.workflows.confusions import BoundaryView

_TICKED: Final = "sgus_confusions_ticked"


def place_of(run: str, seen: BoundaryView) -> str:
    """Names a selection.

    Args:
        run: Name of the run.
        seen: The boundary.
    """
    return f"{run} {seen.boundary.name}"


def ticked(place: str) -> list[str]:
    """Image ids, in the order in which they were ticked."""
    return list(st.session_state.setdefault(_TICKED, {}).get(place, []))


def tick(place: str, image_ids: Iterable[str]) -> None:
    """Tick images; those that are stay."""
    _put(place, [*ticked(place), *image_ids])


def clear(place: str) -> None:
    """Untick all."""
    _put(place, [])


def offer(place: str, image_id: str, *, key: str, label: str = "settle") -> None:
    """Draw the box of an image.

    Args:
        place: Of `place_of`.
        image_id: The image.
        key: Of the widget.
        label: Beside the box.
    """
    st.session_state[key] = image_id in ticked(place)
    st.checkbox(label, key=key, on_change=_turn, args=(place, image_id, key))


def _turn(place: str, image_id: str, key: str) -> None:
    if st.session_state[key]:
        tick(place, [image_id])
    else:
        _put(place, [one for one in ticked(place) if one != image_id])


def _put(place: str, image_ids: Iterable[str]) -> None:
    st.session_state.setdefault(_TICKED, {})[place] = list(dict.fromkeys(image_ids))
