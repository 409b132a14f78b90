"""One picture of the list as HTML: who said what, and why it stands where it stands."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sgus.core.grades import GRADES
from sgus.ui.cohort.story_words import dot
from sgus.ui.confusions.image_words import QUALITY, readers_words
from sgus.ui.runs.tiles import bar_html
from sgus.ui.words import percent

if TYPE_CHECKING:
    from sgus.review.boundary import Boundary
    from sgus.workflows.cohort_gallery import Tile


_GLOSSES: Final = {
    "suspect": QUALITY,
    "margin": "Probability of the side of the grade less that of the other side: below 0 the model "
    "is on the other side, near 0 it is undecided.",
    "folds": "How far the probabilities of models that did not learn from it lie apart.",
}
"""Tooltips of the figures below a picture."""


def tile_html(tile: Tile, row: Mapping[str, Any], at: Boundary, order: str) -> str:
    """A picture with the cohort's grade, the model's, the readings, and the figure of the order.

    Args:
        tile: The picture.
        row: Of a boundary view.
        at: The boundary.
        order: By which the list is ordered.
    """
    p = [float(row[f"p{grade}"]) for grade in GRADES]
    shown = picture_html(tile, f"Grade {row['grade']} of the cohort, model says {row['predicted']}")
    readers = html.escape(readers_words(row, at))
    why = html.escape(figure_words(row, order))
    if why and order in _GLOSSES:
        why = f'<span title="{html.escape(_GLOSSES[order])}">{why}</span>'
    return (
        f'<figure class="sgus-tile">{shown}<figcaption>grade {dot(int(row["grade"]))} model '
        f"{dot(int(row['predicted']))}{bar_html(p)}{readers}"
        f"{f'<br>{why}' if why else ''}</figcaption></figure>"
    )


def picture_html(tile: Tile, alt: str) -> str:
    """The picture alone, or why there is none.

    Args:
        tile: The picture.
        alt: What it shows, in words.
    """
    if tile.picture is None:
        return f'<p class="sgus-problem sgus-small">{html.escape(tile.problem)}</p>'
    data = base64.b64encode(tile.picture).decode()
    return f'<img src="data:image/webp;base64,{data}" alt="{html.escape(alt)}">'


def figure_words(row: Mapping[str, Any], order: str) -> str:
    """The figure that an order goes by, of one image; "" where the tile says it anyway."""
    names = {
        "margin": ("margin", "margin {:+.2f}"),
        "suspect": ("label_quality", "label quality {:.2f}"),
        "folds": ("fold_spread", "folds apart by {}"),
    }
    if order not in names:
        return ""
    column, form = names[order]
    value = row[column]
    if str(value) == "<NA>":
        return "not compared"
    return form.format(percent(float(value)) if order == "folds" else float(value))
