from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.cohort.manifest import load_cohort
from sgus.core.files import sha256_bytes
from sgus.jobs.liveness import held
from sgus.jobs.run_files import write_attempt
from sgus.jobs.spec import JobSpec
from sgus.jobs.store import JobStore
from sgus.train.speed import Speeds
from sgus.ui.train import form
from sgus.workflows import duration, splitting, train_plan
from sgus.workflows.jobs import get_job, list_jobs, open_store
from tests.pages.conftest import open_page

N_PATIENTS = 24
SPEEDS = Speeds(
    preparing=0.01, features=0.01, training=0.02, validating=0.01, predicting=0.01, fold=0.1
)


def text_of(test: AppTest) -> str:
    parts = [block.proto.body for block in test.get("html")]
    parts += [
        element.value
        for kind in (
            test.markdown,
            test.caption,
            test.info,
            test.success,
            test.subheader,
            test.code,
        )
        for element in kind
    ]
    parts += [bar.proto.text for bar in test.get("progress")]
    return " ".join(parts).replace("\u00a0", " ")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SGUS_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr(train_plan, "_refuse_missing_weights", lambda weights: None)
    monkeypatch.setattr("sgus.workflows.starting.refuse_known_images", lambda *about: None)
    return tmp_path / "runs"


def save_cohort(root: Path, *, grades: list[int] | None = None) -> None:
    """Two images a patient, without files: a form looks at tables alone."""
    st.cache_resource.clear()
    (root / "images").mkdir(parents=True)
    lines = ["image_id,path,patient_id,gland,grade,region"]
    for at in range(2 * N_PATIENTS):
        grade = at // 2 % 4 if grades is None else grades[at // 2]
        (root / "images" / f"i{at}.png").write_bytes(bytes([at]))
        lines.append(f"i{at},images/i{at}.png,P{at // 2},parotid,{grade},0 0 9 9")
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    (root / "cohort.json").write_text(
        json.dumps({"name": "made up", "synthetic": True, "n_images": 2 * N_PATIENTS})
    )


def save_split(root: Path, *, test: int = 20) -> None:
    """The last patients are the test part, two before them validation."""
    ids = [f"i{at}" for at in range(2 * N_PATIENTS)]
    cut = 2 * (N_PATIENTS - test)
    facts = {
        "name": "half", "scheme": "holdout", "seed": 0, "fractions": [0.5, 0.0, 0.5],
        "manifest_hash": load_cohort(root).manifest_hash, "n_images": 2 * N_PATIENTS,
        "n_patients": N_PATIENTS, "left_out": [], "duplicates": [],
        "folds": [{"name": "half", "train": ids[: cut], "validation": [], "test": ids[cut:]}],
    }  # fmt: skip
    (root / "splits").mkdir()
    (root / "splits" / "half.json").write_text(json.dumps(facts))


@pytest.fixture
def cohort(data: Path, runs: Path) -> Path:
    save_cohort(data / "demo")
    save_split(data / "demo")
    return data / "demo"


def named(test: AppTest, user: str = "anna") -> AppTest:
    return test.text_input(key="sgus_user").set_value(user).run()


def start(test: AppTest) -> AppTest:
    test = test.button(key="sgus-train-start").click().run()
    assert not test.exception
    return test


def plain_job(name: str, *, user: str = "anna", state: str = "queued") -> int:
    store = open_store()
    spec = JobSpec(name=name, command=("true",), directory=name, user=user)
    job = store.submit(spec, limit_per_user=1000)
    if state != "queued":
        claimed = store.claim(slots=100)
        assert claimed is not None
        if state != "running":
            store.end(claimed, state, reason="it said so")  # type: ignore[arg-type]
    return job.id


def on_runs(run: str | None = None) -> AppTest:
    test = open_page("train")
    test = test.button_group(key="sgus_train_view").set_value("Runs").run()
    if run is not None:
        test = test.selectbox(key="sgus_train_run").set_value(run).run()
    assert not test.exception
    return test


def test_train__without_a_cohort_says_how_to_get_one(runs: Path) -> None:
    test = open_page("train")
    assert not test.exception
    assert "There is no cohort yet" in text_of(test)
    assert not runs.exists()  # looking makes nothing
    assert "No run was ever started here" in text_of(on_runs())


def test_train__a_damaged_cohort_is_a_sentence(cohort: Path) -> None:
    (cohort / "images.csv").write_text("image_id,grade\na,9\n")
    test = open_page("train")
    assert not test.exception
    assert "sgus-problem" in text_of(test)
    assert not [b for b in test.button if b.key == "sgus-train-start"]


