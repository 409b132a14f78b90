"""What the fault campaign trains: small real runs, and each of them once without a fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CHILD = str(HERE / "_faults_trainer.py")
PATIENTS = 16
SMALL: dict[str, Any] = {
    "network.backbone": "tiny", "network.height": 64, "network.width": 96, "threads": 1,
    "batch_size": 8, "patience": 0, "checkpoint_every_s": 0.5,
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """A kind of run.

    Attributes:
        split: Which split it trains on.
        preset: How.
        epochs: Passes, before they are scaled.
        settings: More changes to the preset.
        child: Whether its trainer has a forked child.
    """

    split: str
    preset: str
    epochs: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    child: bool = False


TAIL = {"weights": "INITIAL"}
RECIPES = {
    "full": Recipe("holdout", "laptop", 120),
    "full-child": Recipe("holdout", "laptop", 120, {"seed": 1}, child=True),
    "full-folds": Recipe("kfold", "laptop", 40),
    "block": Recipe("holdout", "short", 200, TAIL),
    "block-folds-child": Recipe("kfold", "short", 70, TAIL, child=True),
    "head-folds": Recipe("kfold", "quick", 200, {**TAIL, "batch_size": 2}),
}


@dataclass(frozen=True)
class Place:
    """The files of a campaign.

    Attributes:
        out: Its folder.
        scale: Epochs of a run, as a share of its recipe's.
    """

    out: Path
    scale: float = 1.0

    @property
    def cohort(self) -> Path:
        """The phantom cohort."""
        return self.out / "cohort"

    @property
    def runs(self) -> Path:
        """The folder of runs, a disk of its own where one can be mounted."""
        return self.out / "runs"

    def reference(self, recipe: str) -> Path:
        """The run that no fault met."""
        return self.out / "references" / recipe

    def command(self, recipe: str, directory: Path) -> tuple[str, ...]:
        """The command of a run."""
        plan = RECIPES[recipe]
        settings = {**SMALL, **plan.settings, "epochs": max(2, round(plan.epochs * self.scale))}
        if "weights" in settings:
            settings["weights"] = str(self.out / "initial")
        program = [CHILD] if plan.child else ["-m", "sgus"]
        words = [sys.executable, *program, "train", str(self.cohort), "--split", plan.split]
        words += ["--preset", plan.preset, "--out", str(directory), "--evaluate"]
        for key, value in settings.items():
            text = value if isinstance(value, str) else json.dumps(value)
            words += ["--set", f"{key}={text}"]
        return tuple(words)

    def prepare(self, recipes: list[str], *, say: Any = print) -> None:
        """Make cohort, splits, initial weights and references; what is there is kept."""
        if not self.cohort.exists():
            _sgus("phantom", "--patients", str(PATIENTS), "--out", str(self.cohort))
        for scheme, more in (("holdout", ()), ("kfold", ("--folds", "3"))):
            if not (self.cohort / "splits" / f"{scheme}.json").exists():
                _sgus("split", str(self.cohort), "--scheme", scheme, *more)
        if not (self.out / "initial").exists():
            save_untrained(self.out / "initial")
        for recipe in recipes:
            directory = self.reference(recipe)
            if not is_done(directory):
                subprocess.run(
                    self.command(recipe, directory),
                    cwd=ROOT, env=plain_environment(), check=True, stdout=subprocess.DEVNULL,
                )  # fmt: skip
                say(f"reference {recipe}: trained without a fault")


def plain_environment() -> dict[str, str]:
    """One thread a process: bits are compared, and processors are shared."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def is_done(directory: Path) -> bool:
    """Whether a run is finished."""
    try:
        return bool(json.loads((directory / "status.json").read_text())["state"] == "done")
    except (OSError, ValueError, KeyError):
        return False


def save_untrained(directory: Path) -> None:
    """A model directory whose weights have learnt nothing: where the short modes start from."""
    import torch

    sys.path.insert(0, str(ROOT))
    from sgus.images.geometry import PREPARE_VERSION
    from sgus.nn.model_files import ModelInfo, save_model
    from sgus.nn.network import GradingNetwork, NetworkSpec

    torch.manual_seed(0)
    spec = NetworkSpec(backbone="tiny", height=SMALL["network.height"], width=96)
    info = ModelInfo(name="start", network=spec, prepare_version=PREPARE_VERSION, synthetic=True)
    save_model(directory, GradingNetwork(spec), info, card="# start\n\nUntrained.\n")


def differences(run: Path, reference: Path) -> list[str]:
    """The files of a finished run that are not those of the run without a fault.

    Compared are all figures: predictions, report, every model file, each fold's table, and the
    curves without their speeds. Also named: what should not be left behind.
    """
    wrong = [
        str(path.relative_to(reference))
        for path in sorted(reference.rglob("*"))
        if path.is_file()
        and (path.name in ("predictions.csv", "report.json") or path.parent.name == "model")
        and not _same(path, run / path.relative_to(reference))
    ]
    if _curves(run) != _curves(reference):
        wrong.append("metrics.jsonl")
    left = [*run.rglob("checkpoint*"), *run.rglob("*.part"), *run.rglob("cancel")]
    return wrong + [f"left behind: {path.relative_to(run)}" for path in sorted(left)]


def _same(path: Path, other: Path) -> bool:
    return other.is_file() and path.read_bytes() == other.read_bytes()


def _curves(run: Path) -> list[dict[str, Any]] | None:
    try:
        lines = (run / "metrics.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in lines]
    except (OSError, ValueError):
        return None
    for record in records:
        record.pop("images_per_s", None)
    return records


def _sgus(*words: str) -> None:
    command = [sys.executable, "-m", "sgus", *words]
    subprocess.run(command, cwd=ROOT, env=plain_environment(), check=True, capture_output=True)
