"""The training loop: epochs of steps, a validation after each, a checkpoint now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sgus.core.grades import N_GRADES
from sgus.core.rng import generator
from sgus.nn.network import GradingNetwork
from sgus.stats.agreement import quadratic_kappa
from sgus.stats.confusion import confusion_matrix
from sgus.train.checkpoint import Keeper
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.precision import arithmetic, repeatable, resolve_precision
from sgus.train.predict import Tick, predict_raw
from sgus.train.pulse import Cancelled, Pulse
from sgus.train.sampling import batches, epoch_order
from sgus.train.schedule import learning_rate_factor
from sgus.train.state import TrainingState, Within, begin, update_average

Report = Callable[[dict[str, Any]], None]
Watch = Callable[[int, int], None]


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
    pulse: Pulse | None = None,
) -> tuple[GradingNetwork, list[dict[str, Any]]]:
    """Train to the last epoch, or until the validation loss has not improved for `patience`.

    The result depends only on the arguments, the processor and the number of threads: randomness
    is drawn anew for each epoch from the seed, and a checkpoint keeps where it stands within one,
    so a resumed run gives the same bits.

    Args:
        network: With its initial weights; trained in place.
        train: Images to learn from.
        validation: Images that decide when to stop and which epoch to keep, or None. The loss is
            that of their distributions where they have some; accuracy and kappa are of the grades.
        config: How.
        report: Called after each epoch with its record: `epoch, train_loss, validation_loss,
            validation_accuracy, validation_kappa, images_per_s, learning_rate`.
        resume: Where to keep checkpoints, or None for none.
        pulse: Hears of each batch and may stop the training.

    Returns:
        The network to keep, in evaluation mode, and the records of all epochs.

    Raises:
        Cancelled: `pulse` stopped it; a checkpoint was saved.
    """
    pulse = pulse or Pulse()
    with repeatable(config.threads):
        state = begin(network, config)
        keeper = _keeper(resume, config, pulse) if resume else None
        saved = keeper.load() if keeper else None
        if saved:
            state.restore(saved)
        pulse.phase("training")
        pulse.resumed(state.history)
        watch = partial(_watch, state, keeper, pulse)
        try:
            while not finished(state, config, has_validation=validation is not None):
                report(run_epoch(state, train, validation, config=config, watch=watch))
                if keeper:
                    keeper.after_epoch(state.to_dict)
            if keeper:
                keeper.at_end(state.to_dict)
        except Cancelled:
            if keeper:
                keeper.save(state.to_dict)
            raise
        return _kept(state, config), state.history


def _keeper(resume: Resume, config: TrainConfig, pulse: Pulse) -> Keeper:
    every_s = config.checkpoint_every_s
    return Keeper(resume.path, fingerprint=resume.fingerprint, every_s=every_s, say=pulse.say)


def _watch(
    state: TrainingState, keeper: Keeper | None, pulse: Pulse, batch: int, batches: int
) -> None:
    """Between two batches, where the state is whole."""
    pulse.beat(state.epoch + 1, batch, batches)
    if keeper:
        keeper.after_batch(state.to_dict)


def finished(state: TrainingState, config: TrainConfig, *, has_validation: bool) -> bool:
    """Whether training is over."""
    if state.epoch >= config.epochs:
        return True
    waited = state.epoch - state.best_epoch
    return has_validation and 0 < config.patience <= waited and state.best_epoch > 0


def run_epoch(
    state: TrainingState,
    train: Examples,
    validation: Examples | None,
    *,
    config: TrainConfig,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """One pass over the training part and, where there is one, the validation part.

    Args:
        state: Goes on from where it stands, in the middle of an epoch too.
        train: Images to learn from.
        validation: Images to be judged by.
        config: How.
        watch: Called with (batches done, batches) after each, and during validation.

    Returns:
        The record of the epoch, which is in the state's history too.
    """
    within = state.within = state.within or Within.begin(config.seed, state.epoch)
    train_loss = _train_epoch(state, within, train, config=config, watch=watch)
    tick = partial(watch, within.batch, within.batch) if watch else None
    record = {
        "epoch": state.epoch + 1,
        "train_loss": train_loss,
        "learning_rate": float(state.optimizer.param_groups[0]["lr"]),
        **(_validate(state, validation, config=config, tick=tick) if validation else {}),
    }
    record["images_per_s"] = len(train) / (time.perf_counter() - within.started)
    state.epoch += 1
    state.within = None
    state.history.append(record)
    return record


def _train_epoch(
    state: TrainingState,
    within: Within,
    train: Examples,
    *,
    config: TrainConfig,
    watch: Watch | None,
) -> float:
    epoch = state.epoch
    precision = resolve_precision(config.precision)
    targets = train.targets(neighbour_smoothing=config.neighbour_smoothing)
    rng = generator(config.seed, "order", epoch)
    order = epoch_order(train.grades, balance=config.balance, rng=rng)
    steps = batches(order, batch_size=config.batch_size)
    state.network.train()
    for number, indices in enumerate(steps[within.batch :], start=within.batch):
        _set_learning_rate(state, config, (epoch + number / len(steps)) / config.epochs)
        chosen = torch.from_numpy(indices)
        varied = train.varied(chosen, config.augment, generator=within.draws)
        x = state.network.normalise(varied).contiguous(memory_format=torch.channels_last)
        with arithmetic(precision):
            raw = state.network(x)
        loss = state.network.head.loss(raw.float(), targets[chosen]).mean()
        state.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        state.optimizer.step()
        state.step += 1
        update_average(state, decay=config.average_decay)
        within.total += loss.detach() * len(indices)  # read once an epoch, never a step
        within.batch = number + 1
        if watch:
            watch(within.batch, len(steps))
    return float(within.total) / len(order)


def _set_learning_rate(state: TrainingState, config: TrainConfig, progress: float) -> None:
    rate = config.learning_rate * learning_rate_factor(config.schedule, progress)
    for group in state.optimizer.param_groups:
        group["lr"] = rate


def _validate(
    state: TrainingState, validation: Examples, *, config: TrainConfig, tick: Tick | None
) -> dict[str, float | None]:
    network = state.candidate.eval()
    precision = resolve_precision(config.precision)
    raw = predict_raw(network, validation.pixels, precision=precision, tick=tick)
    loss = _likelihood_loss(network, raw, validation)
    predicted = network.probabilities(raw).argmax(1).numpy()
    if loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, state.epoch + 1
        if config.patience:
            state.best = {key: value.clone() for key, value in network.state_dict().items()}
    return {
        "validation_loss": loss,
        "validation_accuracy": float(np.mean(predicted == validation.grades)),
        "validation_kappa": _kappa(validation.grades, predicted),
    }


def _kappa(grades: NDArray[np.int64], predicted: NDArray[np.int64]) -> float | None:
    """Quadratic-weighted kappa; None where all images have, and are given, one grade."""
    shape = (N_GRADES, N_GRADES)
    counts = confusion_matrix(grades, predicted, shape=shape, weights=np.ones(len(grades)))
    kappa = float(quadratic_kappa(counts))
    return None if np.isnan(kappa) else kappa


def _likelihood_loss(network: GradingNetwork, raw: Tensor, validation: Examples) -> float:
    """Mean negative log-likelihood of the grades: the same yardstick for every head.

    Where the part has distributions, of these: what is learnt decides when to stop.
    """
    log_p = network.head.log_probabilities(raw)
    if validation.distributions is not None:
        return -float((torch.from_numpy(validation.distributions) * log_p).sum(1).mean())
    return -float(log_p[torch.arange(len(raw)), torch.from_numpy(validation.grades)].mean())


def _kept(state: TrainingState, config: TrainConfig) -> GradingNetwork:
    network = state.candidate
    if config.patience and state.best:
        network.load_state_dict(state.best)
    return network.eval()
