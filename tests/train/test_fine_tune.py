from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.fine_tune import fine_tune
from sgus.train.loop import Resume, fit
from sgus.train.predict import predict_raw
from sgus.train.pulse import Cancelled, Phase, Pulse

Record = dict[str, Any]


def config(trains: str, *settings: str) -> TrainConfig:
    start = [
        f"trains={trains}", "network.backbone=tiny", "network.height=48", "network.width=64",
        "precision=float32", "threads=1", "batch_size=8", "epochs=5", "checkpoint_every_s=0",
    ]  # fmt: skip
    return make_config("short", settings=[*start, *settings])


def examples(n: int = 40, seed: int = 0) -> Examples:
    rng = np.random.default_rng(seed)
    grades = rng.integers(0, 4, n)
    pixels = [
        np.kron(rng.integers(0, 255, (48 // 2**g, 64 // 2**g)), np.ones((2**g, 2**g)))
        for g in grades
    ]
    return Examples.of(np.array(pixels, dtype=np.uint8), grades)


def network(made_for: TrainConfig) -> GradingNetwork:
    torch.manual_seed(0)
    return GradingNetwork(made_for.network)


def weights(trained: GradingNetwork) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in trained.state_dict().items()}


def ignore(record: Record) -> None:
    pass


def train(made_for: TrainConfig, **more: Any) -> tuple[GradingNetwork, list[Record]]:
    options = {"config": made_for, "report": ignore, **more}
    return fine_tune(network(made_for), examples(), examples(16, seed=1), **options)


@pytest.mark.parametrize("sharing", ["trunk", "separate"])
@pytest.mark.parametrize(
    ("trains", "learns"),
    [("head", ("readings.",)), ("last_block", ("readings.", ".layers.5."))],
)
def test_what_is_frozen_stays_to_the_bit_and_the_rest_learns(
    trains: str, learns: tuple[str, ...], sharing: str
) -> None:
    made_for = config(trains, "epochs=2", f"network.sharing={sharing}")
    before = weights(network(made_for))
    trained, _ = train(made_for)
    changed = {k for k, value in trained.state_dict().items() if not torch.equal(value, before[k])}
    assert changed == {key for key in before if any(part in key for part in learns)}
    assert not any(module.training for module in trained.modules())


@pytest.mark.parametrize("trains", ["head", "last_block"])
def test_the_whole_network_that_is_kept_is_what_was_validated(trains: str) -> None:
    trained, history = train(config(trains, "patience=0"))
    held = examples(16, seed=1)
    p = trained.probabilities(predict_raw(trained, held.pixels)).double().numpy()
    loss = -np.log(p[np.arange(16), held.grades]).mean()
    assert loss == pytest.approx(history[-1]["validation_loss"], rel=1e-4)


def test_the_full_mode_is_fit() -> None:
    made_for = config("full", "epochs=2")
    trained, history = train(made_for)
    expected, records = fit(
        network(made_for), examples(), examples(16, seed=1), config=made_for, report=ignore
    )
    assert all(torch.equal(a, b) for a, b in zip(
        trained.state_dict().values(), expected.state_dict().values(), strict=True
    ))  # fmt: skip
    assert [r["train_loss"] for r in history] == [r["train_loss"] for r in records]


def test_last_block_equals_a_plain_loop_over_the_whole_network() -> None:
    """Whole batches, no chance: the slow way runs all layers and updates the last ones."""
    made_for = config(
        "last_block", "batch_size=64", "epochs=3", "augment.flip=0", "average_decay=0",
        "patience=0", "optimizer=sgd", "schedule=constant", "learning_rate=0.01",
        "weight_decay=0", "balance=0",
    )  # fmt: skip
    images = examples(12)
    trained, _ = fine_tune(network(made_for), images, None, config=made_for, report=ignore)
    slow = network(made_for).eval()
    last = slow.trunks[0].get_submodule("layers.5").train()
    optimizer = torch.optim.SGD(
        [*last.parameters(), *slow.readings.parameters()], lr=0.01, momentum=0.9
    )
    targets = images.targets(neighbour_smoothing=made_for.neighbour_smoothing)
    for _ in range(3):
        loss = slow.head.loss(slow(slow.normalise(images.pixels)), targets).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    for key, value in slow.state_dict().items():
        torch.testing.assert_close(trained.state_dict()[key], value, rtol=1e-3, atol=1e-5)


def test_a_head_trained_long_is_the_maximum_likelihood_reading() -> None:
    """A convex problem: SciPy's minimiser on pooled features finds the same loss."""
    made_for = config(
        "head", "network.head=flat", "epochs=500", "augment.flip=0", "average_decay=0",
        "patience=0", "schedule=onecycle", "learning_rate=0.8", "weight_decay=0.0",
        "balance=0", "batch_size=128", "neighbour_smoothing=0.2", "checkpoint_every_s=1000",
    )  # fmt: skip
    images = examples(100)
    start = network(made_for)
    with torch.no_grad():
        maps = start.eval().features(start.normalise(images.pixels))[0]
        pooled = maps.mean((2, 3)).double().numpy()
    target = images.targets(neighbour_smoothing=0.2).double().numpy()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        w, b = flat[:-4].reshape(4, -1), flat[-4:]
        raw = pooled @ w.T + b
        log_p = raw - np.logaddexp.reduce(raw, axis=1, keepdims=True)
        slope = (np.exp(log_p) - target) / len(raw)
        gradient = np.concatenate([(slope.T @ pooled).ravel(), slope.sum(0)])
        return -float((target * log_p).sum(1).mean()), gradient

    best = minimize(loss, np.zeros(4 * pooled.shape[1] + 4), jac=True, method="L-BFGS-B").fun
    trained, _ = fine_tune(network(made_for), images, None, config=made_for, report=ignore)
    reading = trained.readings[0]
    found = torch.cat([reading.weight.flatten(), reading.bias]).detach().double().numpy()  # type: ignore[arg-type, operator]
    assert loss(found)[0] == pytest.approx(best, abs=0.02)
    assert loss(np.zeros_like(found))[0] > best + 0.3  # there was something to learn


class Killed(BaseException):
    pass


@pytest.mark.parametrize("trains", ["head", "last_block"])
def test_a_killed_run_resumes_to_the_same_bits(trains: str, tmp_path: Path) -> None:
    made_for = config(trains)
    expected, history = train(made_for)

    def kill(record: Record) -> None:
        if record["epoch"] == 3:
            raise Killed

    resume = Resume(tmp_path / "checkpoint.pt", "run 1")
    with pytest.raises(Killed):
        train(made_for, report=kill, resume=resume)
    resumed, after = train(made_for, resume=resume)
    for key, value in expected.state_dict().items():
        assert torch.equal(resumed.state_dict()[key], value)
    assert [r["train_loss"] for r in after] == [r["train_loss"] for r in history]


@pytest.mark.parametrize("trains", ["head", "last_block"])
def test_it_can_be_stopped_while_features_are_computed(trains: str) -> None:
    phases: list[str] = []

    class Stop(Pulse):
        def phase(self, name: Phase) -> None:
            phases.append(name)

        def tick(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(config(trains), pulse=Stop())
    assert phases == ["features"]
