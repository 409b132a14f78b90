from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import cohen_kappa_score

from sgus.core.errors import RunError
from sgus.images.augment import AugmentConfig
from sgus.nn.network import GradingNetwork
from sgus.train import checkpoint, loop
from sgus.train.checkpoint import previous_checkpoint
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.loop import Resume, fit, run_epoch
from sgus.train.predict import predict_probabilities
from sgus.train.pulse import Cancelled, Pulse
from sgus.train.state import begin, update_average

SETTINGS = [
    "network.height=48", "network.width=64", "batch_size=8", "threads=1", "epochs=6",
    "precision=float32", "checkpoint_every_s=0", "learning_rate=0.003",
]  # fmt: skip


def config(*settings: str) -> TrainConfig:
    return make_config("laptop", settings=[*SETTINGS, *settings])


def network(made_for: TrainConfig, seed: int = 0) -> GradingNetwork:
    torch.manual_seed(seed)
    return GradingNetwork(made_for.network)


def examples(n: int = 48, seed: int = 0) -> Examples:
    """Grade shows as the coarseness of a texture: easy to learn, whatever the gain."""
    rng = np.random.default_rng(seed)
    grades = rng.integers(0, 4, n)
    pixels = np.empty((n, 48, 64), dtype=np.uint8)
    for image, grade in zip(pixels, grades, strict=True):
        cell = 2**grade
        coarse = rng.integers(0, 255, (48 // cell, 64 // cell))
        image[:] = np.kron(coarse, np.ones((cell, cell)))
    return Examples.of(pixels, grades)


def weights(trained: GradingNetwork) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in trained.state_dict().items()}


def run(
    made_for: TrainConfig, *, resume: Resume | None = None, pulse: Pulse | None = None
) -> tuple[Any, list[dict[str, Any]]]:
    trained, history = fit(
        network(made_for), examples(), examples(16, seed=1),
        config=made_for, report=lambda record: None, resume=resume, pulse=pulse,
    )  # fmt: skip
    return weights(trained), history


def without_speed(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in record.items() if k != "images_per_s"} for record in history]


class Killed(BaseException):
    pass


@pytest.mark.parametrize(
    "settings", [[], ["average_decay=0.9", "patience=3", "network.dropout=0.3"], ["optimizer=sgd"]]
)
def test_a_killed_run_resumes_to_the_same_bits(settings: list[str], tmp_path: Path) -> None:
    made_for = config(*settings)
    expected, history = run(made_for)
    resume = Resume(tmp_path / "checkpoint.pt", "run 1")

    def kill(record: dict[str, Any]) -> None:
        if record["epoch"] == 4:
            raise Killed

    with pytest.raises(Killed):
        fit(
            network(made_for), examples(), examples(16, seed=1),
            config=made_for, report=kill, resume=resume,
        )  # fmt: skip
    resumed, after = run(made_for, resume=resume)
    assert all(torch.equal(resumed[key], expected[key]) for key in expected)
    assert without_speed(after) == without_speed(history)


def test_another_seed_gives_other_weights() -> None:
    first, _ = run(config("epochs=1"))
    second, _ = run(config("epochs=1", "seed=1"))
    assert not torch.equal(first["readings.0.weight"], second["readings.0.weight"])


@pytest.mark.parametrize("head", ["hierarchical", "flat", "ordinal"])
def test_every_head_learns_an_easy_task(head: str) -> None:
    made_for = config(
        f"network.head={head}", "epochs=12", "augment.blur=0", "augment.zoom_in=0",
        "augment.zoom_out=0",
    )  # fmt: skip
    trained, history = fit(
        network(made_for), examples(96), None, config=made_for, report=lambda record: None
    )
    unseen = examples(64, seed=9)
    p, stages = predict_probabilities(trained, unseen.pixels)
    assert np.mean(p.argmax(1) == unseen.grades) > 0.8
    assert np.mean((stages[:, 0] > 0.5) == (unseen.grades >= 2)) > 0.85
    assert history[-1]["train_loss"] < 0.7 * history[0]["train_loss"]


