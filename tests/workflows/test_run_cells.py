from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sgus.report.matrices import matrices_of
from sgus.report.scopes import Sample
from sgus.workflows.run_cells import KINDS, kinds, margins, matrix_of, parts_of
from sgus.workflows.run_view import RunView, open_run
from tests.finished_run import save_cohort, save_run


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunView]:
    folder = tmp_path_factory.mktemp("cells")
    cohort = save_cohort(folder / "data" / "made-up")
    found = {}
    for name, folds in (("holdout", 1), ("kfold", 3)):
        run = save_run(folder / "runs" / name, cohort, folds=folds)
        found[name] = open_run(run, data=folder / "data")
    return found


def test_matrices__are_those_of_the_report(views: dict[str, RunView]) -> None:
    for view in views.values():
        assert view.report is not None
        compared = 0
        for where, rows in parts_of(view).items():
            for kind in KINDS.values():
                matrix = matrix_of(rows, kind)
                place = {"scope": kind.scope, "subset": kind.subset, "where": where}
                found = [one for one in view.report["confusion"] if place.items() <= one.items()]
                for one in found:
                    assert matrix.counts.tolist() == one["counts"]
                    assert list(kind.rows) == one["rows"]
                    assert list(kind.columns) == one["columns"]
                    assert (matrix.n_images, matrix.n_patients) == (
                        one["n_images"], one["n_patients"],
                    )  # fmt: skip
                    compared += 1
        assert compared == len(view.report["confusion"]) > 0


def test_matrices__of_a_fold_too(views: dict[str, RunView]) -> None:
    parts = parts_of(views["kfold"])
    assert list(parts) == ["test", "test fold 1", "test fold 2", "test fold 3"]
    grades = KINDS["four_grades"]
    folds = [matrix_of(rows, grades).counts for name, rows in parts.items() if name != "test"]
    assert np.sum(folds, axis=0).tolist() == matrix_of(parts["test"], grades).counts.tolist()
    rows = parts["test fold 2"]
    sample = Sample.of(rows, np.ones((1, len(rows))))
    wanted = {(one["scope"], one["subset"]): one["counts"] for one in matrices_of(sample, "x")}
    for kind in KINDS.values():
        assert matrix_of(rows, kind).counts.tolist() == wanted[kind.scope, kind.subset]


def test_cells__hold_every_image_of_the_matrix_once(views: dict[str, RunView]) -> None:
    rows = parts_of(views["holdout"])["test"]
    for kind in KINDS.values():
        matrix = matrix_of(rows, kind)
        seen = np.zeros(len(rows), dtype=int)
        for i in range(len(kind.rows)):
            for j in range(len(kind.columns)):
                cell = matrix.cell(i, j)
                assert cell.sum() == matrix.counts[i, j]
                seen += cell
        assert (seen == matrix.cell(None, None)).all()
        assert matrix.cell(0, None).sum() == matrix.counts[0].sum()
        assert matrix.cell(None, 1).sum() == matrix.counts[:, 1].sum()


def test_cells__are_of_the_images_they_say(views: dict[str, RunView]) -> None:
    rows = parts_of(views["holdout"])["test"]
    matrix = matrix_of(rows, KINDS["stage2b routed"])
    cell = rows[matrix.cell(1, 0)]
    assert (cell["grade"] == 1).all()
    assert (cell["p_stage1"] >= 0.5).all()
    assert (cell["p_stage2b"] < 0.5).all()


def test_shares__sum_to_one_or_are_undefined(views: dict[str, RunView]) -> None:
    rows = parts_of(views["holdout"])["test"]
    matrix = matrix_of(rows[rows["grade"] < 2], KINDS["four_grades"])
    sums, filled = matrix.shares.sum(axis=1), matrix.counts.any(axis=1)
    assert 0 < filled.sum() < 4
    assert sums[filled] == pytest.approx(1)
    assert np.isnan(sums[~filled]).all()
    empty = matrix_of(rows.iloc[:0], KINDS["stage1"])
    assert (empty.n_images, empty.n_patients) == (0, 0)
    assert np.isnan(empty.shares).all()


def test_kinds__four_side_by_side() -> None:
    assert [kind.name for kind in kinds("truth")] == [
        "four_grades", "stage1", "stage2a truth", "stage2b truth",
    ]  # fmt: skip
    routed = kinds("routed")[3]
    assert routed.rows == ("0", "1", "2", "3")
    assert routed.is_right(3, 1)
    assert not routed.is_right(1, 1)


def test_margins__by_hand() -> None:
    rows = pd.DataFrame(
        [[2, 0.1, 0.2, 0.6, 0.1], [0, 0.2, 0.5, 0.2, 0.1], [3, 0.25, 0.25, 0.25, 0.25]],
        columns=["grade", "p0", "p1", "p2", "p3"],
    )
    assert margins(rows) == pytest.approx([0.4, -0.3, 0.0])
    assert margins(rows.iloc[:0]).shape == (0,)


def test_parts__nothing_to_judge_by(views: dict[str, RunView]) -> None:
    view = views["holdout"]
    only = view.predictions[view.predictions["split"] == "train"]
    assert parts_of(RunView(**{**vars(view), "predictions": only})) == {}
