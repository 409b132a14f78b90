"""What a model answers when it is shown less, and what answers without any picture come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from sgus.core.grades import GRADES, STAGE_NAMES, most_probable_grade, stages_from_grades
from sgus.explain.blanking import FILLS, hide
from sgus.train.baselines import extra_trees, majority
from sgus.train.predict import predict_probabilities
from sgus.workflows.audit_bench import Bench, Fold, Judge, Rows

Progress = Callable[[str, int, int], None]
"""Receives (what is done, done, of)."""
FULL: Final = "full image"
GLAND: Final = "gland hidden"
BORDER: Final = "border only"
MAJORITY: Final = "majority"
COMMONEST: Final = "commonest grade"
"""Of the very images judged: pooled over folds, the majority of training parts falls below it, for
a grade that is rare in a test part is common in the training part."""
GEOMETRY: Final = "frame geometry"
SCANNER: Final = "centre and device"
GLAND_NAME: Final = "gland name"
_NUMBERS: Final = ("width_px", "height_px", "spacing_mm")
_NAMES: Final = {SCANNER: ("centre", "device", "device_class"), GLAND_NAME: ("gland",)}
_BATCH: Final = 64


@dataclass(frozen=True, eq=False)
class Shown:
    """Answers to one kind of input.

    Attributes:
        what: `FULL`, `GLAND`, `BORDER`, or what a classifier without pictures was told.
        fill: How pixels were hidden; "" where none were.
        table: Columns of a prediction table, rows in the order of `Bench.asked`.
    """

    what: str
    fill: str
    table: pd.DataFrame


def answers(bench: Bench, *, seed: int, progress: Progress | None = None) -> list[Shown]:
    """Ask every judge with the full image, with the gland hidden, and with the border only.

    Args:
        bench: What is audited.
        seed: Of the classifiers without pictures.
        progress: Told of batches of images.

    Returns:
        The full image first, then the hidden ones with each fill, then classifiers without
        pictures, the majority last.
    """
    kinds = [(FULL, "")] + [(what, fill) for what in (GLAND, BORDER) for fill in FILLS]
    n_batches = sum(-(-len(judge.fold.asked) // _BATCH) for judge in bench.judges) * len(kinds)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress("images asked", done, n_batches)

    found = []
    for what, fill in kinds:
        hidden = None if what == FULL else bench.hidden_for("gland" if what == GLAND else "inside")
        said = [_asked(bench, judge, hidden, fill, tick) for judge in bench.judges]
        p, stages = (np.concatenate(parts) for parts in zip(*said, strict=True))
        rows = bench.asked
        fold = np.repeat(
            [j.fold.name for j in bench.judges], [len(j.fold.asked) for j in bench.judges]
        )
        found.append(Shown(what, fill, _table(bench, rows, fold, p, stages)))
    return found + _without_pictures(bench, seed=seed)


def _asked(
    bench: Bench,
    judge: Judge,
    hidden: NDArray[np.bool_] | None,
    fill: str,
    tick: Callable[[], None],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pixels = np.array(bench.pictures.pixels[judge.fold.asked])
    if hidden is not None:
        learnt = bench.pictures.pixels[judge.fold.learnt].mean(0, dtype=np.float64)
        pixels = hide(pixels, hidden[judge.fold.asked], fill=fill, learnt=learnt)
    return predict_probabilities(judge.network, torch.from_numpy(pixels)[:, None], tick=tick)


def _without_pictures(bench: Bench, *, seed: int) -> list[Shown]:
    """Classifiers fit on the training part of each fold, told only sizes or names."""
    told: dict[str, NDArray[np.float32]] = {GEOMETRY: geometry_features(bench.pictures.table)}
    told |= {what: _one_hot(bench.pictures.table, names) for what, names in _NAMES.items()}
    found = []
    for what, features in told.items():
        kind = extra_trees
        found.append(_classified(bench, what, features, kind, seed))
    nothing = np.zeros((len(bench.pictures.table), 1), dtype=np.float32)
    rows = bench.asked
    share = majority(nothing, bench.pictures.grades(rows), nothing[rows], seed)
    fold = np.repeat([f.name for f in bench.folds[:1]], len(rows))
    best = Shown(COMMONEST, "", _table(bench, rows, fold, share, stages_from_grades(share)))
    return [*found, best, _classified(bench, MAJORITY, nothing, majority, seed)]


def _classified(
    bench: Bench, what: str, features: NDArray[np.float32], kind: Callable[..., Any], seed: int
) -> Shown:
    def of(fold: Fold) -> NDArray[np.float64]:
        grades = bench.pictures.grades(fold.learnt)
        p: NDArray[np.float64] = kind(features[fold.learnt], grades, features[fold.asked], seed)
        return p

    p = np.concatenate([of(fold) for fold in bench.folds])
    rows = np.concatenate([fold.asked for fold in bench.folds])
    fold = np.repeat([f.name for f in bench.folds], [len(f.asked) for f in bench.folds])
    table = _table(bench, rows, fold, p, stages_from_grades(p))
    at = pd.Index(rows).get_indexer(pd.Index(bench.asked))
    return Shown(what, "", table.iloc[at].reset_index(drop=True))


def geometry_features(table: pd.DataFrame) -> NDArray[np.float32]:
    """What the frame alone tells: no pixel of the picture.

    Args:
        table: Manifest rows with `width_px`, `height_px`, `spacing_mm` and `region`.

    Returns:
        `(n, 9)`: width, height and spacing (-1 where unknown), the region's corners, its width
        and height, in pixels and mm a pixel.
    """
    sizes = [
        pd.to_numeric(table.get(n, pd.Series(index=table.index)), errors="coerce") for n in _NUMBERS
    ]
    numbers = np.stack([column.fillna(-1.0).to_numpy(dtype=np.float32) for column in sizes], axis=1)
    corners = np.array([[float(x) for x in str(text).split()] for text in table["region"]])
    spans = corners[:, 2:] - corners[:, :2]
    return np.concatenate([numbers, corners, spans], axis=1).astype(np.float32)


def _one_hot(table: pd.DataFrame, names: tuple[str, ...]) -> NDArray[np.float32]:
    held = [name for name in names if name in table]
    if not held:
        return np.zeros((len(table), 1), dtype=np.float32)
    codes = pd.get_dummies(table[held].astype(str), columns=held)
    return np.asarray(codes.to_numpy(), dtype=np.float32)


def _table(
    bench: Bench,
    rows: Rows,
    fold: NDArray[Any],
    p: NDArray[np.float64],
    stages: NDArray[np.float64],
) -> pd.DataFrame:
    table = bench.pictures.table.iloc[rows]
    columns: dict[str, Any] = {f"p{grade}": p[:, grade] for grade in GRADES}
    columns |= {f"p_{name}": stages[:, at] for at, name in enumerate(STAGE_NAMES)}
    return pd.DataFrame(
        {
            "image_id": table["image_id"].to_numpy(),
            "patient_id": table["patient_id"].to_numpy(),
            "centre": table["centre"].astype(str).to_numpy(),
            "fold": fold,
            "grade": bench.pictures.grades(rows),
            **columns,
            "predicted": most_probable_grade(p),
        }
    )
