"""Distributions as labels: every way to train, every head, against a loss worked out slowly."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from sgus.core.errors import ConfigError
from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.fine_tune import fine_tune
from sgus.train.predict import predict_raw

MODES = ("full", "last_block", "head")
HEADS = ("hierarchical", "flat", "ordinal")


def config(trains: str, head: str, *settings: str) -> TrainConfig:
    one_step_an_epoch = [
        f"trains={trains}", f"network.head={head}", "network.backbone=tiny", "network.height=48",
        "network.width=64", "precision=float32", "threads=1", "batch_size=64", "epochs=1",
        "augment.flip=0", "average_decay=0", "patience=0", "balance=0", "labels=soft",
    ]  # fmt: skip
    return make_config("short", settings=[*one_step_an_epoch, *settings])


def examples(n: int = 24, seed: int = 0) -> Examples:
    """Textures whose grade is doubtful: the share of readers lies on two or three grades."""
    rng = np.random.default_rng(seed)
    grades = rng.integers(0, 4, n)
    pixels = [
        np.kron(rng.integers(0, 255, (48 // 2**g, 64 // 2**g)), np.ones((2**g, 2**g)))
        for g in grades
    ]
    read = np.clip(grades[:, None] + rng.integers(-1, 2, (n, 5)), 0, 3)
    p = np.stack([(read == grade).mean(axis=1) for grade in range(4)], axis=1)
    return Examples.of(np.array(pixels, dtype=np.uint8), grades, distributions=p)


def network(made_for: TrainConfig) -> GradingNetwork:
    torch.manual_seed(0)
    return GradingNetwork(made_for.network)


def train(made_for: TrainConfig, images: Examples, held: Examples | None) -> tuple[Any, Any]:
    return fine_tune(network(made_for), images, held, config=made_for, report=lambda record: None)


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


def slow_loss(head: str, raw: list[float], target: list[float]) -> float:
    """One image, from the definitions in the table of docs/training.md."""
    if head == "ordinal":
        loss = 0.0
        for at in range(3):
            at_least = sum(target[at + 1 :])
            loss -= at_least * log(sigmoid(raw[at])) + (1 - at_least) * log(1 - sigmoid(raw[at]))
        return loss
    if head == "flat":
        total = sum(exp(value) for value in raw)
        p = [exp(value) / total for value in raw]
    else:
        high, one, three = map(sigmoid, raw)
        p = [(1 - high) * (1 - one), (1 - high) * one, high * (1 - three), high * three]
    return -sum(t * log(q) for t, q in zip(target, p, strict=True))


def slow_mean(head: str, raw: Tensor, images: Examples) -> float:
    assert images.distributions is not None
    return float(np.mean([
        slow_loss(head, one, target)
        for one, target in zip(raw.tolist(), images.distributions.tolist(), strict=True)
    ]))  # fmt: skip


def first_outputs(made_for: TrainConfig, images: Examples) -> Tensor:
    """What the network says before its first step, the part that learns in training mode."""
    slow = network(made_for).eval()
    if made_for.trains == "full":
        slow.train()
    if made_for.trains == "last_block":
        slow.trunks[0].get_submodule("layers.5").train()
    with torch.no_grad():
        raw: Tensor = slow(GradingNetwork.normalise(images.pixels))
    return raw


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("trains", MODES)
def test_the_loss_that_is_learnt_is_that_of_the_readers_shares(trains: str, head: str) -> None:
    made_for = config(trains, head)
    images, held = examples(), examples(12, seed=1)
    trained, (record,) = train(made_for, images, held)
    expected = slow_mean(head, first_outputs(made_for, images), images)
    assert record["train_loss"] == pytest.approx(expected, rel=1e-4)
    raw = predict_raw(trained, held.pixels)
    p = trained.probabilities(raw).double().numpy()
    likelihood = -np.mean((held.distributions * np.log(p)).sum(axis=1))
    assert record["validation_loss"] == pytest.approx(likelihood, rel=1e-4)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("trains", MODES)
def test_the_loss_falls_towards_the_doubt_of_the_readers(trains: str, head: str) -> None:
    rate = 0.1 if trains == "head" else 0.01  # random features: one reading has far to go
    steps = ["epochs=6", "batch_size=8", f"learning_rate={rate}", "schedule=constant"]
    _, history = train(config(trains, head, *steps), examples(32), None)
    assert history[-1]["train_loss"] < 0.95 * history[0]["train_loss"]


def test_accuracy_and_kappa_of_the_validation_part_are_of_the_reference_grades() -> None:
    made_for = config("head", "hierarchical")
    images, held = examples(), examples(16, seed=1)
    other = Examples.of(
        held.pixels[:, 0].numpy(), held.grades, distributions=np.full((16, 4), 0.25)
    )
    plain = Examples.of(held.pixels[:, 0].numpy(), held.grades)
    records = [train(made_for, images, part)[1][0] for part in (held, other, plain)]
    assert len({record["validation_accuracy"] for record in records}) == 1
    assert len({record["validation_kappa"] for record in records}) == 1
    assert len({record["validation_loss"] for record in records}) == 3


def test_a_single_grade_as_a_distribution_is_that_grade_to_the_bit() -> None:
    made_for = config("last_block", "hierarchical", "epochs=3", "batch_size=8")
    rng = np.random.default_rng(5)
    pixels, grades = rng.integers(0, 255, (24, 48, 64)).astype(np.uint8), rng.integers(0, 4, 24)
    plain = Examples.of(pixels, grades)
    smoothed = plain.targets(neighbour_smoothing=made_for.neighbour_smoothing).numpy()
    soft = Examples.of(pixels, grades, distributions=smoothed)
    one, other = (train(made_for, part, None)[0].state_dict() for part in (plain, soft))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_severity_and_readers_labels_do_not_go_together() -> None:
    with pytest.raises(ConfigError, match="targets=severity learns the known severity"):
        make_config("phantom", settings=["labels=soft"])
    with pytest.raises(ConfigError, match="labels - Input should be 'reference', 'consensus'"):
        make_config(settings=["labels=majority"])
