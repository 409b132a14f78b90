from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sgus.core.errors import RunError
from sgus.core.files import sha256_file
from sgus.workflows import run_list
from sgus.workflows.run_list import list_runs, summary_of, trained_words
from sgus.workflows.run_view import open_run
from tests.finished_run import save_cohort, save_run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort below `data`, and three finished runs below `runs`."""
    folder = tmp_path_factory.mktemp("installation")
    cohort = save_cohort(folder / "data" / "made-up")
    save_run(folder / "runs" / "holdout", cohort)
    save_run(folder / "runs" / "kfold", cohort, folds=3)
    save_run(folder / "runs" / "not-judged", cohort, evaluated=False)
    return folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A run of its own for each test."""
    directory = tmp_path / "runs" / "mine"
    directory.mkdir(parents=True)
    for path in (made / "runs" / "holdout").iterdir():
        (directory / path.name).write_bytes(path.read_bytes())
    return directory


def say(path: Path, **more: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def test_list__figures_are_those_of_the_report(made: Path) -> None:
    found = {one.name: one for one in list_runs(made / "runs")}
    assert set(found) == {"holdout", "kfold", "not-judged"}
    for name in ("holdout", "kfold"):
        report = json.loads((made / "runs" / name / "report.json").read_text())
        wanted = next(
            row for row in report["figures"]
            if (row["figure"], row["scope"], row["where"]) == ("accuracy", "four_grades", "test")
        )  # fmt: skip
        accuracy = found[name].accuracy
        assert accuracy is not None
        assert (accuracy.value, accuracy.low) == (wanted["value"], wanted["low"])
        part = next(part for part in report["parts"] if part["where"] == "test")
        assert found[name].n_test_images == part["n_images"]
        assert found[name].n_test_patients == part["n_patients"]
    everybody = (made / "data" / "made-up" / "images.csv").read_text().count("\n") - 1
    assert found["kfold"].n_test_images == everybody
    one = found["not-judged"]
    assert (one.state, one.accuracy, one.n_test_images) == ("done", None, None)
    assert one.trained == "head alone, ResNet18 from phantoms"
    assert (one.cohort, one.split, one.synthetic) == ("made up", "holdout", True)


def test_list__newest_first_and_read_again_when_a_file_changes(run: Path) -> None:
    other = run.parent / "another"
    other.mkdir()
    (other / "run.json").write_text('{"split": "kfold"}')
    os.utime(other / "run.json", (1, 1))
    assert [one.name for one in list_runs(run.parent)] == ["mine", "another"]
    (run / "report.json").unlink()
    assert list_runs(run.parent)[0].accuracy is None
    assert list_runs(run.parent / "nowhere") == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"state": "failed", "reason": "no room"}, "failed"),
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "running"}, "interrupted"),  # nobody holds its lock
        ({"state": "something else"}, "done"),
        ({}, "done"),  # of before there was a status: it has predicted
    ],
)
def test_state__what_a_run_says_and_who_holds_it(run: Path, status: dict, state: str) -> None:
    (run / "status.json").write_text(json.dumps(status))
    found = summary_of(run)
    assert found.state == state
    assert (found.finished_at is None) == (state != "done")


def test_list__a_damaged_file_leaves_out_what_it_would_say(run: Path) -> None:
    for name in ("run.json", "report.json", "status.json"):
        (run / name).write_text("[1, 2")
    (found,) = list_runs(run.parent)
    assert (found.cohort, found.trained, found.accuracy) == ("", "", None)
    (run / "run.json").write_text("[]")
    (run / "report.json").write_text('{"parts": 3, "figures": [{"figure": "accuracy"}, 7]}')
    assert list_runs(run.parent)[0].n_test_images is None


def test_list__knows_neither_pandas_nor_torch() -> None:
    source = Path(run_list.__file__).read_text()
    assert "import pandas" not in source
    assert "sgus.train" not in source


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"trains": "full", "weights": "none", "network": {"backbone": "tiny"}},
         "whole network, tiny from random weights"),
        ({"trains": "last_block", "weights": "/a/mine.safetensors"},
         "last block and head from mine.safetensors"),
        ({}, "whole network"),
        (None, ""),
    ],
)  # fmt: skip
def test_trained__in_words(config: object, said: str) -> None:
    assert trained_words(config) == said


def test_open__with_its_very_cohort(made: Path) -> None:
    view = open_run(made / "runs" / "holdout", data=made / "data")
    assert view.cohort == made / "data" / "made-up"
    assert view.images is not None
    assert set(view.predictions["image_id"]) <= set(view.images["image_id"])
    assert len(view.predictions) == len(view.images)
    assert list(view.predictions["gland"].unique()) == ["parotid", "submandibular"]
    assert view.has_test
    assert (view.unit, view.synthetic) == ("patient", True)
    again = open_run(made / "runs" / "holdout", data=made / "data")
    assert view.key == again.key
    assert view.key != open_run(made / "runs" / "kfold", data=made / "data").key


def test_open__columns_of_the_file_stay_beside_their_image(made: Path) -> None:
    view = open_run(made / "runs" / "kfold", data=made / "data")
    for row in view.predictions.to_dict("records"):
        assert row["image_id"] == f"{row['patient_id']}-{row['gland']}-{row['side']}"


def test_open__another_cohort_is_none(made: Path, run: Path) -> None:
    say(run / "run.json", manifest_hash="another")
    view = open_run(run, data=made / "data")
    assert view.images is None
    assert view.cohort is None
    with_cohort = open_run(made / "runs" / "holdout", data=made / "data")
    assert view.key != with_cohort.key  # what is computed of groups differs
    say(run / "run.json", manifest_hash=None)
    assert open_run(run, data=made / "data").images is None


def _cut(run: Path) -> None:
    (run / "predictions.csv").write_bytes((run / "predictions.csv").read_bytes()[:3000])


def _cut_and_signed(run: Path) -> None:
    _cut(run)
    say(run / "status.json", predictions_sha256=sha256_file(run / "predictions.csv"))


def _without_predictions(run: Path) -> None:
    (run / "predictions.csv").unlink()


def _other_report(run: Path) -> None:
    report = json.loads((run / "report.json").read_text())
    report["parts"][0]["n_images"] += 1
    (run / "report.json").write_text(json.dumps(report))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "mine/predictions.csv: the table is not the one the run wrote. Restore"),
        (_cut_and_signed, "mine/predictions.csv: "),
        (_without_predictions, "mine/predictions.csv: the file is not there"),
        (lambda run: (run / "report.json").write_text("{"), "mine/report.json: .* Write it again"),
        (lambda run: (run / "report.json").write_text("{}"), "it lacks a part of the figures"),
        (_other_report, "its test part has not the images of predictions.csv"),
        (lambda run: (run / "run.json").write_text("7"), "mine/run.json: the file holds no JSON"),
        (lambda run: say(run / "status.json", state="failed", reason="no room."),
         r"this run is not finished: failed \(no room\). Look at it on the train page"),
    ],
)  # fmt: skip
def test_open__what_is_wrong_is_a_sentence(
    run: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(run)
    with pytest.raises(RunError, match=said):
        open_run(run, data=run)


def test_open__no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no such run"):
        open_run(tmp_path)


def test_open__without_a_report(made: Path) -> None:
    assert open_run(made / "runs" / "not-judged", data=made / "data").report is None
