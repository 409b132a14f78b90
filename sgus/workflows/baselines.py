"""Baselines of a run: trained and tested on its own folds, and the run measured against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.manifest import Cohort
from sgus.core.errors import CohortError, RunError
from sgus.core.files import read_json, sha256_file, write_json, write_text
from sgus.core.grades import GRADES, STAGE_NAMES, most_probable_grade, stages_from_grades
from sgus.core.provenance import versions
from sgus.core.region import Region
from sgus.images.texture import FEATURE_NAMES
from sgus.images.texture_store import HEIGHT, WIDTH, Textured, Tick, texture_table
from sgus.report.compare import compare_runs
from sgus.report.evaluation import Origin, evaluate_predictions
from sgus.report.predictions import check_predictions
from sgus.train.baselines import BASELINES, Baseline, Features
from sgus.workflows.cohort_of_run import cohort_of_run
from sgus.workflows.evaluating import read_predictions

BASELINES_JSON: Final = "baselines.json"
BASELINES_CSV: Final = "baselines.csv"
LIMIT_MINUTES: Final = 30.0
"""How long texture features of all images may take; kept ones cost nothing."""
MODEL: Final = "model"
"""What the run itself is called in the differences."""
_PREDICTIONS: Final = "predictions.csv"
_FROM: Final = "training part of each fold; validation and test parts are answered"

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class _Fold:
    """Rows of the run's own table of one fold, checked."""

    name: str
    train: pd.DataFrame
    asked: pd.DataFrame


def run_baselines(
    run: Path,
    *,
    cohort: Path | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    say: Say,
    tick: Tick | None = None,
    limit_minutes: float = LIMIT_MINUTES,
) -> dict[str, Any]:
    """Train every baseline on the folds of a run and write `baselines.json` and `baselines.csv`.

    The folds are those that the run's own tables name, so that a split made again since then
    changes nothing.

    Args:
        run: A finished run on a split with a test or validation part.
        cohort: Its cohort; None looks among those of this installation.
        n_resamples: Resamples of the patient bootstrap.
        seed: Of resamples and trees.
        say: Receives a line at a time.
        tick: Called for each picture whose texture is computed.
        limit_minutes: How long texture features may take in all.

    Returns:
        The content of `baselines.json`: `baselines` (name, title, method), `figures` and
        `confusion` (rows as in `report.json`, with `baseline`), `differences` (model minus
        baseline on the same resamples, `first` and `second` name them), `reason` where there are
        no differences.

    Raises:
        RunError: The run is unfinished or learnt from everything, or its cohort is not here.
        ImageError: A picture cannot be read, or texture features would take too long.
    """
    facts = read_json(run / "run.json", RunError, next_step="Give a run directory")
    own = read_predictions(run / _PREDICTIONS)
    folds = list(_folds(run, own))
    found = _cohort(run, facts.get("manifest_hash"), cohort)
    features = _features(found, folds, say=say, tick=tick, limit_s=limit_minutes * 60)
    tables = {name: _table(kind, folds, features, seed) for name, kind in BASELINES.items()}
    unit = str(facts.get("patient_unit") or "patient")
    report = {
        "kind": "baselines",
        "versions": versions(),
        "manifest_hash": facts.get("manifest_hash"),
        "predictions_sha256": sha256_file(run / _PREDICTIONS),
        "trained_on": _FROM,
        "texture": {"n_features": len(FEATURE_NAMES), "height": HEIGHT, "width": WIDTH},
        "baselines": [
            {"name": name, "title": kind.title, "method": kind.method}
            for name, kind in BASELINES.items()
        ],
        **_judged(tables, facts, n_resamples=n_resamples, seed=seed),
        **_compared(own, tables, n_resamples=n_resamples, seed=seed, unit=unit),
    }
    every = [table.assign(baseline=name) for name, table in tables.items()]
    write_text(run / BASELINES_CSV, pd.concat(every).to_csv(index=False))
    write_json(run / BASELINES_JSON, report)
    say(f"written: {run / BASELINES_JSON}")
    return report


def read_baselines(run: Path) -> dict[str, Any] | None:
    """The content of `baselines.json`; None where there is none or it is of other predictions.

    Raises:
        RunError: The file is damaged.
    """
    if not (run / BASELINES_JSON).is_file():
        return None
    step = "Delete it, or give the baselines command again"
    found = read_json(run / BASELINES_JSON, RunError, next_step=step)
    if not isinstance(found, dict) or found.get("kind") != "baselines":
        raise RunError(run / BASELINES_JSON, "this does not describe baselines", step)
    table = run / _PREDICTIONS
    same = table.is_file() and found.get("predictions_sha256") == sha256_file(table)
    return found if same else None


