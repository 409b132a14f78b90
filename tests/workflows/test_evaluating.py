from __future__ import annotations

import json

import pytest

from sgus.cli.evaluate import command
from sgus.core.errors import RunError
from sgus.workflows.evaluating import evaluate_run, read_predictions
from sgus.workflows.observers import cohort_readings
from tests.rated_cohort import save_rated_cohort

HEADER = "image_id,patient_id,split,fold,grade,p0,p1,p2,p3,p_stage1,p_stage2a,p_stage2b,predicted\n"
ROWS = {
    0: "0.56,0.14,0.15,0.15,0.3,0.2,0.5,0",
    1: "0.14,0.56,0.15,0.15,0.3,0.8,0.5,1",
    2: "0.15,0.15,0.56,0.14,0.7,0.5,0.2,2",
    3: "0.15,0.15,0.14,0.56,0.7,0.5,0.8,3",
}


@pytest.fixture(autouse=True)
def no_cohorts(tmp_path, monkeypatch):
    """The cohorts of this installation are no part of a test."""
    monkeypatch.setenv("SGUS_DATA", str(tmp_path / "data"))


@pytest.fixture
def run(tmp_path):
    lines = [
        f"{i:03d},{i // 2:02d},test,holdout,{(i + (i % 7 == 0)) % 4},{ROWS[i % 4]}\n"
        for i in range(40)
    ]
    (tmp_path / "predictions.csv").write_text(HEADER + "".join(lines))
    said = {"cohort": {"manifest_hash": "abc", "patient_unit": "patient", "synthetic": True}}
    (tmp_path / "run.json").write_text(json.dumps(said))
    return tmp_path


def test_the_report_is_written_with_what_it_was_made_from(run):
    report = evaluate_run(run, n_resamples=100, seed=7)
    assert json.loads((run / "report.json").read_text()) == report
    assert report["origin"] == {
        "manifest_hash": "abc", "patient_unit": "patient", "synthetic": True
    }  # fmt: skip
    assert report["resampling"]["seed"] == 7
    assert report["versions"]["sgus"]


def test_the_same_run_gives_the_same_bytes(run):
    evaluate_run(run, n_resamples=100)
    first = (run / "report.json").read_bytes()
    evaluate_run(run, n_resamples=100)
    assert (run / "report.json").read_bytes() == first


def test_names_that_look_like_numbers_or_nothing_stay_names(run):
    table = read_predictions(run / "predictions.csv")
    assert table["image_id"].tolist()[:2] == ["000", "001"]
    (run / "predictions.csv").write_text(HEADER + f"NA,NULL,test,1,0,{ROWS[0]}\n")
    assert read_predictions(run / "predictions.csv").loc[0, "patient_id"] == "NULL"


def test_a_run_that_does_not_say_what_a_patient_is_has_groups(run):
    (run / "run.json").write_text('{"manifest_hash": "top"}')
    report = evaluate_run(run, n_resamples=100)
    assert report["origin"]["patient_unit"] == "unknown"
    assert report["origin"]["manifest_hash"] == "top"
    assert report["figures"][0]["interval"]["method"].startswith("group bootstrap")


@pytest.mark.parametrize("name", ["run.json", "predictions.csv"])
def test_a_missing_file_is_named(run, name):
    (run / name).unlink()
    with pytest.raises(RunError, match=rf"{name}: the file is not there"):
        evaluate_run(run)


def test_a_file_that_is_no_table_is_named(run):
    (run / "predictions.csv").write_text("")
    with pytest.raises(RunError, match=r"predictions.csv: the file is not a table"):
        evaluate_run(run)


def test_the_command_prints_the_table_and_where_the_report_is(run, capsys):
    command(run, resamples=100, seed=0)
    printed = capsys.readouterr().out
    assert "TEST: 40 images of 20 patients" in printed
    assert printed.endswith("report.json\n")


def test_the_ceiling_of_the_readers_stands_in_the_report(run, tmp_path, capsys):
    cohort = save_rated_cohort(tmp_path / "data" / "ours")
    said = {"manifest_hash": cohort_readings(cohort).manifest_hash, "patient_unit": "patient"}
    (run / "run.json").write_text(json.dumps(said))
    command(run, resamples=100, seed=0, cohort=cohort)
    report = json.loads((run / "report.json").read_text())
    rows = {
        (row["scope"], row["label"]): row["value"]
        for row in report["ceiling"]["figures"]
        if row["figure"] == "accuracy"
    }
    printed = capsys.readouterr().out
    value = f"{rows['four_grades', 'median']:.2f}"
    assert f"its ceiling                     {value}" in printed
    assert "all readings of rated: 12 images, 3 readers" in printed


def test_without_a_cohort_the_report_says_why_there_is_no_ceiling(run, capsys):
    command(run, resamples=100, seed=0)
    assert "No ceiling of readers' errors: no cohort of this" in capsys.readouterr().out
