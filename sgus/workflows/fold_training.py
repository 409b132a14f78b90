"""One fold of a run: train, keep the model, predict every part with the kept model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from sgus import __version__
from sgus.cohort.splits import Fold
from sgus.core.errors import RunError
from sgus.core.files import sync_directory, write_text
from sgus.core.grades import GRADES, STAGE_NAMES, most_probable_grade
from sgus.core.rng import stream_seed
from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, load_model, save_model
from sgus.nn.network import GradingNetwork
from sgus.phantom.readers import mean_reader_probabilities
from sgus.train.checkpoint import remove_checkpoints
from sgus.train.config import TrainConfig
from sgus.train.examples import Examples
from sgus.train.fine_tune import fine_tune
from sgus.train.loop import Resume
from sgus.train.predict import Tick, predict_probabilities
from sgus.workflows.pictures import Pictures
from sgus.workflows.run_labels import FoldLabels
from sgus.workflows.run_progress import RunProgress
from sgus.workflows.starting import set_initial_weights

PREDICTIONS = "predictions.csv"
MODEL = "model"
CHECKPOINT = "checkpoint.pt"
_KEPT = ("gland", "side", "centre", "device")

Say = Callable[[str], None]


def train_fold(
    pictures: Pictures,
    fold: Fold,
    *,
    config: TrainConfig,
    directory: Path,
    progress: RunProgress,
    facts: dict[str, Any],
    labels: FoldLabels | None = None,
) -> pd.DataFrame:
    """Train one fold, or take it as it is when it was finished before.

    Args:
        pictures: The images of the cohort.
        fold: Which of them are learnt from, and which not.
        config: How.
        directory: Where the fold's model, table and checkpoints go.
        progress: Hears of every epoch and batch, and may stop the training.
        facts: Content of `run.json`.
        labels: What is learnt in place of the reference grades; None learns these.

    Returns:
        The fold's prediction table: all parts, made with the model as it was stored.

    Raises:
        RunError: The table of a finished fold is damaged.
        Cancelled: `progress` stopped it.
        OSError: Model or table cannot be written.
    """
    path, checkpoint = directory / PREDICTIONS, directory / CHECKPOINT
    if path.exists():
        remove_checkpoints(checkpoint)  # left by a kill between the two last steps
        progress.say(f"fold {fold.name}: already done")
        return _finished(path, fold)
    network = _initial(config, progress.say)
    directory.mkdir(parents=True, exist_ok=True)

    def report(record: dict[str, Any]) -> None:
        progress.record(record)
        progress.say(epoch_line(record, config))

    network, history = fine_tune(
        network,
        _to_learn(pictures, fold.train, config=config, labels=labels),
        _to_judge(pictures, fold.validation, labels=labels) if fold.validation else None,
        config=config,
        report=report,
        resume=Resume(checkpoint, f"{facts['fingerprint']}/{fold.name}"),
        pulse=progress,
    )
    progress.settle(history)
    progress.phase("predicting")
    rows = pictures.rows(fold.train)
    learnt_from = sorted(pictures.table["sha256"].iloc[rows])
    _save(network, learnt_from, fold=fold, config=config, directory=directory / MODEL, facts=facts)
    table = predict_fold(
        pictures, fold, model_dir=directory / MODEL, tick=progress.tick, labels=labels
    )
    write_text(path, table.to_csv(index=False))
    sync_directory(directory)
    remove_checkpoints(checkpoint)
    return _read(path)


def _finished(path: Path, fold: Fold) -> pd.DataFrame:
    """The table of a fold finished before, when it still has every image of every part."""
    step = "Delete it, and the same command trains this fold again"
    wanted = sorted((image, part) for part, ids in fold.parts().items() for image in ids)
    try:
        table = _read(path)
        found = sorted(zip(table["image_id"], table["split"], strict=True))
    except (ValueError, KeyError) as error:  # pandas' own errors are ValueErrors
        raise RunError(path, f"the file is damaged ({error})", step) from error
    if found != wanted:
        cause = f"it holds {len(found)} rows that are not the {len(wanted)} images of the fold"
        raise RunError(path, cause, step)
    return table


def _read(path: Path) -> pd.DataFrame:
    """An image called 007 or NA keeps its name."""
    text = dict.fromkeys(["image_id", "patient_id", "split", "fold", *_KEPT], str)
    return pd.read_csv(path, dtype=text, keep_default_na=False)


def epoch_line(record: dict[str, Any], config: TrainConfig) -> str:
    """One epoch for the person watching."""
    line = (
        f"epoch {record['epoch']:>3}/{config.epochs}  training loss {record['train_loss']:.3f}  "
        f"{record['images_per_s']:.0f} images/s"
    )
    if "validation_loss" in record:
        line += (
            f"  validation loss {record['validation_loss']:.3f}, "
            f"accuracy {record['validation_accuracy']:.2f}"
        )
    if record.get("validation_kappa") is not None:
        line += f", quadratic kappa {record['validation_kappa']:.2f}"
    return line


def _initial(config: TrainConfig, say: Say) -> GradingNetwork:
    torch.manual_seed(stream_seed(config.seed, "initial weights"))
    network = GradingNetwork(config.network)
    say(str(set_initial_weights(network, config.weights)))
    return network


def _to_learn(
    pictures: Pictures, image_ids: list[str], *, config: TrainConfig, labels: FoldLabels | None
) -> Examples:
    rows = pictures.rows(image_ids)
    if labels is None:
        severe = config.targets == "severity"
        soft = mean_reader_probabilities(pictures.severity(rows)) if severe else None
        return Examples.of(pictures.pixels[rows], pictures.grades(rows), distributions=soft)
    p = labels.distributions(image_ids, neighbour_smoothing=config.neighbour_smoothing)
    return Examples.of(pictures.pixels[rows], labels.grades(image_ids), distributions=p)


def _to_judge(pictures: Pictures, image_ids: list[str], *, labels: FoldLabels | None) -> Examples:
    """The validation part: its loss is of what is learnt, its accuracy and kappa of the reference.

    A loss of the reference grades would stop a run at the epoch that suits labels it does not
    learn; a kappa of other labels could not be held against that of another run.
    """
    rows = pictures.rows(image_ids)
    p = None if labels is None else labels.distributions(image_ids)
    return Examples.of(pictures.pixels[rows], pictures.grades(rows), distributions=p)


def _save(
    network: GradingNetwork,
    learnt_from: list[str],
    *,
    fold: Fold,
    config: TrainConfig,
    directory: Path,
    facts: dict[str, Any],
) -> None:
    unit = facts["patient_unit"]
    info = ModelInfo(
        name=f"{facts['cohort']['name']}-{facts['split']}-{fold.name}",
        network=config.network,
        prepare_version=PREPARE_VERSION,
        seed=config.seed,
        sgus_version=__version__,
        manifest_hash=facts["manifest_hash"],
        synthetic=facts["synthetic"],
        training={
            "config": config.model_dump(mode="json"),
            "cohort": facts["cohort"],
            "patient_unit": unit,
            "split": facts["split"],
            "fold": fold.name,
            "n_images": len(fold.train),
        },
        training_sha256=learnt_from,
        licence_notes=facts["cohort"]["terms"],
    )
    card = (
        f"# {info.name}\n\nTrained by `python -m sgus train` for research; figures in the run's "
        f"report.json.\n\nTraining images: {len(fold.train)}"
        f"{' (SYNTHETIC PHANTOMS)' if info.synthetic else ''}. Cohort: {facts['cohort']['name']}. "
        f"Terms: {info.licence_notes or 'not stated'}.\n"
    )
    save_model(directory, network, info, card=card, half=config.half)


def predict_fold(
    pictures: Pictures,
    fold: Fold,
    *,
    model_dir: Path,
    tick: Tick | None = None,
    labels: FoldLabels | None = None,
) -> pd.DataFrame:
    """Predict all parts of a fold with the model on disk.

    Args:
        pictures: The images of the cohort.
        fold: Which of them, in which parts.
        model_dir: The model.
        tick: Called after each batch.
        labels: Of a run that learnt other labels; they stand beside the reference grade.

    Returns:
        Columns `image_id, patient_id, split, fold, grade, p0..p3, p_stage1, p_stage2a,
        p_stage2b, predicted`, then facts of the image, then the labels where there are some.
        `grade` is always the reference.
    """
    network = load_model(model_dir).network
    tables = []
    for part, image_ids in fold.parts().items():
        if not image_ids:
            continue
        rows = pictures.rows(image_ids)
        pixels = torch.from_numpy(pictures.pixels[rows])[:, None]
        p, stages = predict_probabilities(network, pixels, tick=tick)
        facts = pictures.table.iloc[rows].reset_index(drop=True)
        table = facts[["image_id", "patient_id"]].assign(split=part, fold=fold.name)
        table["grade"] = pictures.grades(rows)
        table[[f"p{grade}" for grade in GRADES]] = np.round(p, 6)
        table[[f"p_{name}" for name in STAGE_NAMES]] = np.round(stages, 6)
        table["predicted"] = most_probable_grade(p)
        beside = [] if labels is None else [labels.columns(image_ids)]
        tables.append(pd.concat([table, facts[list(_KEPT)], *beside], axis=1))
    return pd.concat(tables, ignore_index=True)
