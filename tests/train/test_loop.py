from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sgus.core.errors import RunError
from sgus.images.augment import AugmentConfig
from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.loop import Resume, fit, run_epoch
from sgus.train.predict import predict_probabilities
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


def run(made_for: TrainConfig, *, resume: Resume | None = None) -> tuple[Any, list[dict[str, Any]]]:
    trained, history = fit(
        network(made_for), examples(), examples(16, seed=1),
        config=made_for, report=lambda record: None, resume=resume,
    )  # fmt: skip
    return weights(trained), history


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
    losses = [[r["train_loss"] for r in records] for records in (after, history)]
    assert losses[0] == losses[1]


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


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"half a checkp")
    with pytest.raises(RunError, match=r"the checkpoint is damaged\. Delete it"):
        run(config("epochs=1"), resume=Resume(path, "one"))


@pytest.mark.parametrize(
    ("pixels", "grades", "text"),
    [(0, [], "0 images and 0 grades"), (3, [0, 1], "3 images and 2"), (1, [4], "outside 0 to 3")],
)
def test_examples_that_are_none_are_refused(pixels: int, grades: list[int], text: str) -> None:
    with pytest.raises(RunError, match=text):
        Examples.of(np.zeros((pixels, 8, 8), np.uint8), np.array(grades, dtype=np.int64))
