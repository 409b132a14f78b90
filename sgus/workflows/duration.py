"""About how long a run will take, from what this machine was measured to do."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import torch

from sgus.core.errors import RunError, SgusError
from sgus.core.files import read_json, sha256_bytes, to_json, write_json
from sgus.train.config import TrainConfig
from sgus.train.precision import used_arithmetic
from sgus.train.speed import Speeds, measure_speeds

CALIBRATION: Final = "calibration.json"
"""In the folder of the runs: what was measured, keyed by all that it depends on."""

_DECIDES: Final = frozenset(
    {"network", "trains", "batch_size", "optimizer", "augment", "average_decay"}
)
"""Fields of a config that a speed depends on, beside the arithmetic."""
_CPUINFO: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class FoldSize:
    """Images of each part of a fold."""

    train: int
    validation: int
    test: int


@dataclass(frozen=True)
class Estimate:
    """What a run is expected to take.

    Attributes:
        seconds: To the last epoch of every fold; a run with `patience` may stop earlier.
        parts: The same by kind of work: `preparing, features, training, predicting`.
        shortest: With `patience` and a validation part, were no epoch better than the first; else
            the same as `seconds`.
    """

    seconds: float
    parts: dict[str, float]
    shortest: float


def estimate_seconds(
    config: TrainConfig,
    folds: Sequence[FoldSize],
    *,
    runs: Path,
    n_to_prepare: int = 0,
) -> Estimate:
    """Estimate a run from a measurement of this machine, made once for each kind of config.

    The start of Python and its libraries, some seconds, is not in it.

    Args:
        config: Of the run.
        folds: Sizes of the folds it trains.
        runs: Folder where the measurement is kept.
        n_to_prepare: Images that have not been prepared for this size of network before.

    Raises:
        ConfigError: The network cannot be made, or not be trained in this mode.
    """
    speeds = calibrated(config, runs=runs)
    most = [_fold_parts(config, speeds, fold, epochs=config.epochs) for fold in folds]
    least = [_fold_parts(config, speeds, f, epochs=_fewest_epochs(config, f)) for f in folds]
    preparing = n_to_prepare * speeds.preparing / (os.cpu_count() or 1)
    parts = {"preparing": preparing}
    parts |= {
        name: sum(fold[name] for fold in most) for name in ("features", "training", "predicting")
    }
    shortest = preparing + sum(sum(fold.values()) for fold in least)
    return Estimate(sum(parts.values()), parts, shortest)


def _fold_parts(
    config: TrainConfig, speeds: Speeds, fold: FoldSize, *, epochs: int
) -> dict[str, float]:
    sides = 2 if config.augment.flip else 1
    everything = fold.train + fold.validation + fold.test
    an_epoch = fold.train * speeds.training + fold.validation * speeds.validating
    return {
        "features": speeds.fold + (sides * fold.train + fold.validation) * speeds.features,
        "training": epochs * an_epoch,
        "predicting": speeds.fold + everything * speeds.predicting,
    }


def _fewest_epochs(config: TrainConfig, fold: FoldSize) -> int:
    can_stop = config.patience > 0 and fold.validation > 0
    return min(config.epochs, 1 + config.patience) if can_stop else config.epochs


def calibrated(config: TrainConfig, *, runs: Path, anew: bool = False) -> Speeds:
    """Speeds of this machine for a config: those kept in `runs`, else measured now and kept.

    A calibration file that is damaged is made anew.

    Args:
        config: Of the run.
        runs: Folder where the measurement is kept.
        anew: Measure in any case: the kept one may be of a busy hour.
    """
    speeds = None if anew else kept_speeds(config, runs=runs)
    if speeds is None:
        speeds = measure_speeds(config)
        kept = _read(runs / CALIBRATION)
        depends = conditions(config)
        kept[_key(depends)] = {
            "conditions": depends,
            "seconds": speeds.model_dump(),
            "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_json(runs / CALIBRATION, kept)
    return speeds


def kept_speeds(config: TrainConfig, *, runs: Path) -> Speeds | None:
    """Speeds of this machine for a config as kept in `runs`; None where none were measured."""
    try:
        return Speeds.parse(_read(runs / CALIBRATION)[_key(conditions(config))]["seconds"])
    except (KeyError, TypeError, ValueError, SgusError):  # absent, or not ours
        return None


def _key(depends: dict[str, Any]) -> str:
    return sha256_bytes(to_json(depends).encode())[:24]


def conditions(config: TrainConfig) -> dict[str, Any]:
    """All that a speed depends on: the machine, the arithmetic and the kind of training."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "torch": torch.__version__,
        **used_arithmetic(config.precision, threads=config.threads),
        **config.model_dump(mode="json", include=set(_DECIDES)),
    }


def _processor() -> str:
    try:
        lines = _CPUINFO.read_text().splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path, RunError, next_step="It is measured again")
    except RunError:
        return {}
    return found if isinstance(found, dict) else {}
