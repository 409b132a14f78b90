from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.workflows.cohort_predictions import model_of, predictions_of, runs_of

HEADER = "image_id,patient_id,split,fold,grade,p0,p1,p2,p3,p_stage1,p_stage2a,p_stage2b,predicted"


def save_run(folder: Path, name: str, rows: list[str], *, header: str = HEADER, **facts: object):
    root = folder / name
    root.mkdir(parents=True)
    (root / "run.json").write_text(json.dumps({"manifest_hash": "m", **facts}))
    (root / "predictions.csv").write_text("\n".join([header, *rows]) + "\n")
    return root


def row(image: str, part: str, fold: str, predicted: int) -> str:
    return f"{image},P1,{part},{fold},2,0.1,0.2,0.6,0.1,0.7,0.6,0.2,{predicted}"


def test_runs__of_this_very_cohort_only(tmp_path: Path) -> None:
    save_run(tmp_path, "b", [row("i1", "test", "f", 2)], synthetic=True)
    save_run(tmp_path, "a", [row("i1", "test", "f", 2)])
    save_run(tmp_path, "other", [row("i1", "test", "f", 2)], manifest_hash="another")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    (tmp_path / "broken" / "predictions.csv").write_text(HEADER)
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "run.json").write_text('{"manifest_hash": "m"}')
    assert [(run.name, run.synthetic) for run in runs_of("m", tmp_path)] == [
        ("a", False), ("b", True),
    ]  # fmt: skip
    assert runs_of("m", tmp_path / "none") == []


def test_predictions__part_and_fold_are_said(tmp_path: Path) -> None:
    root = save_run(
        tmp_path, "kfold",
        [row("i1", "train", "fold-2", 1), row("i1", "test", "fold-1", 2),
         row("i11", "test", "x", 0)],
    )  # fmt: skip
    (root / "folds" / "fold-1" / "model").mkdir(parents=True)
    (root / "folds" / "fold-1" / "model" / "model.json").write_text("{}")
    found, problems = predictions_of("i1", runs_of("m", tmp_path))
    assert problems == []
    assert [(one.grade, one.seen) for one in found] == [
        (2, "test: the model never saw it (fold-1)"),
        (1, "training: it learnt from it (fold-2)"),
    ]
    assert found[0].p == (0.1, 0.2, 0.6, 0.1)
    assert found[0].reference == 2
    assert found[0].model == root / "folds" / "fold-1" / "model"
    assert found[1].model is None


def test_predictions__a_holdout_names_no_fold(tmp_path: Path) -> None:
    root = save_run(tmp_path, "holdout", [row("i1", "validation", "holdout", 3)])
    (root / "model").mkdir()
    (root / "model" / "model.json").write_text("{}")
    ((one,), _) = predictions_of("i1", runs_of("m", tmp_path))
    assert one.seen == "validation: it chose the epoch on it"
    assert one.model == root / "model"


@pytest.mark.parametrize("image", ["P1", "i", "i1,P1", "nobody"])
def test_predictions__only_of_the_very_image(tmp_path: Path, image: str) -> None:
    save_run(tmp_path, "a", [row("i1", "test", "f", 2)])
    assert predictions_of(image, runs_of("m", tmp_path)) == ([], [])


def test_predictions__columns_in_another_order_and_other_line_ends(tmp_path: Path) -> None:
    root = save_run(tmp_path, "a", ["test,i1,3", "test,i2,0"], header="split,image_id,predicted")
    ((one,), _) = predictions_of("i1", runs_of("m", tmp_path))
    assert (one.grade, one.p, one.reference) == (3, (), None)
    text = "\r\n".join([HEADER, row("i1", "test", "f", 2), row("i2", "test", "f", 1)])
    (root / "predictions.csv").write_bytes(text.encode())
    ((one,), _) = predictions_of("i2", runs_of("m", tmp_path))
    assert one.grade == 1


@pytest.mark.parametrize(
    "content", ["", "image_id\ni1\n", f"{HEADER}\ni1,P\n", f"{HEADER}\n{row('i1', 't', 'f', 2)}x\n"]
)
def test_predictions__a_damaged_table_is_a_sentence(tmp_path: Path, content: str) -> None:
    root = save_run(tmp_path, "a", [])
    (root / "predictions.csv").write_text(content)
    found, problems = predictions_of("i1", runs_of("m", tmp_path))
    assert found == []
    assert len(problems) == 1
    assert problems[0].startswith("Run a: ")


def test_model_of__never_leaves_the_run(tmp_path: Path) -> None:
    root = save_run(tmp_path, "a", [])
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text("{}")
    (run,) = runs_of("m", tmp_path)
    assert root == run.directory
    assert model_of(run, "..") is None
    assert model_of(run, "../..") is None