def test_patience_keeps_the_best_epoch_of_the_validation_part() -> None:
    made_for = config("epochs=30", "patience=2", "learning_rate=0.05", "schedule=constant")
    trained, history = fit(
        network(made_for), examples(), examples(16, seed=1),
        config=made_for, report=lambda record: None,
    )  # fmt: skip
    losses = [record["validation_loss"] for record in history]
    best = int(np.argmin(losses))
    assert len(history) == best + 1 + 2 < 30
    unseen = examples(16, seed=1)
    p, _ = predict_probabilities(trained, unseen.pixels)
    loss = -np.log(p[np.arange(16), unseen.grades]).mean()
    assert loss == pytest.approx(losses[best], rel=1e-4)


@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_without_patience_the_last_weights_are_kept_averaged_where_asked(decay: float) -> None:
    made_for = config(f"average_decay={decay}", "patience=0", "epochs=3")
    trained, history = fit(
        network(made_for), examples(), examples(16, seed=1),
        config=made_for, report=lambda record: None,
    )  # fmt: skip
    unseen = examples(16, seed=1)
    p, _ = predict_probabilities(trained, unseen.pixels)
    loss = -np.log(p[np.arange(16), unseen.grades]).mean()
    assert loss == pytest.approx(history[-1]["validation_loss"], rel=1e-4)


def test_the_learning_rate_follows_its_schedule() -> None:
    made_for = config("epochs=8", "schedule=step", "learning_rate=0.001", "patience=0")
    state = begin(network(made_for), made_for)
    rates = [run_epoch(state, examples(), None, config=made_for)["learning_rate"] for _ in range(8)]
    assert rates == pytest.approx([1e-3] * 4 + [1e-4] * 2 + [1e-5] * 2)


@pytest.mark.parametrize("part", ["flip", "gamma", "noise"])
def test_every_epoch_varies_the_images_as_the_config_says(part: str) -> None:
    still = [f"augment.{name}=0" for name in AugmentConfig.model_fields]
    plain, _ = run(config("epochs=1", *still))
    again, _ = run(config("epochs=1", *still))
    varied, _ = run(config("epochs=1", *still, f"augment.{part}=0.5"))
    key = "readings.0.weight"
    assert torch.equal(plain[key], again[key])
    assert not torch.equal(plain[key], varied[key])


def test_the_average_is_what_a_slow_loop_computes() -> None:
    made_for = config("average_decay=0.9")
    state = begin(network(made_for), made_for)
    assert state.average is not None
    key = "readings.0.weight"
    expected = state.network.state_dict()[key].clone()
    for step in range(1, 30):
        with torch.no_grad():
            state.network.readings[0].weight.add_(torch.randn_like(expected))
        state.step = step
        update_average(state, decay=0.9)
        keep = min(0.9, (1 + step) / (10 + step))
        expected = keep * expected + (1 - keep) * state.network.state_dict()[key]
    torch.testing.assert_close(state.average.state_dict()[key], expected)


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    run(config("epochs=1"), resume=Resume(path, "one"))
    with pytest.raises(RunError, match="belongs to another config or cohort"):
        run(config("epochs=1"), resume=Resume(path, "two"))


class Stopping(Pulse):
    """Stops at the n-th sign of life, and remembers what it heard."""

    def __init__(self, at: int) -> None:
        self.at, self.heard, self.history, self.said = at, 0, [], []

    def resumed(self, history: list[dict[str, Any]]) -> None:
        self.history = list(history)

    def beat(self, epoch: int, batch: int, batches: int) -> None:
        assert 1 <= batch <= batches == 6
        self.heard += 1
        if self.heard == self.at:
            raise Cancelled

    def say(self, line: str) -> None:
        self.said.append(line)


