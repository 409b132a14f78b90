"""Train on the folds of a split: a run directory from which every figure can be made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.splits import Fold, load_split
from sgus.core.errors import RunError
from sgus.core.files import (
    is_part,
    read_json,
    remove_parts,
    sha256_bytes,
    sha256_file,
    to_json,
    write_json,
    write_text,
)
from sgus.core.lock import LOCK_FILE
from sgus.core.provenance import versions
from sgus.images.geometry import PREPARE_VERSION
from sgus.jobs.run_files import CANCEL, JOB, OUTPUT, PROGRESS, STATUS
from sgus.train.config import REFERENCE, TrainConfig
from sgus.train.precision import used_arithmetic
from sgus.workflows.attempt import Attempt, held
from sgus.workflows.evaluating import evaluate_run
from sgus.workflows.fold_training import MODEL, PREDICTIONS, train_fold
from sgus.workflows.pictures import load_pictures
from sgus.workflows.run_labels import LABELS, RunLabels, labels_of_run
from sgus.workflows.run_progress import RunProgress, never
from sgus.workflows.run_status import RunStatus
from sgus.workflows.starting import refuse_known_images, weights_hash
from sgus.workflows.tracking import TRACKING, Sink, tracked

RUN = "run.json"
LOG = "log.txt"
_SAY_NOTHING = {LOCK_FILE, STATUS, LOG, PROGRESS, JOB, OUTPUT, CANCEL, TRACKING}
"""Files that a run, or who starts it, writes before there is anything to lose."""
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


@dataclass(frozen=True)
class _Plan:
    """What is trained on: everything that can be wrong before the first step is checked."""

    cohort: Cohort
    folds: list[Fold]
    facts: dict[str, Any]
    labels: RunLabels | None

    @classmethod
    def of(
        cls,
        cohort_dir: Path,
        split_name: str,
        *,
        config: TrainConfig,
        track: Sink | None,
        run_dir: Path,
    ) -> _Plan:
        if track is not None:
            track.check()
        cohort = load_cohort(cohort_dir)
        scheme, folds = _folds(cohort, split_name)
        refuse_known_images(config.weights, cohort, folds)
        labels = labels_of_run(run_dir, cohort, folds, config=config)
        facts = {"scheme": scheme, **_facts(cohort, split_name, folds, config, labels)}
        return cls(cohort, folds, facts, labels)


def run_training(
    cohort_dir: Path,
    split_name: str,
    *,
    config: TrainConfig,
    run_dir: Path,
    say: Say,
    evaluate: bool = False,
    attempt: Attempt | None = None,
    asked: Callable[[], bool] = never,
    track: Sink | None = None,
) -> RunResult:
    """Train, predict and write a run; go on where a killed run of the same kind stopped.

    Args:
        cohort_dir: The cohort.
        split_name: One of its splits, or `EVERYTHING`.
        config: How to train.
        run_dir: Where; made if missing. A run of the same config and cohort is resumed.
        say: Receives a line at a time for the person watching.
        evaluate: Whether to write `report.json`, too.
        attempt: Which attempt of a job this is; None for a run started by hand. A job's errors
            are all written to its `status.json`, those of cohort and config too.
        asked: Whether this process was asked to end.
        track: A tracking server to tell of the run; what it does or does not changes nothing.

    Raises:
        SgusError: The cohort or split cannot be used, initial weights cannot be had, the
            directory holds another run or is at work in another process, or the disk is full.
        SupersededError: Another attempt of the job is current; nothing was changed.
        Cancelled: The run was cancelled, or the process asked to end; it can be resumed.
    """
    if evaluate and split_name == EVERYTHING:
        cause = "a model that learns from every image has none left to be judged by"
        raise RunError("--evaluate", cause, "Leave it out, or choose a split")
    plan = None
    if attempt is None:
        plan = _Plan.of(cohort_dir, split_name, config=config, track=track, run_dir=run_dir)
        _refuse_taken(run_dir, plan.facts)  # before anything is written into another's directory
    log = run_dir / LOG
    with held(run_dir, attempt), tracked(run_dir, track, log=log, say=say) as follow:
        status = RunStatus(run_dir, attempt)
        with status.recorded(), _log(run_dir, say) as tell:
            plan = plan or _Plan.of(
                cohort_dir, split_name, config=config, track=track, run_dir=run_dir
            )
            if not _refuse_taken(run_dir, plan.facts):
                write_json(run_dir / RUN, plan.facts)
            if plan.labels:
                plan.labels.keep(run_dir)
                for line in plan.labels.lines():
                    tell(line)
            follow()
            folds = [fold.name for fold in plan.folds]
            status.write("running", folds=folds)
            progress = RunProgress(run_dir, folds=len(folds), say=tell, asked=asked)
            table = _train_folds(plan, config=config, run_dir=run_dir, progress=progress)
            write_text(run_dir / PREDICTIONS, table.to_csv(index=False))
            if evaluate:
                progress.phase("evaluating")
                evaluate_run(run_dir, cohort=cohort_dir)
                tell("report written")
            status.write("done", predictions_sha256=sha256_file(run_dir / PREDICTIONS))
    return RunResult(run_dir, table)


@contextmanager
def _log(run_dir: Path, say: Say) -> Iterator[Say]:
    """`log.txt`, a line at a time; a full disk costs lines, never the run."""
    with (run_dir / LOG).open("ab", buffering=0) as log:

        def tell(line: str) -> None:
            with suppress(OSError):
                log.write(f"{line}\n".encode())
            say(line)

        yield tell


def _folds(cohort: Cohort, split_name: str) -> tuple[str, list[Fold]]:
    """Scheme and folds."""
    if split_name == EVERYTHING:
        ids = list(cohort.usable()["image_id"])
        return EVERYTHING, [Fold(name=EVERYTHING, train=ids, validation=[], test=[])]
    split = load_split(cohort, split_name)
    return split.scheme, list(split.folds)


def _facts(
    cohort: Cohort,
    split_name: str,
    folds: list[Fold],
    config: TrainConfig,
    labels: RunLabels | None,
) -> dict[str, Any]:
    """Content of run.json, with a fingerprint of all that decides the figures."""
    free = {"checkpoint_every_s"}
    if config.labels == REFERENCE:  # a run of before there were others goes on
        free |= {"labels", "soft_from"}
    decides: dict[str, Any] = {
        "config": config.model_dump(mode="json", exclude=free),
        "manifest_hash": cohort.manifest_hash,
        "split": split_name,
        "folds": [fold.model_dump(mode="json") for fold in folds],
    }
    initial = weights_hash(config.weights)
    if initial:  # the bytes, not the name of their file
        decides["initial_weights_sha256"] = initial
    if labels:
        decides["labels_sha256"] = labels.sha256
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
        **({"labels": labels.facts()} if labels else {}),
    }


def _refuse_taken(run_dir: Path, facts: dict[str, Any]) -> bool:
    """Refuse a directory of another run or of somebody else's files; say whether it is this run's.

    Raises:
        RunError: It is taken.
    """
    entries = {entry.name for entry in run_dir.iterdir()} if run_dir.exists() else set()
    there = {name for name in entries if not is_part(name)} - _SAY_NOTHING
    if RUN not in there:
        if there:
            raise RunError(run_dir, "the directory is not empty", "Choose another with --out")
        return False
    found = read_json(run_dir / RUN, RunError, next_step="Choose another run directory")
    same = found.get("fingerprint") == facts["fingerprint"]
    if same and found.get("prepare_version", PREPARE_VERSION) == PREPARE_VERSION:
        return True
    if there - {RUN, LABELS}:  # one that failed at once has nothing to lose
        other = "other config, cohort, split or labels"
        if same:
            other = "prepared its images in another way"
        raise RunError(
            run_dir,
            f"another run is in this directory ({other})",
            "Choose another with --out, or delete it",
        )
    return False


def _train_folds(
    plan: _Plan, *, config: TrainConfig, run_dir: Path, progress: RunProgress
) -> pd.DataFrame:
    """The table of the run: of several folds, their pooled test parts."""
    progress.phase("preparing")
    network = config.network
    pictures = load_pictures(plan.cohort, network, progress=lambda done, of: progress.tick())
    progress.say(f"{len(pictures.table)} images prepared, {network.width} x {network.height}")
    tables = []
    for number, fold in enumerate(plan.folds):
        own = config.model_copy(update={"seed": config.seed + number})
        parts = ", ".join(f"{len(ids)} {part}" for part, ids in fold.parts().items())
        progress.say(f"fold {fold.name} ({number + 1} of {len(plan.folds)}): {parts} images")
        progress.fold(number + 1, name=fold.name, n_images=len(fold.train), epochs=config.epochs)
        directory = run_dir if len(plan.folds) == 1 else run_dir / "folds" / fold.name
        for written_to in (run_dir, directory, directory / MODEL):
            remove_parts(written_to)  # what a kill left half-written
        table = train_fold(
            pictures, fold, config=own, directory=directory, progress=progress, facts=plan.facts,
            labels=plan.labels.fold(fold.name) if plan.labels else None,
        )  # fmt: skip
        tables.append(table)
    return tables[0] if len(tables) == 1 else _pooled(tables)


def _pooled(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Out-of-fold predictions: the test rows of every fold."""
    table = pd.concat(tables, ignore_index=True)
    return table[table["split"] == "test"].sort_values("image_id", ignore_index=True)
