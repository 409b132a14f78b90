"""Whether a finished run can become a model of the app, and what is missing where it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sgus.core.errors import RunError
from sgus.core.files import read_json
from sgus.jobs.run_files import STATUS
from sgus.nn.model_files import ModelInfo
from sgus.train.config import DEFAULT, PRESETS, make_config
from sgus.workflows.models import models_folder
from sgus.workflows.publishing import publish_model, same_recipe

EVERYTHING: Final = "everything"
_MODEL: Final = "model"
_RUN: Final = "run.json"
_REPORT: Final = "report.json"
_UNCHANGED: Final = ("checkpoint_every_s",)


@dataclass(frozen=True)
class FinalTraining:
    """The training on all images that a judged recipe still lacks.

    Attributes:
        preset: The nearest preset.
        settings: Changes to it, by the path of the setting.
    """

    preset: str
    settings: Mapping[str, Any]

    def command(self, cohort: Path | str) -> str:
        """The command that does it.

        Args:
            cohort: Directory of the run's cohort.
        """
        changes = "".join(f" --set {key}={_said(value)}" for key, value in self.settings.items())
        said = f"python -m sgus train {cohort} --split {EVERYTHING} --preset {self.preset}"
        return f"{said}{changes}"


@dataclass(frozen=True)
class PublishPlan:
    """What publishing a run would do.

    Attributes:
        model_run: The run whose model it would be; None where there is none.
        judged_by: The runs whose figures the card would carry.
        reasons: Why it cannot be done, sentences; empty where it can.
        training: What is to be trained first, where that is what is missing.
    """

    model_run: Path | None
    judged_by: tuple[Path, ...]
    reasons: tuple[str, ...]
    training: FinalTraining | None = None

    @property
    def possible(self) -> bool:
        """Whether the run can be published."""
        return not self.reasons


def can_publish(run: Path) -> PublishPlan:
    """Look at a run and at those beside it.

    - A run of one fold with a test part is judged by itself.
    - Of a run of several folds, the model is that of a finished run of the same recipe on
      everything; where there is none, that is what is to be trained.
    - A run on everything is judged by finished runs of the same recipe on a split, one a scheme.

    Args:
        run: The run directory; runs of the same recipe are looked for beside it.
    """
    facts = _facts(run)
    if facts is None or not _done(run):
        return PublishPlan(None, (), (f"{run.name} is not a finished run.",))
    if facts.get("scheme") == EVERYTHING:
        judges = tuple(_one_a_scheme(_alike(run, facts)))
        reason = (
            "A model that learnt from every image has none left to be judged by, and no finished "
            "run of the same recipe on a split is beside it: train and evaluate one."
        )
        return PublishPlan(run, judges, () if judges else (reason,))
    if not _has_test_figures(run):
        reason = (
            f"{run.name} has no figures of test images: evaluate it, on a split with a test part."
        )
        return PublishPlan(None, (), (reason,))
    if (run / _MODEL).is_dir():
        return PublishPlan(run, (run,), ())
    final = [other for other, said in _alike(run, facts) if said.get("scheme") == EVERYTHING]
    if final:
        return PublishPlan(final[0], (run,), ())
    if len(facts["folds"]) == 1:
        return PublishPlan(None, (), (f"The model of {run.name} is not there any more.",))
    n = len(facts["folds"])
    reason = (
        f"This run made {n} models, one a fold, and none of them learnt from all images: train the "
        "same recipe on everything first, and these figures will stand on its card."
    )
    return PublishPlan(None, (run,), (reason,), final_training(facts["config"]))


def publish_run(plan: PublishPlan, *, name: str, models: Path | None = None) -> ModelInfo:
    """Publish what a plan says; nothing is ever written over.

    Args:
        plan: Of `can_publish`.
        name: Of the model.
        models: Folder of the models; that of the app when None.

    Returns:
        The description of the model, stored in the folder under its name.

    Raises:
        RunError: The plan has reasons against it, or a model of this name is there.
        ModelError: The name could not be that of a directory.
    """
    if plan.model_run is None or plan.reasons:
        cause = (plan.reasons or ("there is no model",))[0].rstrip(".")
        raise RunError("publishing", cause, "Look at what the page or python -m sgus publish says")
    out = (models or models_folder()) / name
    if name and (out.is_symlink() or out.is_file()):
        raise RunError(out, "there is something of this name", "Choose another name")
    return publish_model(plan.model_run, plan.judged_by, name=name, out=out)


def final_training(config: Mapping[str, Any]) -> FinalTraining:
    """The preset and changes that give a config.

    Args:
        config: As `run.json` holds it.
    """
    wanted = {key: value for key, value in _flat(config) if key not in _UNCHANGED}
    changes = {name: _changes(wanted, name) for name in PRESETS}
    nearest = min(changes, key=lambda name: (len(changes[name]), name != DEFAULT))
    return FinalTraining(nearest, changes[nearest])


def _said(value: Any) -> str:
    """A value as `--set` reads it back."""
    return value if isinstance(value, str) else json.dumps(value)


def _changes(wanted: Mapping[str, Any], preset: str) -> dict[str, Any]:
    known = dict(_flat(make_config(preset, settings=[]).model_dump(mode="json")))
    return {key: value for key, value in wanted.items() if key in known and known[key] != value}


def _flat(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def _facts(run: Path) -> dict[str, Any] | None:
    try:
        said = read_json(run / _RUN, RunError, next_step="Choose another run")
    except (RunError, OSError):
        return None
    whole = isinstance(said, dict) and isinstance(said.get("config"), dict)
    return said if whole and {"manifest_hash", "folds", "split"} <= set(said) else None


def _done(run: Path) -> bool:
    try:
        said = read_json(run / STATUS, RunError, next_step="Choose another run")
    except (RunError, OSError):
        return False
    return isinstance(said, dict) and said.get("state") == "done"


def _has_test_figures(run: Path) -> bool:
    try:
        report = read_json(run / _REPORT, RunError, next_step="Evaluate it")
    except (RunError, OSError):
        return False
    figures = report.get("figures") if isinstance(report, dict) else None
    return any(figure.get("where") == "test" for figure in figures or [])


def _alike(run: Path, facts: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Finished runs of the same recipe and cohort beside a run, by name."""
    for path in sorted(run.absolute().parent.glob(f"*/{_RUN}")):
        other = path.parent
        if other == run.absolute() or not _done(other):
            continue
        said = _facts(other)
        if said is not None and same_recipe(said, facts):
            yield other, said


def _one_a_scheme(found: Iterator[tuple[Path, dict[str, Any]]]) -> Iterator[Path]:
    seen: set[object] = {EVERYTHING}
    for other, said in found:
        if said.get("scheme") not in seen and _has_test_figures(other):
            seen.add(said.get("scheme"))
            yield other