# 7 beats an epoch: six batches, and one of validation. 7 stops within validation.
@pytest.mark.parametrize("stops", [[1], [3], [7], [8], [5, 4, 1, 9]])
def test_a_run_stopped_within_an_epoch_resumes_to_the_same_bits(
    stops: list[int], tmp_path: Path
) -> None:
    made_for = config("average_decay=0.9", "patience=2", "network.dropout=0.3", "epochs=3",
                      "checkpoint_every_s=1000")  # fmt: skip
    expected, history = run(made_for)
    resume = Resume(tmp_path / "checkpoint.pt", "run 1")
    for stop in stops:
        with pytest.raises(Cancelled):
            run(made_for, resume=resume, pulse=Stopping(stop))
    last = Stopping(10**6)
    resumed, after = run(made_for, resume=resume, pulse=last)
    assert all(torch.equal(resumed[key], expected[key]) for key in expected)
    assert without_speed(after) == without_speed(history)
    assert last.history == after[: len(last.history)]
    repeated = sum(stop % 7 == 0 for stop in stops)  # validation that was cut is done again
    assert last.heard == 7 * 3 - sum(stops) + repeated


def test_checkpoints_within_an_epoch_by_time_change_nothing(tmp_path: Path) -> None:
    made_for = config("epochs=2", "checkpoint_every_s=0.000001", "network.dropout=0.3")
    expected, history = run(made_for)
    kept, after = run(made_for, resume=Resume(tmp_path / "checkpoint.pt", "run 1"))
    assert all(torch.equal(kept[key], expected[key]) for key in expected)
    assert without_speed(after) == without_speed(history)


@pytest.mark.parametrize("damaged", [1, 2])
def test_damaged_checkpoints_are_passed_over_with_a_line(damaged: int, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    made_for = config("epochs=4")
    expected, _ = run(made_for)
    with pytest.raises(Cancelled):
        run(made_for, resume=Resume(path, "one"), pulse=Stopping(17))
    for place in (path, previous_checkpoint(path))[:damaged]:
        data = bytearray(place.read_bytes())
        data[len(data) // 2] ^= 1
        place.write_bytes(data)
    last = Stopping(10**6)
    again, _ = run(made_for, resume=Resume(path, "one"), pulse=last)
    assert all(torch.equal(again[key], expected[key]) for key in expected)
    assert [line.split(":")[0] for line in last.said] == [
        "checkpoint.pt is damaged", "checkpoint.previous.pt is damaged"
    ][:damaged]  # fmt: skip
    assert len(last.history) == (2 if damaged == 1 else 0)


def test_a_full_disk_does_not_end_training(tmp_path: Path, monkeypatch) -> None:
    made_for = config("epochs=4")
    expected, _ = run(made_for)
    real, calls = checkpoint.save_checkpoint, []

    def full(path: Path, state: dict[str, Any]) -> None:
        calls.append(path)
        if len(calls) in (2, 3):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, state)

    monkeypatch.setattr(checkpoint, "save_checkpoint", full)
    pulse = Stopping(10**6)
    kept, _ = run(made_for, resume=Resume(tmp_path / "checkpoint.pt", "one"), pulse=pulse)
    assert all(torch.equal(kept[key], expected[key]) for key in expected)
    assert len(calls) == 4
    assert pulse.said == [
        "the checkpoint could not be written (No space left on device); training goes on, and it "
        "is tried again",
        "the checkpoint could be written again",
    ]


def test_the_kappa_of_an_epoch_is_that_of_scikit_learn() -> None:
    made_for = config("epochs=1", "average_decay=0")
    state = begin(network(made_for), made_for)
    seen = examples(40, seed=2)
    record = run_epoch(state, examples(), seen, config=made_for)
    predicted = predict_probabilities(state.network.eval(), seen.pixels)[0].argmax(1)
    expected = cohen_kappa_score(seen.grades, predicted, weights="quadratic", labels=range(4))
    assert record["validation_kappa"] == pytest.approx(expected, abs=1e-12)
    same = np.full(5, 2)
    assert loop._kappa(same, same) is None
    assert loop._kappa(np.array([0, 3]), np.array([0, 3])) == 1.0


@pytest.mark.parametrize(
    ("pixels", "grades", "text"),
    [(0, [], "0 images and 0 grades"), (3, [0, 1], "3 images and 2"), (1, [4], "outside 0 to 3")],
)
def test_examples_that_are_none_are_refused(pixels: int, grades: list[int], text: str) -> None:
    with pytest.raises(RunError, match=text):
        Examples.of(np.zeros((pixels, 8, 8), np.uint8), np.array(grades, dtype=np.int64))