def test_train__without_a_split_one_is_made(data: Path, runs: Path, monkeypatch) -> None:
    save_cohort(data / "demo")
    test = open_page("train")
    assert "This cohort has no split that can be used" in text_of(test)
    test = test.text_input(key="sgus_train_new_name").set_value("mine").run()
    test = test.selectbox(key="sgus_train_new_scheme").set_value("kfold").run()
    test = test.number_input(key="sgus_train_new_folds").set_value(3).run()
    monkeypatch.setattr(
        splitting, "_hash", lambda cohort, image, region: sha256_bytes(image.encode())
    )
    test = test.button(key="sgus-train-new-split").click().run()
    assert not test.exception
    assert test.selectbox(key="sgus_train_split").value == "mine"
    assert len(json.loads((data / "demo" / "splits" / "mine.json").read_text())["folds"]) == 3
    assert "test, all folds together" in text_of(test)


def test_train__a_broken_split_is_named(cohort: Path) -> None:
    (cohort / "splits" / "half.json").write_text("{")
    test = open_page("train")
    assert not test.exception
    assert "Split half" in text_of(test)
    assert "This cohort has no split that can be used" in text_of(test)


def test_train__the_form_says_what_it_will_do_and_starts(cohort: Path, runs: Path) -> None:
    test = open_page("train")
    said = text_of(test)
    assert not test.exception
    assert "SYNTHETIC PHANTOM" in said
    assert "No patient and no picture stands on two sides of this split" in said
    assert "It learns from 8 images, shown 40 times at most." in said
    assert "How long this takes was not measured on this machine yet." in said
    assert "No worker runs" in said
    assert "python -m sgus worker" in said
    test = start(test)
    assert "Your name is missing" in text_of(test)
    assert list_jobs() == []
    test = start(named(test, " anna  b "))
    (view,) = list_jobs()
    assert (view.job.spec.user, view.job.spec.name) == ("anna b", "demo half quick look")
    assert view.job.spec.command[5:7] == ("--split", "half")
    assert view.job.spec.estimate_s is None
    assert test.query_params["run"] == "demo-half-quick"
    assert "Place 1 in the queue; starts next." in text_of(test)
    assert "No worker runs" in text_of(test)


def test_train__settings_are_those_of_the_config_and_survive(cohort: Path) -> None:
    test = named(open_page("train"))
    test = test.number_input(key="sgus_train_set_quick_epochs").set_value(7).run()
    test = test.number_input(key="sgus_train_set_quick_learning_rate").set_value(0.0015).run()
    test = test.button(key="sgus-train-preset-short").click().run()
    assert "shown 10 times at most" in text_of(test)
    assert "network.head" not in [w.key for w in test.selectbox]
    test = test.button(key="sgus-train-preset-quick").click().run()
    assert "shown 7 times at most" in text_of(test)
    test = start(test)
    command = list_jobs()[0].job.spec.command
    assert [command[at + 1] for at, word in enumerate(command) if word == "--set"] == [
        "epochs=7", "learning_rate=0.0015",
    ]  # fmt: skip
    test = test.button_group(key="sgus_train_view").set_value("New run").run()
    assert "run" not in test.query_params
    assert test.number_input(key="sgus_train_set_quick_epochs").value == 7
    test = test.button(key="sgus-train-reset").click().run()
    assert test.number_input(key="sgus_train_set_quick_epochs").value == 40


def test_train__what_does_not_go_together_is_a_sentence_and_the_form_stays(cohort: Path) -> None:
    test = open_page("train")
    test = test.number_input(key="sgus_train_set_quick_augment.blur").set_value(0.5).run()
    assert not test.exception
    assert "These settings: trains=head computes features once" in text_of(test)
    assert not [b for b in test.button if b.key == "sgus-train-start"]
    test = test.selectbox(key="sgus_train_set_quick_trains").set_value("full").run()
    assert "These settings" not in text_of(test)
    assert test.number_input(key="sgus_train_set_quick_augment.blur").value == 0.5
    test.button(key="sgus-train-start")


