"""Every figure of the page with what can be taken away of it: PNG or SVG, and its rows as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import streamlit as st

from sgus.core.cells import spreadsheet_safe
from sgus.core.synthetic import SYNTHETIC_MARK
from sgus.ui.charts.layout import FONT_SIZE

if TYPE_CHECKING:
    import plotly.graph_objects as go

FORMATS: Final = ("PNG", "SVG")
_CHOICE: Final = "sgus_observers_format_choice"
_FORMAT: Final = "sgus_observers_format"
_PNG_SCALE: Final = 3
"""Pixels of a saved PNG for each on screen: sharp in print."""
_BASIS_ROOM: Final = 22
_SYNTHETIC_COLUMN: Final = "data"

Row = Mapping[str, Any]


def choose_format() -> None:
    """How the camera button of every figure saves it; kept while the session lasts."""
    st.session_state.setdefault(_FORMAT, FORMATS[0])
    st.session_state[_CHOICE] = st.session_state[_FORMAT]
    st.segmented_control(
        "Pictures are saved as", FORMATS, key=_CHOICE, on_change=_keep_format,
        help="With the camera button at the top right of each figure.",
    )  # fmt: skip


def _keep_format() -> None:
    st.session_state[_FORMAT] = st.session_state[_CHOICE] or st.session_state[_FORMAT]


def show_figure(
    figure: go.Figure,
    rows: Sequence[Row],
    *,
    name: str,
    synthetic: bool | None,
    key: str,
    basis: str = "",
    on_select: Literal["rerun"] | Callable[[], None] | None = None,
) -> Any:
    """Draw a figure with its camera button, and a button for its rows as CSV.

    Args:
        figure: With a title that says what it shows, for it goes into the saved picture.
        rows: What is drawn, in full digits.
        name: File name without its end, such as `reader-pairs`.
        synthetic: The readings are of phantoms: figure, file name and rows then say so.
        key: Of the widget; the picture's place on the page.
        basis: What it rests on, such as `404 images of 50 patients`; it goes below the axis.
        on_select: What a click on a point does; a figure of which nothing can be chosen when None.

    Returns:
        The selection of `st.plotly_chart`, or None without `on_select`.
    """
    name = file_stem(name, synthetic=synthetic)
    if synthetic:
        mark_synthetic(figure)
    if basis:
        say_basis(figure, basis)
    config = picture_config(name, st.session_state.get(_FORMAT, FORMATS[0]))
    if on_select is None:
        st.plotly_chart(figure, width="stretch", theme=None, config=config, key=key)
        chosen = None
    else:
        chosen = st.plotly_chart(
            figure, width="stretch", theme=None, config=config, key=key,
            on_select=on_select, selection_mode="points",
        )  # fmt: skip
    download_csv(rows, name=name, synthetic=synthetic, key=f"{key}-csv")
    return chosen


def download_csv(
    rows: Sequence[Row],
    *,
    name: str,
    synthetic: bool | None,
    key: str,
    label: str = "Download the numbers (CSV)",
) -> None:
    """A button for rows as CSV.

    The bytes are made at once: the address of a function that makes them changes with every run,
    and a click while another run is under way would find nothing.
    """
    data = rows_csv(rows, synthetic=synthetic)
    file_name = f"{file_stem(name, synthetic=synthetic)}.csv"
    st.download_button(
        label, data, file_name, "text/csv", key=key, on_click="ignore", icon=":material/download:"
    )


def picture_config(name: str, form: str) -> dict[str, Any]:
    """Settings of plotly: a mode bar that is always visible and holds the camera alone.

    Args:
        name: File name without its end.
        form: `PNG` or `SVG`.
    """
    options: dict[str, Any] = {"format": form.lower(), "filename": name}
    if form == "PNG":
        options["scale"] = _PNG_SCALE
    return {
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": options,
    }


def file_stem(name: str, *, synthetic: bool | None) -> str:
    """Name of a file to take away, which says whether phantoms were read."""
    mark = "synthetic-phantom-"
    return f"{mark}{name}" if synthetic and not name.startswith(mark) else name


def mark_synthetic(figure: go.Figure) -> None:
    """Put the mark of simulated data below the title, before what stands there."""
    mark = f"<b>{SYNTHETIC_MARK}</b>"
    if figure.layout.title.text:
        below = figure.layout.title.subtitle.text
        text = f"{mark} {below}" if below else mark
        figure.update_layout(title_subtitle={"text": text, "font": {"size": FONT_SIZE}})
    else:
        figure.update_layout(title_text=mark)


def say_basis(figure: go.Figure, basis: str) -> None:
    """Put what a figure rests on below what runs along its axis, for a saved picture alone.

    Args:
        figure: With one axis across.
        basis: Such as `5 readers, 404 images of 50 patients`.
    """
    along = figure.layout.xaxis.title.text
    figure.update_xaxes(title_text=f"{along}<br>{basis}" if along else basis)
    figure.update_xaxes(title_font_size=FONT_SIZE)
    if not along:  # slanted names of readers reach further down than plotly thinks
        figure.update_xaxes(title_standoff=18)
    room = _BASIS_ROOM * (1 + basis.count("<br>"))
    layout = figure.layout
    figure.update_layout(height=layout.height + room, margin_b=layout.margin.b + room)


def rows_csv(rows: Sequence[Row], *, synthetic: bool | None) -> bytes:
    """Rows as CSV, UTF-8 with a byte-order mark for spreadsheets.

    Args:
        rows: Numbers are written in full, None as an empty cell, several names with a semicolon
            between; a text that a spreadsheet would run as a formula gets an apostrophe.
        synthetic: Every row then says so in a last column.
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if synthetic:
        columns.append(_SYNTHETIC_COLUMN)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([spreadsheet_safe(column) for column in columns])
    for row in rows:
        marked = {**row, _SYNTHETIC_COLUMN: SYNTHETIC_MARK} if synthetic else row
        writer.writerow([_cell(marked.get(column)) for column in columns])
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return spreadsheet_safe(value)
    if isinstance(value, list | tuple):
        return spreadsheet_safe("; ".join(map(str, value)))
    return value


def json_bytes(document: Any) -> bytes:
    """A JSON document to take away, one that any reader accepts: no NaN in it."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode()
