"""Tables to look at, in which rows that rest on few patients are grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

GREY: Final = "#76838F"
"""Paler than the text, and still readable on white."""
_ROW: Final = 35
_MOST_ROWS: Final = 14


def show_table(
    rows: Sequence[Mapping[str, Any]],
    *,
    few: Sequence[bool] | None = None,
    height: int | None = None,
) -> None:
    """Rows to look at.

    Args:
        rows: With the same columns each; nothing is drawn without a row.
        few: Whether a row rests on few patients, one each; none does when None.
        height: Pixels at most; that of 14 rows when None.
    """
    if not rows:
        return
    table = pd.DataFrame(list(rows))
    own = _ROW * (len(rows) + 1) + 3
    high = min(own, height or _ROW * (_MOST_ROWS + 1) + 3)
    shown = table if few is None else _greyed(table, few)
    st.dataframe(shown, hide_index=True, width="stretch", height=high)


def _greyed(table: pd.DataFrame, few: Sequence[bool]) -> Any:
    styles = [f"color: {GREY}; font-style: italic" if one else "" for one in few]
    return table.style.apply(lambda column: styles[: len(column)], axis=0)
