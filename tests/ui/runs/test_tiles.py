from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.ui.runs.tiles import CLOSE, RIGHT, WRONG, ordered, table_rows, tile_html
from sgus.workflows.cohort_gallery import Tile

ROW = {
    "image_id": "a<b", "patient_id": "P", "split": "test", "fold": "1", "grade": 2, "predicted": 1,
    "p0": 0.1, "p1": 0.6, "p2": 0.3, "p3": 0.0, "gland": "parotid", "side": "", "device": "<x>",
}  # fmt: skip


@pytest.mark.parametrize(
    ("order", "places"), [(WRONG, [1, 0, 3, 2]), (CLOSE, [0, 3, 1, 2]), (RIGHT, [2, 3, 0, 1])]
)
def test_order__by_margin(order: str, places: list[int]) -> None:
    margins = np.array([-0.1, -0.5, 0.9, 0.2])
    assert ordered(margins, order).tolist() == places


def test_tile__truth_prediction_probabilities_and_part() -> None:
    said = tile_html(Tile("a", b"picture", "", "", excluded=False), ROW).replace("\u00a0", " ")
    assert "data:image/webp;base64," in said
    assert 'alt="Readers grade 2, model grade 1"' in said
    assert "10 % <b>60 %</b> 30 % 0 %" in said
    assert "width:60.0%" in said
    assert "test · parotid · &lt;x&gt;" in said


def test_tile__without_a_picture_says_why() -> None:
    tile = Tile("a", None, "The file <x> cannot be read.", "", excluded=False)
    assert "The file &lt;x&gt; cannot be read." in tile_html(tile, ROW)
    assert "<img" not in tile_html(None, ROW)


def test_rows__to_take_away() -> None:
    (row,) = table_rows(pd.DataFrame([ROW]), np.array([-0.3]))
    assert (row["image"], row["readers"], row["model"], row["margin"]) == ("a<b", 2, 1, -0.3)
    assert [row[f"p{grade}"] for grade in range(4)] == [0.1, 0.6, 0.3, 0.0]
