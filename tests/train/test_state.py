from __future__ import annotations

from dataclasses import fields

import torch

from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig, make_config
from sgus.train.state import TrainingState, begin, make_optimizer

CONFIG = make_config("laptop", settings=["network.height=48", "network.width=64"])


def started(config: TrainConfig, seed: int) -> TrainingState:
    torch.manual_seed(seed)
    return begin(GradingNetwork(config.network), config)


def test_a_restored_state_has_every_field_of_the_saved_one() -> None:
    saved, fresh = started(CONFIG, 0), started(CONFIG, 1)
    saved.network(torch.randn(2, 1, 48, 64)).sum().backward()
    saved.optimizer.step()
    saved.epoch, saved.step, saved.best_loss, saved.best_epoch = 5, 40, 0.25, 3
    saved.best = {"readings.0.bias": torch.randn(3)}
    saved.history = [{"epoch": 1, "train_loss": 1.5}]
    fresh.restore(saved.to_dict())
    for field in fields(TrainingState):
        mine, theirs = getattr(fresh, field.name), getattr(saved, field.name)
        if hasattr(theirs, "state_dict"):
            mine, theirs = mine.state_dict(), theirs.state_dict()
        assert str(mine) == str(theirs), field.name
    exact = fresh.network.state_dict()
    assert all(torch.equal(exact[k], v) for k, v in saved.network.state_dict().items())


def test_weight_decay_spares_biases_and_normalisation() -> None:
    network = GradingNetwork(CONFIG.network)
    groups = make_optimizer(network, CONFIG).param_groups
    decayed = {id(p) for group in groups if group["weight_decay"] for p in group["params"]}
    everything = {id(p) for group in groups for p in group["params"]}
    named = dict(network.named_parameters())
    assert everything == {id(p) for p in named.values()}
    assert {g["weight_decay"] for g in groups} == {CONFIG.weight_decay, 0.0}
    spared = [name for name, p in named.items() if id(p) not in decayed]
    assert "readings.0.bias" in spared
    assert all(named[name].ndim <= 1 for name in spared)
    assert all(p.ndim > 1 for p in named.values() if id(p) in decayed)
