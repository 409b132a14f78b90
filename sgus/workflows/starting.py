"""Initial weights of a run: where they come from, which bytes they are, what they must not know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from sgus.cohort.manifest import Cohort
from sgus.cohort.splits import Fold
from sgus.core.errors import ModelError
from sgus.core.files import sha256_file
from sgus.nn.model_files import INFO, WEIGHTS, read_info
from sgus.nn.network import GradingNetwork
from sgus.nn.start import start_from_model
from sgus.nn.weights import IMAGENET, NONE, Matched, load_initial_weights
from sgus.workflows.models import models_folder

PHANTOM: Final = "phantom"
PHANTOM_MODEL: Final = "phantom-resnet18"
"""Name of the bundled model trained on phantoms alone."""


def model_directory(source: str) -> Path | None:
    """The model directory that `weights=source` means, or None where it is no model of ours.

    Raises:
        ModelError: `phantom` is asked for and the bundled phantom model is not there.
    """
    if source in (NONE, IMAGENET):
        return None
    if source == PHANTOM:
        directory = models_folder() / PHANTOM_MODEL
        if not (directory / INFO).is_file():
            raise ModelError(
                directory,
                f"weights={PHANTOM} needs the bundled phantom model, which is not there",
                f"Restore the folder, or give weights=PATH, {IMAGENET} or {NONE}",
            )
        return directory
    path = Path(source)
    directory = path.parent if path.name == WEIGHTS else path
    return directory if (directory / INFO).is_file() else None


def set_initial_weights(network: GradingNetwork, source: str) -> Matched:
    """Give `network` its initial weights.

    Args:
        network: With random weights; changed in place.
        source: `none`, `imagenet`, `phantom`, a model directory or a weights file.

    Raises:
        ModelError: They cannot be had.
    """
    directory = model_directory(source)
    if directory is not None:
        return start_from_model(network, directory)
    return load_initial_weights(network, source)


def weights_hash(source: str) -> str:
    """SHA-256 of the weights file behind `source`; "" for none and for those of the hub.

    Raises:
        ModelError: The file is not there.
    """
    if source in (NONE, IMAGENET):
        return ""
    directory = model_directory(source)
    path = directory / WEIGHTS if directory else Path(source)
    if not path.is_file():
        raise ModelError(path, "there is no such weights file", f"Give a path, or {NONE!r}")
    return sha256_file(path)


def refuse_known_images(source: str, cohort: Cohort, folds: list[Fold]) -> None:
    """Refuse a start that learnt from images the run will be judged or stopped by.

    Phantoms of one seed are scans of the same simulated patients, whatever their preset and their
    bytes.

    Raises:
        ModelError: The model of `source` learnt from validation or test images, which are counted,
            or from simulated patients of the cohort's own seed.
    """
    directory = model_directory(source)
    if directory is None:
        return
    info = read_info(directory)
    seed = _phantom_seed(cohort.info.source) if cohort.info.synthetic else None
    if seed is not None and seed == _phantom_seed(_source_of(info.training)):
        raise ModelError(
            f"weights={source}",
            f"this model learnt from phantoms of seed {seed}, the seed of this cohort too: they "
            "show the same simulated patients, and figures would show memory, not skill",
            f"Make the cohort with another --seed, or start from {IMAGENET} or {NONE}",
        )
    learnt = set(info.training_sha256)
    digests = dict(zip(cohort.images["image_id"], cohort.images["sha256"], strict=True))
    held_out = {image for fold in folds for image in [*fold.validation, *fold.test]}
    known = sorted(image for image in held_out if digests[image] in learnt)
    if known:
        raise ModelError(
            f"weights={source}",
            f"this model learnt from {len(known)} of the {len(held_out)} validation and test "
            f"images ({', '.join(known[:5])}): figures on them would show memory, not skill",
            f"Start from {PHANTOM}, {IMAGENET} or {NONE}",
        )


def _source_of(training: dict[str, Any]) -> str:
    cohort = training.get("cohort")
    return str(cohort.get("source", "")) if isinstance(cohort, dict) else ""


def _phantom_seed(source: str) -> int | None:
    """The seed in the command that a phantom cohort says it was made by; None for other cohorts."""
    said = re.search(r"python -m sgus phantom .*--seed (\d+)", source)
    return int(said[1]) if said else None
