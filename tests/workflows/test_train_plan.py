from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sgus.cohort.split_model import Fold
from sgus.core.errors import ConfigError, ModelError, RunError
from sgus.jobs.errors import JobError
from sgus.train.speed import Speeds
from sgus.workflows import duration, train_plan
from sgus.workflows.train_plan import (
    duration_text,
    estimate_text,
    estimated,
    free_name,
    make_wish,
    measure,
    places_text,
    refusals_of,
    refuse_name,
    what_it_will_do,
    words_of,
)

SPEEDS = Speeds(preparing=2.0, features=0.1, training=0.01, validating=0, predicting=0.1, fold=1.0)
FOLD = Fold(name="h", train=["a"] * 20, validation=["b"] * 5, test=["c"] * 10)


@dataclass
class FakeCohort:
    root: Path

    def usable(self) -> list[str]:
        return ["image"] * 35


def view(name: str, *, user: str = "anna", state: str = "queued") -> SimpleNamespace:
    spec = SimpleNamespace(name=name, user=user)
    return SimpleNamespace(job=SimpleNamespace(spec=spec, state=state))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "less than 10 s"), (7.9, "less than 10 s"), (8.0, "about 10 s"),
        (41.0, "about 40 s"), (57.4, "about 55 s"), (57.5, "about 1 min"), (89.0, "about 1 min"),
        (150.0, "about 2 min"), (5369.0, "about 89 min"), (5400.0, "about 1 h 30 min"),
        (7200.0, "about 2 h"), (7199.0, "about 2 h"), (36_500.0, "about 10 h 10 min"),
    ],
)  # fmt: skip
def test_duration_text(seconds: float, said: str) -> None:
    assert duration_text(seconds).replace("\u00a0", " ") == said


def test_make_wish__names_what_does_not_go_together() -> None:
    assert make_wish("quick", {"epochs": 3}).config.epochs == 3
    with pytest.raises(ConfigError, match=r"These settings: epochs - .* Change what is named"):
        make_wish("quick", {"epochs": 0})
    with pytest.raises(ConfigError, match="These settings: trains=head computes features once"):
        make_wish("quick", {"augment.blur": 0.5})


def test_what_it_will_do__one_fold() -> None:
    assert what_it_will_do(make_wish("short", {}), [FOLD]) == [
        "The last block and the head learn, on features that are computed once; what lies below "
        "stays as it was.",
        "It starts from the bundled model, which learnt from simulated glands alone.",
        "It learns from 20 images, shown 10 times at most.",
        "It stops when the loss on 5 validation images has not improved for 5 epochs, and the "
        "best epoch is kept.",
        "At the end, and never before, the 10 test images are graded, and the figures are written "
        "down, with intervals where the patients allow them.",
    ]


def test_what_it_will_do__several_folds_and_none_to_test() -> None:
    wish = make_wish("full", {"epochs": 1, "weights": "some/file"})
    two = [FOLD, FOLD.model_copy(update={"train": ["a"] * 25, "validation": []})]
    said = what_it_will_do(wish, two)
    assert "It starts from the weights in some/file." in said
    assert (
        "2 models are trained, one a fold, each on 20 to 25 images, shown 1 time at most." in said
    )
    assert not [line for line in said if "stops when" in line]
    assert "the 20 test images" in said[-1]
    everything = [Fold(name="everything", train=["a"], validation=[], test=[])]
    assert "test images" not in " ".join(what_it_will_do(wish, everything))
    assert words_of(wish.config) == "whole network, ResNet18 from file"


