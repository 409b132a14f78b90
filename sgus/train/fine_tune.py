"""Training as the config says: the whole network, or its end on features computed once."""

from __future__ import annotations

from typing import Any

from sgus.nn.network import GradingNetwork
from sgus.nn.tail import cut
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.frozen import compute_features, refuse_too_large
from sgus.train.loop import Report, Resume, fit
from sgus.train.precision import repeatable
from sgus.train.pulse import Pulse


def fine_tune(
    network: GradingNetwork,
    train: Examples,
    validation: Examples | None,
    *,
    config: TrainConfig,
    report: Report,
    resume: Resume | None = None,
    pulse: Pulse | None = None,
) -> tuple[GradingNetwork, list[dict[str, Any]]]:
    """Train what `config.trains` names; the arguments and what is returned are those of `fit`.

    With `head` and `last_block` everything before is frozen: its weights and the buffers of its
    normalisation stay as they are, to the bit. A resumed run computes the features again, which
    gives the same bits on the same machine and number of threads.

    Returns:
        The whole network, in evaluation mode, and the records of all epochs.

    Raises:
        ConfigError: The backbone has no last stage to cut off, or the features take too much
            memory.
        Cancelled: `pulse` stopped it.
    """
    if config.trains == "full":
        return fit(
            network, train, validation, config=config, report=report, resume=resume, pulse=pulse
        )
    pulse = pulse or Pulse()
    beginning, tail = cut(network, config.trains)
    parts = [train, validation] if validation else [train]
    refuse_too_large(beginning, parts, config=config)
    pulse.phase("features")
    with repeatable(config.threads):
        shown = compute_features(
            beginning, train, config=config, mirrors=config.augment.flip > 0, tick=pulse.tick
        )
        held = validation and compute_features(
            beginning, validation, config=config, mirrors=False, tick=pulse.tick
        )
    kept, history = fit(
        tail, shown, held, config=config_of_tail(config), report=report, resume=resume, pulse=pulse
    )
    tail.load_state_dict(kept.state_dict())  # the average is a copy; the tail is the network
    return network.eval(), history


def config_of_tail(config: TrainConfig) -> TrainConfig:
    """What the end of a network is trained with.

    A linear reading alone is trained in float32 on one thread: bfloat16 would lose digits, a second
    thread time.
    """
    if config.trains != "head":
        return config
    return config.model_copy(update={"precision": "float32", "threads": 1})
