"""Train on the folds of a split: a run directory from which every figure can be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold, load_split
from sgus.core.errors import RunError, SgusError
from sgus.core.files import read_json, sha256_bytes, sha256_file, to_json, write_json, write_text
from sgus.core.lock import LOCK_FILE, only_process
from sgus.core.provenance import versions
from sgus.images.geometry import PREPARE_VERSION
from sgus.train.config import TrainConfig
from sgus.train.precision import used_arithmetic
from sgus.workflows.fold_training import PREDICTIONS, train_fold
from sgus.workflows.pictures import load_pictures
from sgus.workflows.starting import refuse_known_images, weights_hash

RUN = "run.json"
STATUS = "status.json"
LOG = "log.txt"
EVERYTHING = "everything"
"""In place of a split: learn from every usable image, for a model whose recipe is known."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class RunResult:
    """A finished run.

    Attributes:
        directory: The run directory.
        predictions: Its prediction table; of several folds, their pooled test parts.
    """

    directory: Path
    predictions: pd.DataFrame


def run_training(
    cohort_dir: Path, split_name: str, *, config: TrainConfig, run_dir: Path, say: Say
) -> RunResult:
    """Train, predict and write a run; go on where a killed run of the same kind stopped.

    Args:
        cohort_dir: The cohort.
        split_name: One of its splits, or `EVERYTHING`.
        config: How to train.
        run_dir: Where; made if missing. A run of the same config and cohort is resumed.
        say: Receives a line at a time for the person watching.

    Raises:
        SgusError: The cohort or split cannot be used, initial weights cannot be had, or the
            directory holds another run or is at work in another process.
    """
    cohort = load_cohort(cohort_dir)
    scheme, folds = _folds(cohort, split_name)
    refuse_known_images(config.weights, cohort, folds)
    facts = {"scheme": scheme, **_facts(cohort, split_name, folds, config)}
    _refuse_taken(run_dir, facts)  # before anything is written into a directory of others
    with only_process(run_dir, RunError, next_step="Wait for it, or choose another with --out"):
        if not _refuse_taken(run_dir, facts):
            write_json(run_dir / RUN, facts)
        return _run(cohort, folds, config=config, run_dir=run_dir, say=say, facts=facts)


def _run(
    cohort: Cohort,
    folds: list[Fold],
    *,
    config: TrainConfig,
    run_dir: Path,
    say: Say,
    facts: dict[str, Any],
) -> RunResult:
    """Train every fold, keeping `status.json` and `log.txt` up to date whatever happens."""
    status = run_dir / STATUS
    write_json(status, {"state": "running", "folds": [fold.name for fold in folds]})
    ended = {"state": "failed", "reason": "it was interrupted; the same command resumes it"}
    with (run_dir / LOG).open("a", encoding="utf-8", buffering=1) as log:

        def tell(line: str) -> None:
            log.write(f"{line}\n")
            say(line)

        try:
            tables = _train_folds(
                cohort, folds, config=config, run_dir=run_dir, say=tell, facts=facts
            )
            table = tables[0] if len(tables) == 1 else _pooled(tables)
            write_text(run_dir / PREDICTIONS, table.to_csv(index=False))
            ended = {"state": "done", "predictions_sha256": sha256_file(run_dir / PREDICTIONS)}
        except SgusError as error:
            ended = {"state": "failed", "reason": str(error)}
            raise
        except Exception as error:
            ended = {"state": "failed", "reason": f"{type(error).__name__}: {error}"}
            raise
        finally:
            write_json(status, ended)
    return RunResult(run_dir, table)


def _folds(cohort: Cohort, split_name: str) -> tuple[str, list[Fold]]:
    """Scheme and folds."""
    if split_name == EVERYTHING:
        ids = list(cohort.usable()["image_id"])
        return EVERYTHING, [Fold(name=EVERYTHING, train=ids, validation=[], test=[])]
    split = load_split(cohort, split_name)
    return split.scheme, list(split.folds)


def _facts(
    cohort: Cohort, split_name: str, folds: list[Fold], config: TrainConfig
) -> dict[str, Any]:
    """Content of run.json, with a fingerprint of all that decides the figures."""
    decides = {
        "config": config.model_dump(mode="json", exclude={"checkpoint_every_s"}),
        "manifest_hash": cohort.manifest_hash,
        "split": split_name,
        "folds": [fold.model_dump(mode="json") for fold in folds],
    }
    initial = weights_hash(config.weights)
    if initial:  # the bytes, not the name of their file
        decides["initial_weights_sha256"] = initial
    info = cohort.info
    return {
        "fingerprint": sha256_bytes(to_json(decides).encode()),
        "config": config.model_dump(mode="json"),
        "seed": config.seed,
        "initial_weights_sha256": initial,
        "arithmetic": used_arithmetic(config.precision, threads=config.threads),
        "prepare_version": PREPARE_VERSION,
        "split": split_name,
        "folds": [fold.name for fold in folds],
        "manifest_hash": cohort.manifest_hash,
        "cohort": {"name": info.name, "source": info.source, "terms": info.terms},
        "patient_unit": info.patient_unit,
        "synthetic": info.synthetic,
        "versions": versions(),
    }


def _refuse_taken(run_dir: Path, facts: dict[str, Any]) -> bool:
    """Refuse a directory of another run or of somebody else's files; say whether it is this run's.

    Raises:
        RunError: It is taken.
    """
    there = {entry.name for entry in run_dir.iterdir()} if run_dir.exists() else set()
    if RUN not in there:
        if there - {LOCK_FILE}:
            raise RunError(run_dir, "the directory is not empty", "Choose another with --out")
        return False
    found = read_json(run_dir / RUN, RunError, next_step="Choose another run directory")
    same = found.get("fingerprint") == facts["fingerprint"]
    if same and found.get("prepare_version", PREPARE_VERSION) == PREPARE_VERSION:
        return True
    if there - {RUN, STATUS, LOG, LOCK_FILE}:  # one that failed at once has nothing to lose
        other = "prepared its images in another way" if same else "other config, cohort or split"
        raise RunError(
            run_dir,
            f"another run is in this directory ({other})",
            "Choose another with --out, or delete it",
        )
    return False


def _train_folds(
    cohort: Cohort,
    folds: list[Fold],
    *,
    config: TrainConfig,
    run_dir: Path,
    say: Say,
    facts: dict[str, Any],
) -> list[pd.DataFrame]:
    pictures = load_pictures(cohort, config.network)
    say(f"{len(pictures.table)} images prepared, {config.network.width} x {config.network.height}")
    tables = []
    for number, fold in enumerate(folds):
        parts = ", ".join(f"{len(ids)} {part}" for part, ids in fold.parts().items())
        say(f"fold {fold.name} ({number + 1} of {len(folds)}): {parts} images")
        directory = run_dir if len(folds) == 1 else run_dir / "folds" / fold.name
        own = config.model_copy(update={"seed": config.seed + number})
        tables.append(
            train_fold(pictures, fold, config=own, directory=directory, say=say, facts=facts)
        )
    return tables


def _pooled(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Out-of-fold predictions: the test rows of every fold."""
    table = pd.concat(tables, ignore_index=True)
    return table[table["split"] == "test"].sort_values("image_id", ignore_index=True)
