"""The training loop: epochs of steps, a validation after each, a checkpoint now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sgus.core.rng import generator, stream_seed
from sgus.images.augment import augment
from sgus.nn.network import GradingNetwork
from sgus.train.checkpoint import load_checkpoint, save_checkpoint
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.precision import arithmetic, repeatable, resolve_precision
from sgus.train.predict import predict_raw
from sgus.train.sampling import batches, epoch_order
from sgus.train.schedule import learning_rate_factor
from sgus.train.state import TrainingState, begin, update_average

Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Resume:
    """Where the checkpoint of a run lies, and what it must belong to."""

    path: Path
    fingerprint: str


def fit(
    network: GradingNetwork,
    train: Examples,
    validation: Examples | None,
    *,
    config: TrainConfig,
    report: Report,
    resume: Resume | None = None,
) -> tuple[GradingNetwork, list[dict[str, Any]]]:
    """Train to the last epoch, or until the validation loss has not improved for `patience`.

    The result depends only on the arguments, the processor and the number of threads: randomness
    is drawn anew for each epoch from the seed, so a resumed run gives the same bits.

    Args:
        network: With its initial weights; trained in place.
        train: Images to learn from.
        validation: Images that decide when to stop and which epoch to keep, or None.
        config: How.
        report: Called after each epoch with its record: `epoch, train_loss, validation_loss,
            validation_accuracy, images_per_s, learning_rate`.
        resume: Where to keep checkpoints, or None for none.

    Returns:
        The network to keep, in evaluation mode, and the records of all epochs.
    """
    with repeatable(config.threads):
        state = begin(network, config)
        saved = load_checkpoint(resume.path, fingerprint=resume.fingerprint) if resume else None
        if saved:
            state.restore(saved)
        written = time.monotonic()
        while not finished(state, config, has_validation=validation is not None):
            record = run_epoch(state, train, validation, config=config)
            report(record)
            if resume and time.monotonic() - written >= config.checkpoint_every_s:
                save_checkpoint(resume.path, {**state.to_dict(), "fingerprint": resume.fingerprint})
                written = time.monotonic()
        return _kept(state, config), state.history


def finished(state: TrainingState, config: TrainConfig, *, has_validation: bool) -> bool:
    """Whether training is over."""
    if state.epoch >= config.epochs:
        return True
    waited = state.epoch - state.best_epoch
    return has_validation and 0 < config.patience <= waited and state.best_epoch > 0


def run_epoch(
    state: TrainingState, train: Examples, validation: Examples | None, *, config: TrainConfig
) -> dict[str, Any]:
    """One pass over the training part and, where there is one, the validation part."""
    started = time.perf_counter()
    train_loss = _train_epoch(state, train, config=config)
    state.epoch += 1
    record = {
        "epoch": state.epoch,
        "train_loss": train_loss,
        "learning_rate": float(state.optimizer.param_groups[0]["lr"]),
        **(_validate(state, validation, config=config) if validation else {}),
    }
    record["images_per_s"] = len(train) / (time.perf_counter() - started)
    state.history.append(record)
    return record


def _train_epoch(state: TrainingState, train: Examples, *, config: TrainConfig) -> float:
    epoch, seed = state.epoch, config.seed
    precision = resolve_precision(config.precision)
    targets = train.targets(neighbour_smoothing=config.neighbour_smoothing)
    order = epoch_order(train.grades, balance=config.balance, rng=generator(seed, "order", epoch))
    steps = batches(order, batch_size=config.batch_size)
    draws = torch.Generator().manual_seed(stream_seed(seed, "augment", epoch))
    torch.manual_seed(stream_seed(seed, "dropout", epoch))
    state.network.train()
    total = torch.zeros(())
    for number, indices in enumerate(steps):
        progress = (epoch + number / len(steps)) / config.epochs
        _set_learning_rate(state, config, progress)
        chosen = torch.from_numpy(indices)
        x = state.network.normalise(augment(train.pixels[chosen], config.augment, generator=draws))
        with arithmetic(precision):
            raw = state.network(x.contiguous(memory_format=torch.channels_last))
        loss = state.network.head.loss(raw.float(), targets[chosen]).mean()
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        state.optimizer.step()
        state.step += 1
        update_average(state, decay=config.average_decay)
        total += loss.detach() * len(indices)  # read once an epoch, never a step
    return float(total) / len(order)


def _set_learning_rate(state: TrainingState, config: TrainConfig, progress: float) -> None:
    rate = config.learning_rate * learning_rate_factor(config.schedule, progress)
    for group in state.optimizer.param_groups:
        group["lr"] = rate


def _validate(
    state: TrainingState, validation: Examples, *, config: TrainConfig
) -> dict[str, float]:
    network = state.candidate.eval()
    raw = predict_raw(network, validation.pixels, precision=resolve_precision(config.precision))
    loss = _likelihood_loss(network, raw, validation)
    predicted = network.probabilities(raw).argmax(1).numpy()
    if loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, state.epoch
        if config.patience:
            state.best = {key: value.clone() for key, value in network.state_dict().items()}
    return {
        "validation_loss": loss,
        "validation_accuracy": float(np.mean(predicted == validation.grades)),
    }


def _likelihood_loss(network: GradingNetwork, raw: Tensor, validation: Examples) -> float:
    """Mean negative log-likelihood of the grades: the same yardstick for every head."""
    log_p = network.head.log_probabilities(raw)
    return -float(log_p[torch.arange(len(raw)), torch.from_numpy(validation.grades)].mean())


def _kept(state: TrainingState, config: TrainConfig) -> GradingNetwork:
    network = state.candidate
    if config.patience and state.best:
        network.load_state_dict(state.best)
    return network.eval()
