"""The moving parts of a training run."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from sgus.core.rng import stream_seed
from sgus.nn.network import GradingNetwork
from sgus.train.config import TrainConfig

State = dict[str, Tensor]


@dataclass(eq=False)
class Within:
    """Where the epoch under way stands, between two of its batches.

    Attributes:
        draws: Draws the augmentation.
        total: `()`, the losses so far, each times the images of its batch.
        batch: Batches done.
        started: When it began by the performance counter, time before a kill included.
    """

    draws: torch.Generator
    total: Tensor
    batch: int = 0
    started: float = field(default_factory=time.perf_counter)

    @classmethod
    def begin(cls, seed: int, epoch: int) -> Within:
        """Before the first batch; dropout draws from PyTorch's own generator, which is set."""
        torch.manual_seed(stream_seed(seed, "dropout", epoch))
        draws = torch.Generator().manual_seed(stream_seed(seed, "augment", epoch))
        return cls(draws, torch.zeros(()))

    @classmethod
    def restore(cls, saved: dict[str, Any]) -> Within:
        """From a checkpoint; PyTorch's own generator is set, too."""
        torch.set_rng_state(saved["dropout"])
        draws = torch.Generator()
        draws.set_state(saved["draws"])
        started = time.perf_counter() - saved["seconds"]
        return cls(draws, saved["total"], saved["batch"], started)

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "draws": self.draws.get_state(),
            "dropout": torch.get_rng_state(),
            "total": self.total,
            "batch": self.batch,
            "seconds": time.perf_counter() - self.started,
        }


@dataclass(eq=False)
class TrainingState:
    """Network, optimiser, averaged weights, and where the run stands.

    Attributes:
        network: The network that learns.
        optimizer: Its optimiser.
        average: Moving average of the network, or None when none is kept.
        epoch: Epochs done.
        step: Steps done.
        best_loss: Lowest validation loss so far.
        best_epoch: Epoch of it, counted from 1; 0 before the first.
        best: Weights of it.
        history: One record an epoch.
        within: Where the epoch under way stands, or None between two.
    """

    network: GradingNetwork
    optimizer: torch.optim.Optimizer
    average: GradingNetwork | None
    epoch: int = 0
    step: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    best: State = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    within: Within | None = None

    @property
    def candidate(self) -> GradingNetwork:
        """The network that is validated and kept: the average where there is one."""
        return self.average or self.network

    def to_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            "within": self.within.to_dict() if self.within else None,
            **{key: getattr(self, key) for key in _PLAIN},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.network.load_state_dict(saved["network"])
        self.optimizer.load_state_dict(saved["optimizer"])
        if self.average:
            self.average.load_state_dict(saved["average"])
        for key in _PLAIN:
            setattr(self, key, saved[key])
        self.within = Within.restore(saved["within"]) if saved["within"] else None


_PLAIN = ("epoch", "step", "best_loss", "best_epoch", "best", "history")


def begin(network: GradingNetwork, config: TrainConfig) -> TrainingState:
    """The state before the first step."""
    network.to(memory_format=torch.channels_last)
    average = copy.deepcopy(network).eval() if config.average_decay else None
    return TrainingState(network, make_optimizer(network, config), average)


def make_optimizer(network: GradingNetwork, config: TrainConfig) -> torch.optim.Optimizer:
    """The optimiser; weight decay only on weights of two or more dimensions."""
    parameters = list(network.parameters())
    groups = [
        {
            "params": [p for p in parameters if p.ndim > 1],
            "weight_decay": config.weight_decay,
        },
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=config.learning_rate, momentum=0.9, foreach=True)
    return torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)


@torch.no_grad()
def update_average(state: TrainingState, *, decay: float) -> None:
    """Move the average towards the network; faster at the start, when there is little to keep."""
    if state.average is None:
        return
    keep = min(decay, (1 + state.step) / (10 + state.step))
    mine, theirs = state.average.state_dict(), state.network.state_dict()
    moving = [key for key, value in mine.items() if value.is_floating_point()]
    torch._foreach_lerp_([mine[k] for k in moving], [theirs[k] for k in moving], 1 - keep)
    for key in mine.keys() - set(moving):
        mine[key].copy_(theirs[key])
