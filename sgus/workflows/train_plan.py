"""What the train page says and asks before a run is started; nothing is trained here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sgus.cohort.manifest import Cohort
from sgus.cohort.split_model import Fold
from sgus.core.errors import ConfigError, RunError, SgusError
from sgus.jobs.errors import JobError
from sgus.jobs.states import OPEN
from sgus.jobs.store import LIMIT_PER_USER
from sgus.jobs.worker import ROOM_BYTES
from sgus.workflows.jobs import PROJECT, JobView
from sgus.workflows.run_list import trained_words
from sgus.workflows.train_parts import counted

if TYPE_CHECKING:
    from sgus.train.config import TrainConfig
    from sgus.workflows.duration import Estimate

_MEASURE: Final = (
    "import sys; from sgus.workflows.train_plan import measure_in_this_process as measure; "
    "measure(*sys.argv[1:])"
)
_MEASURE_S: Final = 180
_NO_BREAK: Final = "\u00a0"
_STARTS: Final = {
    "none": "It starts from random weights.",
    "imagenet": "It starts from ImageNet weights, which timm loads.",
    "phantom": "It starts from the bundled model, which learnt from simulated glands alone.",
}
_LEARNS: Final = {
    "head": (
        "Only the last layer learns, on features that are computed once: the quickest answer to "
        "whether these images carry the grade."
    ),
    "last_block": (
        "The last block and the head learn, on features that are computed once; what lies below "
        "stays as it was."
    ),
    "full": "The whole network learns.",
}


@dataclass(frozen=True)
class Wish:
    """What the form asks for.

    Attributes:
        preset: Name of the preset.
        settings: What differs from it.
        config: Both together.
    """

    preset: str
    settings: Mapping[str, Any]
    config: TrainConfig


def make_wish(preset: str, settings: Mapping[str, Any]) -> Wish:
    """Put a preset and the changes of a person together.

    Raises:
        ConfigError: A value is out of range, or some do not go together; said for a form.
    """
    from sgus.train.config import make_config

    written = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
    try:
        config = make_config(preset, settings=written)
    except ConfigError as error:
        cause = error.cause.replace("config - Value error, ", "")
        raise ConfigError("These settings", cause, "Change what is named") from error
    return Wish(preset, dict(settings), config)


def what_it_will_do(wish: Wish, folds: Sequence[Fold]) -> list[str]:
    """The run in plain sentences.

    Args:
        wish: How to train.
        folds: What on; one of the folds has no test images when all images are learnt from.
    """
    config = wish.config
    sentences = [_LEARNS[config.trains], _STARTS.get(config.weights, _start_from(config.weights))]
    each = _of_parts(folds)
    first = f"It learns from {each['train']} images"
    if len(folds) > 1:
        first = f"{len(folds)} models are trained, one a fold, each on {each['train']} images"
    sentences.append(f"{first}, shown {counted(config.epochs, 'time')} at most.")
    if config.patience and all(fold.validation for fold in folds):
        sentences.append(
            f"It stops when the loss on {each['validation']} validation images has not improved "
            f"for {counted(config.patience, 'epoch')}, and the best epoch is kept."
        )
    if any(fold.test for fold in folds):
        tested = sum(len(fold.test) for fold in folds)
        sentences.append(
            f"At the end, and never before, the {tested} test images are graded, and the figures "
            "are written down, with intervals where the patients allow them."
        )
    return sentences


def words_of(config: TrainConfig) -> str:
    """What is trained, in a few words."""
    return trained_words(config.model_dump(mode="json"))


def is_measured(config: TrainConfig, *, runs: Path) -> bool:
    """Whether this machine was measured for such a config."""
    from sgus.workflows.duration import kept_speeds

    return kept_speeds(config, runs=runs) is not None


def measure(config: TrainConfig, *, runs: Path) -> None:
    """Measure this machine for a config, and keep it.

    In a process of its own: the measurement trains, and sets threads and generators of the whole
    process, which other people's sessions share.

    Raises:
        RunError: It did not work; with the last line it said.
    """
    runs.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _MEASURE, config.model_dump_json(), str(runs)]
    step = "Start without an estimate, or change the settings"
    try:
        done = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, timeout=_MEASURE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        cause = f"it was not done after {_MEASURE_S} s"
        raise RunError("The measurement of this machine", cause, step) from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RunError("The measurement of this machine", f"it failed ({said[:200]})", step)


def measure_in_this_process(config: str, runs: str) -> None:
    """What the process that `measure` starts does.

    Args:
        config: The config as JSON.
        runs: Folder of the runs.
    """
    from sgus.train.config import TrainConfig
    from sgus.workflows.duration import calibrated

    calibrated(TrainConfig.parse(json.loads(config), source="config"), runs=Path(runs), anew=True)


def estimated(
    config: TrainConfig, folds: Sequence[Fold], cohort: Cohort, *, runs: Path
) -> Estimate | None:
    """How long a run will take; None where this machine was not measured for such a config."""
    from sgus.workflows.duration import FoldSize, estimate_seconds

    if not is_measured(config, runs=runs):
        return None
    sizes = [FoldSize(len(fold.train), len(fold.validation), len(fold.test)) for fold in folds]
    images = len(cohort.usable())
    shape = (images, config.network.height, config.network.width)
    n_to_prepare = 0 if _is_prepared(cohort.root, shape) else images
    return estimate_seconds(config, sizes, runs=runs, n_to_prepare=n_to_prepare)


def duration_text(seconds: float) -> str:
    """`about 40 s`, `about 3 min`, `about 2 h 10 min`: as exact as an estimate is."""
    if seconds < 8:
        return f"less than 10{_NO_BREAK}s"
    if seconds < 57.5:
        return f"about {5 * round(seconds / 5)}{_NO_BREAK}s"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"about {minutes}{_NO_BREAK}min"
    tens = 10 * round(minutes / 10)
    rest = f" {tens % 60}{_NO_BREAK}min" if tens % 60 else ""
    return f"about {tens // 60}{_NO_BREAK}h{rest}"


def estimate_text(estimate: Estimate) -> str:
    """An estimate in a sentence."""
    most = duration_text(estimate.seconds)
    said = f"{most[0].upper()}{most[1:]} on this machine, as it was measured"
    if estimate.shortest < 0.8 * estimate.seconds:
        said += f"; {duration_text(estimate.shortest)} if it stops as early as it may"
    return f"{said}. Starting, and the figures at the end, come on top."


def refusals_of(wish: Wish, cohort: Cohort, folds: Sequence[Fold], *, runs: Path) -> list[str]:
    """What keeps a run from being started whatever the split: its weights, the disk.

    Returns:
        A sentence each.
    """
    from sgus.workflows.starting import refuse_known_images

    found = []
    try:
        _refuse_missing_weights(wish.config.weights)
        refuse_known_images(wish.config.weights, cohort, list(folds))
    except SgusError as error:
        found.append(str(error))
    free = shutil.disk_usage(_nearest(runs)).free
    if free < ROOM_BYTES:
        found.append(
            f"The disk of the runs has {free // 2**20} MB left, and nothing is started below "
            f"{ROOM_BYTES // 2**20} MB. Free some room, then press start again."
        )
    return found


def free_name(wish: str, taken: Sequence[str]) -> str:
    """A name that no run has: the wish itself, else with a number after it."""
    known = {name.casefold() for name in taken}
    name, number = wish, 1
    while name.casefold() in known:
        number += 1
        name = f"{wish} {number}"
    return name


def refuse_name(name: str, views: Sequence[JobView]) -> None:
    """Refuse a name that another run has: two of one name cannot be told apart.

    Raises:
        JobError: It is taken.
    """
    taken = [view.job.spec.name for view in views]
    if name.casefold() in (other.casefold() for other in taken):
        free = free_name(name, taken)
        raise JobError(f"The name {name!r}", "another run has it", f"Take another, such as {free}")


def places_text(user: str, views: Sequence[JobView], *, limit: int = LIMIT_PER_USER) -> str:
    """How much of the queue a person has, and what waits before a new run."""
    open_jobs = [view.job for view in views if view.job.state in OPEN]
    before = f"{counted(len(open_jobs), 'run')} come first" if len(open_jobs) > 1 else (
        "1 run comes first" if open_jobs else "Nothing waits before it"
    )  # fmt: skip
    mine = sum(job.spec.user == user for job in open_jobs)
    whose = f"{user} has" if user else "Nobody has"
    said = f"{whose} {mine} of the {limit} places" if user else f"Everybody has {limit} places"
    return f"{before}. {said} in the queue."


def _start_from(weights: str) -> str:
    return f"It starts from the weights in {weights}."


def _of_parts(folds: Sequence[Fold]) -> dict[str, str]:
    """Images of each part: a number, or the smallest and largest of several folds."""
    sizes: dict[str, list[int]] = {}
    for fold in folds:
        for part, ids in fold.parts().items():
            sizes.setdefault(part, []).append(len(ids))
    return {
        part: str(min(each)) if min(each) == max(each) else f"{min(each)} to {max(each)}"
        for part, each in sizes.items()
    }


def _is_prepared(root: Path, shape: tuple[int, int, int]) -> bool:
    """Whether the cohort's cache holds as many images of this size; which ones, training checks."""
    for path in (root / "cache").glob("images-*.npy"):
        try:
            if np.load(path, mmap_mode="r").shape == shape:
                return True
        except (OSError, ValueError):  # cut or damaged: training makes it again
            continue
    return False


def _refuse_missing_weights(weights: str) -> None:
    from sgus.workflows.starting import model_directory, weights_hash

    if weights not in _STARTS and model_directory(weights) is None and not Path(weights).is_file():
        weights_hash(weights)


def _nearest(path: Path) -> Path:
    """The folder itself, or the nearest above it that there is."""
    while not path.exists():
        path = path.parent
    return path
