"""Promote a trained model to `models/`, with a card that carries its recipe's honest figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sgus.cohort.values import is_name
from sgus.core.errors import ModelError, RunError
from sgus.core.files import read_json
from sgus.nn.model_files import ModelInfo, load_model, read_info, save_model
from sgus.report.card import model_card

RUN = "run.json"
REPORT = "report.json"
MODEL = "model"
_FREE = ("checkpoint_every_s",)
_SINCE = {"labels": "reference", "soft_from": "readers"}
"""What a run of before there was such a setting did."""
"""Settings that change no figure."""
_SCHEMES = {
    "holdout": "test part of a holdout",
    "kfold": "patient-grouped {n}-fold",
    "leave-one-centre-out": "each of {n} centres left out",
}


@dataclass(frozen=True)
class Judgement:
    """A run of the same recipe whose test images the figures come from.

    Attributes:
        directory: The run.
        scheme: In words: `patient-grouped 5-fold`.
        report: Its report.json.
        chose_epoch: A validation part chose the epoch of its models.
    """

    directory: Path
    scheme: str
    report: dict[str, Any]
    chose_epoch: bool


def publish_model(
    run_dir: Path, judged_by: Sequence[Path], *, name: str, out: Path, half: bool = True
) -> ModelInfo:
    """Write a model directory from a run, with figures from runs of the same recipe.

    Args:
        run_dir: A run of one fold, usually on everything.
        judged_by: Evaluated runs on splits of the same cohort with the same config.
        name: Name of the model.
        out: The model directory to write.
        half: Store weights in half precision.

    Raises:
        RunError: A run is unfinished, was made with another config, cohort or preparation of the
            images, or two runs judge by one scheme.
        ModelError: The model cannot be loaded, or its name could not be that of a directory.
    """
    if not is_name(name):
        raise ModelError(name, "this cannot be a model's name", "Use letters and digits")
    facts = _facts(run_dir)
    if out.exists() and any(out.iterdir()):
        raise RunError(out, "the directory is not empty", "Choose another name, or delete it")
    judgements = [_judgement(directory, facts) for directory in judged_by]
    if not judgements:
        raise RunError(run_dir, "no run judges this model", "Name evaluated runs with --judged-by")
    twice = [words for words, n in Counter(j.scheme for j in judgements).items() if n > 1]
    if twice:
        cause = f"several runs judge by the same scheme ({', '.join(twice)})"
        raise RunError(run_dir, cause, "Name one run a scheme with --judged-by")
    loaded = load_model(run_dir / MODEL)
    for judgement in judgements:
        _refuse_other_preparation(judgement.directory, loaded.info)
    info = loaded.info.model_copy(
        update={
            "name": name,
            "figures": [figure for judgement in judgements for figure in _figures(judgement)],
            "training": {
                **loaded.info.training,
                "judged_by": [judgement.scheme for judgement in judgements],
                "chose_epoch": [j.scheme for j in judgements if j.chose_epoch],
            },
        }
    )
    return save_model(out, loaded.network, info, card=model_card(info), half=half)


def same_recipe(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two runs are of one config, as far as figures go, and of one cohort.

    Args:
        one: `run.json` of a run.
        other: That of the other.
    """
    differ = _other_settings(one["config"], other["config"])
    if _labels_hash(one) != _labels_hash(other):  # more was adjudicated between the two
        return False
    return not differ and one["manifest_hash"] == other["manifest_hash"]


def _facts(run_dir: Path) -> dict[str, Any]:
    step = "Give a run directory as train makes it"
    facts = read_json(run_dir / RUN, RunError, next_step=step)
    if not isinstance(facts, dict) or not {"config", "manifest_hash", "folds", "split"} <= set(
        facts
    ):
        raise RunError(run_dir / RUN, "this does not describe a run", step)
    return facts


def _judgement(directory: Path, wanted: dict[str, Any]) -> Judgement:
    facts = _facts(directory)
    differ = _other_settings(facts["config"], wanted["config"])
    same_labels = _labels_hash(facts) == _labels_hash(wanted)
    other = "another cohort" if same_labels else "other labels (more was adjudicated since)"
    if differ:
        other = f"another config ({', '.join(differ)})"
    if differ or not same_labels or facts["manifest_hash"] != wanted["manifest_hash"]:
        raise RunError(
            directory,
            f"it was made with {other}, so its figures say nothing of this model",
            "Train and evaluate the same recipe on a split of the same cohort",
        )
    step = f"Write it: python -m sgus evaluate {directory}"
    report = read_json(directory / REPORT, RunError, next_step=step)
    if not any(figure["where"] == "test" for figure in report["figures"]):
        cause = "its report has no figure of test images"
        raise RunError(directory, cause, "Name a run on a split with a test part")
    folds = facts["folds"]
    scheme = str(facts.get("scheme", ""))
    words = _SCHEMES.get(scheme, f"split {facts['split']}").format(n=len(folds))
    parts = {part["where"] for part in (*report["parts"], *report["left_out"])}
    chose_epoch = bool(facts["config"].get("patience")) and "validation" in parts
    return Judgement(directory, words, report, chose_epoch)


def _other_settings(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Names of the settings that differ and decide figures."""
    names = sorted(one.keys() | other.keys())
    first, second = _SINCE | one, _SINCE | other
    return [name for name in names if name not in _FREE and first.get(name) != second.get(name)]


def _labels_hash(facts: Mapping[str, Any]) -> object:
    """What the labels of a run were made from; None of one that learnt the reference grades."""
    said = facts.get("labels")
    return said.get("source_sha256") if isinstance(said, Mapping) else None


def _refuse_other_preparation(directory: Path, info: ModelInfo) -> None:
    """A network that saw its images in another way says nothing of this one."""
    models = [*directory.glob(MODEL), *directory.glob(f"folds/*/{MODEL}")]
    if not models:
        raise RunError(directory, "it holds no model", "Name the whole run directory")
    if any(read_info(model).prepare_version != info.prepare_version for model in models):
        raise RunError(
            directory,
            "its models saw images prepared by another version of the program",
            "Train and evaluate it again with this version",
        )


def _figures(judgement: Judgement) -> list[dict[str, Any]]:
    """The figures of the pooled test images, saying by which scheme."""
    return [
        {**figure, "where": judgement.scheme}
        for figure in judgement.report["figures"]
        if figure["where"] == "test"
    ]
