"""What takes long the first time only: asked for by a button, then done under a bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import streamlit as st

T = TypeVar("T")
Tell = Callable[[int, int], None]

_ASKED: Final = "sgus_confusions_asked"


class _NotAskedYet(Exception):  # noqa: N818
    """There is something to compute; the number of images stands in it."""


def when_asked(key: str, label: str, doing: str, work: Callable[[Tell], T]) -> T | None:
    """Do what is quick; offer by a button what is not.

    Somebody who leafs through images must not wait at each for what they did not ask for.

    Args:
        key: Of the button; once it was pressed, the work is done to its end.
        label: On the button; `{n}` stands for the images to compute.
        doing: Beside the bar.
        work: Does it; it calls the function it is given only where it has to compute, with
            (images done, images in all).

    Returns:
        What the work returns; None, and a button is drawn, where it would take long.
    """
    place, asked = st.empty(), st.session_state.get(_ASKED) == key

    def tell(done: int, n: int) -> None:
        if not asked:
            raise _NotAskedYet(n)
        if done % max(1, n // 50) == 0 or done == n:
            place.progress(min(done / max(n, 1), 1.0), f"{doing}: {done:,} of {n:,}")

    try:
        found = work(tell)
    except _NotAskedYet as wanted:
        st.button(label.format(n=f"{wanted.args[0]:,}"), key=f"sgus-confusions-{key}",
                  on_click=_ask, args=(key,), icon=":material/hourglass_top:")  # fmt: skip
        return None
    if asked:
        del st.session_state[_ASKED]
    place.empty()
    return found


def _ask(key: str) -> None:
    st.session_state[_ASKED] = key
