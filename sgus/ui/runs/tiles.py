"""Images of a run: thumbnails with truth, prediction and probabilities; rows to take away."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sgus.core.grades import GRADES
from sgus.ui.cohort.story_words import dot
from sgus.ui.theme import GRADE_COLOURS
from sgus.ui.words import percent
from sgus.workflows.cohort_gallery import Tile

if TYPE_CHECKING:
    import pandas as pd

    from sgus.workflows.run_cells import FloatArray, IntArray

WRONG: Final = "surest mistakes first"
CLOSE: Final = "closest calls first"
RIGHT: Final = "surest right answers first"
ORDERS: Final = (WRONG, CLOSE, RIGHT)
_BAR: Final = "height:.55rem;display:flex;border-radius:.2rem;overflow:hidden;margin:.25rem 0"


def ordered(margins: FloatArray, order: str) -> IntArray:
    """Places of images in an order by margin; ties keep their order.

    Args:
        margins: `(n_images,)`, see `run_cells.margins`.
        order: One of `ORDERS`.
    """
    keys = {WRONG: margins, CLOSE: np.abs(margins), RIGHT: -margins}
    return np.argsort(keys[order], kind="stable")


def tile_html(tile: Tile | None, row: dict[str, Any]) -> str:
    """A picture with what readers and model said.

    Args:
        tile: The picture; None where the cohort is not at hand.
        row: Of the prediction table.
    """
    p = [float(row[f"p{grade}"]) for grade in GRADES]
    alt = f"Readers grade {row['grade']}, model grade {row['predicted']}"
    shown = ""
    if tile is not None and tile.picture is None:
        shown = f'<p class="sgus-problem sgus-small">{html.escape(tile.problem)}</p>'
    elif tile is not None and tile.picture is not None:
        data = base64.b64encode(tile.picture).decode()
        shown = f'<img src="data:image/webp;base64,{data}" alt="{alt}">'
    return (
        f'<figure class="sgus-tile">{shown}<figcaption>readers {dot(int(row["grade"]))} model '
        f"{dot(int(row['predicted']))}{bar_html(p)}{_chances(p)}<br>"
        f"{html.escape(place_words(row))}</figcaption></figure>"
    )


def bar_html(p: Sequence[float]) -> str:
    """The four probabilities as a bar in the colours of the grades."""
    parts = "".join(
        f'<span style="width:{100 * chance:.1f}%;background:{GRADE_COLOURS[grade]}"></span>'
        for grade, chance in zip(GRADES, p, strict=True)
    )
    return f'<div style="{_BAR}" aria-hidden="true">{parts}</div>'


def place_words(row: dict[str, Any]) -> str:
    """Part, and what the table says of the gland."""
    part = str(row["split"])
    known = [str(row.get(name) or "") for name in ("gland", "side", "device")]
    return " · ".join([part, *filter(None, known)])


def table_rows(rows: pd.DataFrame, margins: FloatArray) -> list[dict[str, Any]]:
    """Images as rows, in the order given."""
    return [
        {
            "image": row["image_id"], "patient": row["patient_id"], "part": row["split"],
            "fold": row["fold"], "readers": int(row["grade"]), "model": int(row["predicted"]),
            **{f"p{grade}": float(row[f"p{grade}"]) for grade in GRADES},
            "margin": float(margin),
        }
        for row, margin in zip(rows.to_dict("records"), margins, strict=True)
    ]  # fmt: skip


def _chances(p: Sequence[float]) -> str:
    return " ".join(
        f"<b>{percent(chance)}</b>" if chance == max(p) else percent(chance) for chance in p
    )