def test_train__a_warning_is_ticked_off_before_the_start(data: Path, runs: Path) -> None:
    save_cohort(data / "demo", grades=[0, 1, 2, 3] + [0] * 6 + [2] * 6 + [3] * 6 + [1, 1])
    save_split(data / "demo")
    test = named(open_page("train"))
    assert "2 patients in the test part have grade 1: fewer than 5 cannot give a recall" in (
        text_of(test)
    )
    assert test.button(key="sgus-train-start").disabled
    (box,) = [box for box in test.checkbox if "all the same" in box.label]
    test = start(box.check().run())
    assert len(list_jobs()) == 1


def test_train__what_cannot_give_any_figure_is_refused(data: Path, runs: Path) -> None:
    save_cohort(data / "demo")
    save_split(data / "demo", test=4)
    test = open_page("train")
    assert "The test part has 4 patients: with fewer than 5 no figure can have an interval." in (
        text_of(test)
    )
    assert test.button(key="sgus-train-start").disabled
    assert not [box for box in test.checkbox if "all the same" in box.label]


def test_train__measured_once_then_known(cohort: Path, runs: Path, monkeypatch) -> None:
    monkeypatch.setattr(duration, "measure_speeds", lambda config: SPEEDS)
    monkeypatch.setattr(
        form, "measure", lambda config, runs: duration.calibrated(config, runs=runs) and None
    )
    runs.mkdir()
    test = named(open_page("train"))
    test = test.button(key="sgus-train-measure").click().run()
    assert not test.exception
    assert "on this machine, as it was measured" in text_of(test)
    assert "Takes less than 10 s" in text_of(test)  # on the card
    start(test)
    assert list_jobs()[0].job.spec.estimate_s == pytest.approx(7.8, abs=1.0)


def test_train__a_name_that_is_taken_and_a_full_queue(cohort: Path, monkeypatch) -> None:
    plain_job("Mine")
    test = named(open_page("train"))
    test = test.text_input(key="sgus_train_name").set_value("mine").run()
    test = start(test)
    assert "another run has it. Take another, such as mine 2." in text_of(test)
    assert test.text_input(key="sgus_train_name").value == "mine"
    for at in range(9):
        plain_job(f"r{at}")
    test = start(test.text_input(key="sgus_train_name").set_value("other").run())
    assert "10 jobs are waiting or running, and 10 is the limit for one person" in text_of(test)
    assert "anna has 10 of the 10 places" in text_of(test)


def test_train__a_disk_that_takes_no_more(cohort: Path, monkeypatch) -> None:
    def refuse(*about, **more):
        raise OSError(28, "No space left on device")

    test = named(open_page("train"))
    monkeypatch.setattr(form, "submit_training", refuse)
    test = start(test)
    assert "could not be written down (No space left on device)" in text_of(test)


def test_train__a_damaged_queue_is_a_sentence(cohort: Path, runs: Path) -> None:
    plain_job("a")
    for path in runs.glob("jobs.sqlite*"):
        path.write_bytes(b"not a database" * 100)
    test = open_page("train")
    assert not test.exception
    assert "The queue of runs cannot be read now" in text_of(test)


def test_train__move_cancel_and_resume(cohort: Path) -> None:
    first, second = plain_job("first"), plain_job("second")
    test = named(on_runs("second"))
    assert "Place 2 in the queue" in text_of(test)
    test = test.button(key="sgus-train-up").click().run()
    assert get_job(second).place == 1
    assert "Place 1 in the queue" in text_of(test)
    test = test.button(key="sgus-train-cancel").click().run()
    assert "Cancel second?" in text_of(test)
    assert get_job(second).job.state == "queued"
    test = test.button(key="sgus-train-cancel-no").click().run()
    test = test.button(key="sgus-train-cancel").click().run()
    test = test.button(key="sgus-train-cancel-yes").click().run()
    assert get_job(second).job.state == "cancelled"
    assert "Cancelled by anna" in text_of(test)
    test = test.button(key="sgus-train-resume").click().run()
    assert (get_job(first).place, get_job(second).place) == (1, 2)
    assert "resumed by anna" in text_of(test)
    assert not test.exception


