"""A bar for what takes long the first time only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def first_time(words: str) -> Iterator[Callable[[int, int], None]]:
    """Draw a bar as soon as there is something to wait for, and take it away at the end.

    Args:
        words: What is being done.

    Yields:
        To be called with (done, of how many).
    """
    place = st.empty()

    def tell(done: int, n: int) -> None:
        step = max(1, n // 50)
        if done % step == 0 or done == n:
            place.progress(min(done / max(n, 1), 1.0), f"{words}: {done:,} of {n:,}")

    try:
        yield tell
    finally:
        place.empty()