def test_estimated__only_from_a_measurement(tmp_path: Path, monkeypatch) -> None:
    cohort = FakeCohort(tmp_path / "demo")
    config = make_wish("quick", {"epochs": 10, "patience": 2}).config
    assert estimated(config, [FOLD], cohort, runs=tmp_path) is None
    monkeypatch.setattr(duration, "measure_speeds", lambda config: SPEEDS)
    monkeypatch.setattr(duration.os, "cpu_count", lambda: 2)
    train_plan.measure_in_this_process(config.model_dump_json(), str(tmp_path))
    found = estimated(config, [FOLD], cohort, runs=tmp_path)
    # 35 images to prepare on 2 processors; features of 25; 10 epochs of 20; 35 predicted.
    assert found.parts == pytest.approx(
        {"preparing": 35.0, "features": 1 + 2.5, "training": 2.0, "predicting": 1 + 3.5}
    )
    faster = SPEEDS.model_copy(update={"training": 0.005})
    monkeypatch.setattr(duration, "measure_speeds", lambda config: faster)
    train_plan.measure_in_this_process(config.model_dump_json(), str(tmp_path))  # measured again
    found = estimated(config, [FOLD], cohort, runs=tmp_path)
    assert found.parts["training"] == pytest.approx(1.0)
    (cohort.root / "cache").mkdir(parents=True)
    (cohort.root / "cache" / "images-torn.npy").write_bytes(b"torn")
    np.save(cohort.root / "cache" / "images-x.npy", np.zeros((35, 144, 192), np.uint8))
    assert estimated(config, [FOLD], cohort, runs=tmp_path).parts["preparing"] == 0
    assert estimate_text(found).replace("\u00a0", " ") == (
        "About 45 s on this machine, as it was measured. Starting, and the figures at the end, "
        "come on top."
    )
    early = duration.Estimate(seconds=400.0, parts={}, shortest=100.0)
    assert "; about 2\u00a0min if it stops as early as it may." in estimate_text(early)


def test_measure__in_a_process_of_its_own(tmp_path: Path, monkeypatch) -> None:
    ran = []

    def run(command, **more):
        ran.append(command)
        return subprocess.CompletedProcess(command, 1, "", "Traceback\nMemoryError: no room\n")

    monkeypatch.setattr(train_plan.subprocess, "run", run)
    config = make_wish("quick", {}).config
    with pytest.raises(RunError, match=r"it failed \(MemoryError: no room\)"):
        measure(config, runs=tmp_path / "new")
    (command,) = ran
    compile(command[2], "the command", "exec")
    assert json.loads(command[3]) == config.model_dump(mode="json")
    assert command[4] == str(tmp_path / "new")


def test_refusals_of__weights_and_disk(tmp_path: Path, monkeypatch) -> None:
    cohort = SimpleNamespace(images={"image_id": [], "sha256": []})
    plain = make_wish("full", {})
    assert refusals_of(plain, cohort, [], runs=tmp_path / "not" / "yet") == []
    lost = make_wish("full", {"weights": str(tmp_path / "gone.pt")})
    (said,) = refusals_of(lost, cohort, [], runs=tmp_path)
    assert "gone.pt: there is no such weights file" in said
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path))
    (said,) = refusals_of(make_wish("quick", {}), cohort, [], runs=tmp_path)
    assert "needs the bundled phantom model" in said
    usage = SimpleNamespace(free=3_000_000)
    monkeypatch.setattr(train_plan.shutil, "disk_usage", lambda path: usage)
    (said,) = refusals_of(plain, cohort, [], runs=tmp_path)
    assert "has 2 MB left, and nothing is started below 15 MB" in said


def test_refusals_of__a_model_that_knows_the_test_images(tmp_path: Path, monkeypatch) -> None:
    def refuse(weights, cohort, folds) -> None:
        raise ModelError("weights=x", "this model learnt from 3 of the images", "Start anew")

    monkeypatch.setattr("sgus.workflows.starting.refuse_known_images", refuse)
    (said,) = refusals_of(make_wish("full", {}), SimpleNamespace(), [], runs=tmp_path)
    assert said == "weights=x: this model learnt from 3 of the images. Start anew."


def test_names_are_given_once() -> None:
    views = [view("Demo"), view("demo 2", state="done")]
    assert free_name("demo", ["Demo", "demo 2"]) == "demo 3"
    assert free_name("other", ["Demo"]) == "other"
    refuse_name("other", views)
    with pytest.raises(
        JobError, match=r"'DEMO': another run has it\. Take another, such as DEMO 3"
    ):
        refuse_name("DEMO", views)


def test_places_text() -> None:
    views = [view("a"), view("b", state="running"), view("c", user="bo"), view("d", state="done")]
    assert places_text("anna", views) == (
        "3 runs come first. anna has 2 of the 10 places in the queue."
    )
    assert places_text("", []) == ("Nothing waits before it. Everybody has 10 places in the queue.")
    assert places_text("x", views[:1], limit=1) == (
        "1 run comes first. x has 0 of the 1 places in the queue."
    )