def test_train__a_running_one_live(cohort: Path, runs: Path) -> None:
    job_id = plain_job("live", state="running")
    directory = runs / "live"
    write_attempt(directory, job_id, 1)
    test = on_runs("live")
    assert "starting: loading its libraries" in text_of(test).lower()
    beat = {"beat": 5, "fold": 1, "folds": 1, "epoch": 2, "epochs": 4, "batch": 1, "batches": 2,
            "phase": "training", "seconds_left": 40.0}  # fmt: skip
    (directory / "progress.json").write_text(json.dumps(beat))
    (directory / "log.txt").write_text("prepared\nepoch 1\n")
    record = {"fold": "half", "epoch": 1, "train_loss": 0.5, "validation_kappa": 0.25}
    (directory / "metrics.jsonl").write_text(json.dumps(record) + "\n")
    (directory / "run.json").write_text('{"synthetic": true}')
    with held(runs / "worker.lock", next_step="wait"):
        test = test.run()
    said = text_of(test)
    assert "38 %. Training, epoch 2 of 4 at most, batch 1 of 2; about 40 s left." in said
    assert "prepared\nepoch 1" in said
    assert "No worker runs" not in said
    loss, kappa = (json.loads(chart.proto.spec) for chart in test.get("plotly_chart"))
    assert loss["layout"]["title"]["subtitle"]["text"] == "<b>SYNTHETIC PHANTOM</b>"
    assert kappa["data"][0]["y"] == [0.25, None]
    assert not test.get("download_button")
    test = test.button(key="sgus-train-cancel").click().run()
    test = test.button(key="sgus-train-cancel-yes").click().run()
    assert (directory / "cancel").exists()
    assert "It was asked to stop" in text_of(test)
    assert "cancelled by somebody" in get_job(job_id).job.reason


def test_train__ended_ones(cohort: Path, runs: Path) -> None:
    plain_job("broken", state="failed")
    plain_job("good", state="done")
    (runs / "good").mkdir(exist_ok=True)
    figure = {"figure": "quadratic_kappa", "scope": "four_grades", "where": "test", "subset": None,
              "value": 0.8, "low": 0.7, "high": 0.9, "n_images": 40, "n_patients": 20}  # fmt: skip
    (runs / "good" / "report.json").write_text(json.dumps({"figures": [figure], "parts": []}))
    test = on_runs("good")
    assert (
        "Quadratic kappa 0.80 (95 % interval 0.70 to 0.90, by patient) on 40 test images of "
        in (text_of(test))
    )
    assert "Runs that ended (2)" in [box.label for box in test.expander]
    (runs / "broken").mkdir(exist_ok=True)
    (runs / "broken" / "output.txt").write_text("[attempt 1]\nMemoryError\n")
    test = test.selectbox(key="sgus_train_run").set_value("broken").run()
    assert "It said so. Put right what it names, then resume it" in text_of(test)
    assert "MemoryError" in text_of(test)


def test_train__the_address_names_a_run_and_an_unknown_one_is_said(cohort: Path) -> None:
    plain_job("a")
    plain_job("b")
    test = open_page("train")
    test.query_params["run"] = "b"
    test = test.button_group(key="sgus_train_view").set_value("Runs").run()
    assert test.selectbox(key="sgus_train_run").value == "b"
    test.query_params["run"] = "elsewhere"
    test = test.run()
    assert "The address names a run that is not in this queue: elsewhere." in text_of(test)
    assert not test.exception


def test_train__another_persons_run_appears_and_the_choice_stays(cohort: Path) -> None:
    plain_job("a")
    plain_job("b")
    test = on_runs("a")
    plain_job("c", user="bo")
    test = test.run()
    assert test.selectbox(key="sgus_train_run").value == "a"
    assert test.selectbox(key="sgus_train_run").options[0] == "c (bo)"


def test_train__fifty_runs_are_all_there(cohort: Path) -> None:
    for at in range(50):
        plain_job(f"r{at}", state="done" if at % 2 else "failed")
    test = on_runs()
    started = time.perf_counter()
    test = test.run()
    print(f"50 runs: {time.perf_counter() - started:.3f} s")
    assert len(test.selectbox(key="sgus_train_run").options) == 50
    assert text_of(test).count("<td>✓ done</td>") == 25
    assert isinstance(open_store(), JobStore)


def test_train__labels_say_what_they_would_change_and_what_is_missing(cohort: Path) -> None:
    test = named(open_page("train"))
    test = test.selectbox(key="sgus_train_set_quick_labels").set_value("consensus").run()
    assert not test.exception
    said = text_of(test)
    assert "no ratings.csv" in said or "median of the readers" in said
    test = test.selectbox(key="sgus_train_set_quick_labels").set_value("adjudicated").run()
    assert "nothing was adjudicated" in text_of(test)
    (button,) = [b for b in test.button if b.key == "sgus-train-start"]
    assert button.disabled
    test = test.selectbox(key="sgus_train_set_quick_labels").set_value("reference").run()
    assert "nothing was adjudicated" not in text_of(test)