def _folds(run: Path, own: pd.DataFrame) -> Iterator[_Fold]:
    """The run's own parts: its table where it has one fold, else those of its folds."""
    paths = sorted((run / "folds").glob(f"*/{_PREDICTIONS}"))
    pooled = check_predictions(own)
    tables = [check_predictions(read_predictions(path)) for path in paths] or [pooled]
    for table in tables:
        train = table[table["split"] == "train"].reset_index(drop=True)
        asked = table[table["split"] != "train"].reset_index(drop=True)
        name = str(table["fold"].iloc[0])
        if train.empty or asked.empty:
            cause = f"fold {name or '1'} has no training image or none besides them"
            raise RunError(run, cause, "Baselines need a run on a split, finished, with its folds")
        yield _Fold(name, train, asked)
    tested = {i for table in tables for i in table.loc[table["split"] == "test", "image_id"]}
    if paths and tested != set(pooled.loc[pooled["split"] == "test", "image_id"]):
        cause = "the tables of its folds do not hold the images of its predictions"
        raise RunError(run, cause, "Restore the run directory, or train again")


def _cohort(run: Path, manifest_hash: str | None, given: Path | None) -> Cohort:
    found = cohort_of_run(manifest_hash, given=given)
    if found is None:
        cause = "its cohort is not among those of this installation"
        raise RunError(run, cause, "Name the cohort's directory with --cohort")
    return found


def _features(
    cohort: Cohort, folds: list[_Fold], *, say: Say, tick: Tick | None, limit_s: float
) -> dict[str, NDArray[np.float32]]:
    """Texture features by image."""
    wanted = sorted({i for fold in folds for t in (fold.train, fold.asked) for i in t["image_id"]})
    images = cohort.images.set_index("image_id")
    if missing := [name for name in wanted if name not in images.index]:
        cause = f"{len(missing)} images of the run are not in it"
        raise CohortError(cohort.root, cause, "Give the cohort of the run")
    pictures = [
        Textured(
            name,
            cohort.root / str(images.at[name, "path"]),
            str(images.at[name, "sha256"]),
            Region.parse(str(images.at[name, "region"])),
        )
        for name in wanted
    ]
    say(f"texture of {len(pictures)} images, at most {limit_s / 60:.0f} minutes")
    store = cohort.root / "cache"
    table = texture_table(pictures, directory=store, tick=tick, limit_s=limit_s)
    return dict(zip(wanted, table, strict=True))


def _table(
    kind: Baseline, folds: list[_Fold], features: dict[str, NDArray[np.float32]], seed: int
) -> pd.DataFrame:
    """Answers in the layout of `predictions.csv`; of several folds, the test parts only."""
    tables = []
    for fold in folds:
        train, asked = (_stacked(features, t["image_id"]) for t in (fold.train, fold.asked))
        grades = fold.train["grade"].to_numpy(dtype=np.int64)
        p = kind.answers(train, grades, asked, seed)
        kept = fold.asked[["image_id", "patient_id", "split", "fold", "grade"]]
        columns: dict[str, Any] = {f"p{grade}": p[:, grade].round(6) for grade in GRADES}
        stages = stages_from_grades(p).round(6)
        columns |= {f"p_{name}": stages[:, at] for at, name in enumerate(STAGE_NAMES)}
        tables.append(kept.assign(**columns, predicted=most_probable_grade(p)))
    table = pd.concat(tables, ignore_index=True)
    return table[table["split"] == "test"] if len(folds) > 1 else table


def _stacked(features: dict[str, NDArray[np.float32]], names: pd.Series[Any]) -> Features:
    return np.stack([features[name] for name in names])


def _judged(
    tables: dict[str, pd.DataFrame], facts: dict[str, Any], *, n_resamples: int, seed: int
) -> dict[str, Any]:
    known = {name: facts.get(name) for name in ("manifest_hash", "patient_unit", "synthetic")}
    origin = Origin(**{name: value for name, value in known.items() if value is not None})
    merged: dict[str, Any] = {"figures": [], "confusion": []}
    for name, table in tables.items():
        report = evaluate_predictions(table, n_resamples=n_resamples, seed=seed, origin=origin)
        merged["resampling"], merged["parts"] = report["resampling"], report["parts"]
        for key in ("figures", "confusion"):
            merged[key] += [{"baseline": name} | row for row in report[key]]
    return merged


def _compared(
    own: pd.DataFrame, tables: dict[str, pd.DataFrame], *, n_resamples: int, seed: int, unit: str
) -> dict[str, Any]:
    """Model minus each baseline on the test images, both on the same resamples of patients."""
    if not (own["split"] == "test").any():
        return {"differences": [], "caution": None, "reason": "the run has no test images"}
    differences: list[dict[str, Any]] = []
    for name, table in tables.items():
        pair = {MODEL: own, name: table}
        found = compare_runs(pair, n_resamples=n_resamples, seed=seed, patient_unit=unit)
        differences += found["differences"]
    caution = (
        f"{len(differences)} differences are looked at: of as many true zeros about "
        f"{max(1, round(0.05 * len(differences)))} would show one by chance. Chance of training "
        "(another seed) is not in the intervals."
    )
    return {"differences": differences, "caution": caution, "reason": None}
