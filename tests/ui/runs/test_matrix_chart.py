from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sgus.ui.runs.matrix_chart import cell_of, matrix_figure, matrix_rows
from sgus.workflows.run_cells import KINDS, CellMatrix, kinds


def made(name: str, counts: list[list[int]]) -> CellMatrix:
    table = np.array(counts)
    truth, said = (
        np.repeat(np.indices(table.shape)[axis].ravel(), table.ravel()) for axis in (0, 1)
    )
    return CellMatrix(KINDS[name], table, truth, said, n_patients=3)


FOUR = made("four_grades", [[4, 1, 0, 0], [0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 1]])
STAGE = made("stage1", [[5, 0], [1, 3]])


def figure(**more: object):
    asked = {"shares": False, "chosen": ("four_grades", 0, 1), "title": "t", "noun": "patients"}
    return matrix_figure([FOUR, STAGE], **{**asked, **more})


def test_figure__every_cell_has_its_target_and_its_number() -> None:
    drawn = figure()
    assert [trace.type for trace in drawn.data] == ["heatmap", "scatter"] * 2
    heat, targets = drawn.data[0], drawn.data[1]
    assert list(heat.text[0]) == ["4", "1", "0", "0"]
    assert list(heat.z[0]) == pytest.approx([0.8, 0.2, 0, 0])
    assert list(heat.z[1]) == [None] * 4  # nobody said so: no share, never NaN
    assert len(targets.x) == 16
    at = [tuple(data) for data in targets.customdata].index(("four_grades", 2, 1))
    assert (targets.x[at], targets.y[at]) == (1, 2)
    assert "Readers: 2, model: 1<br>1 image, 33\u00a0% of the 3 in its row" in targets.text[at]


def test_figure__shares_and_an_empty_row() -> None:
    heat = figure(shares=True).data[0]
    assert heat.text[0][0] == "80\u00a0%"
    assert list(heat.text[1]) == ["–"] * 4


def test_figure__right_cells_and_the_chosen_one_are_framed() -> None:
    frames = figure().layout.shapes
    assert len(frames) == 4 + 2 + 1
    thick = [frame for frame in frames if frame.line.width == 4]
    assert [(frame.x0, frame.y0) for frame in thick] == [(0.54, -0.46)]
    assert len(figure(chosen=("four_grades", None, None)).layout.shapes) == 6
    row = figure(chosen=("stage1", 1, None)).layout.shapes[-1]
    assert (row.xref, row.x0, row.x1) == ("x2", -0.46, 1.46)


def test_figure__says_what_it_rests_on() -> None:
    heads = [note.text for note in figure().layout.annotations]
    assert len(heads) == 2
    assert "Four grades" in heads[0]
    assert "9 images, 3 patients" in heads[0]


def test_figure__four_matrices_lie_apart() -> None:
    matrices = [made(kind.name, np.eye(len(kind.rows))[:, : len(kind.columns)].astype(int).tolist())
                for kind in kinds("routed")]  # fmt: skip
    drawn = matrix_figure(matrices, shares=True, chosen=("stage1", 0, 0), title="t", noun="groups")
    ends = [drawn.layout[f"xaxis{number}"].domain for number in range(1, 5)]
    assert ends[0][0] == 0
    assert ends[-1][1] == pytest.approx(1)
    assert all(left[1] < right[0] for left, right in pairwise(ends))


@pytest.mark.parametrize(
    ("points", "cell"),
    [
        ([], None),
        ([{"customdata": ["stage1", 1, 0]}], ("stage1", 1, 0)),
        ([{"customdata": {"0": "stage1", "1": 1, "2": 0}}], ("stage1", 1, 0)),
    ],
)
def test_cell__of_a_click(points: list, cell: object) -> None:
    assert cell_of({"selection": {"points": points}}) == cell


def test_rows__a_row_a_cell() -> None:
    rows = matrix_rows([FOUR, STAGE], where="test")
    assert len(rows) == 20
    assert rows[1] == {
        "part": "test", "matrix": "Four grades", "images are": None, "readers": "0", "model": "1",
        "images": 1, "share of the row": pytest.approx(0.2),
    }  # fmt: skip
    assert rows[4]["share of the row"] is None
