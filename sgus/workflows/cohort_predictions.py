"""What every run says of one image, read from the runs' prediction tables as they lie on disk."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sgus.core.errors import RunError
from sgus.core.files import read_json
from sgus.core.grades import GRADES
from sgus.workflows.cohort_splits import fold_title
from sgus.workflows.jobs import runs_folder

_PREDICTIONS: Final = "predictions.csv"
_PARTS: Final = {
    "test": "test: the model never saw it",
    "validation": "validation: it chose the epoch on it",
    "train": "training: it learnt from it",
}
_KEPT_TABLES: Final = 64
_KEPT_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Run:
    """A run that can be asked about images of a cohort.

    Attributes:
        directory: Where it is.
        name: Name of the directory.
        synthetic: It learnt from simulated images alone.
    """

    directory: Path
    name: str
    synthetic: bool


@dataclass(frozen=True)
class Prediction:
    """What one run says of an image.

    Attributes:
        run: The run.
        part: `train`, `validation`, `test`, or another word of its table.
        fold: The fold, "" where there is one only.
        grade: The most probable grade.
        p: Four grade probabilities; empty where the table has none.
        reference: The grade it was compared with, None where there was none.
        model: The model that said so; None where it is not kept.
    """

    run: Run
    part: str
    fold: str
    grade: int
    p: tuple[float, ...]
    reference: int | None
    model: Path | None

    @property
    def seen(self) -> str:
        """Whether the model knew the image, in words."""
        said = _PARTS.get(self.part, self.part or "not known")
        return f"{said} ({fold_title(self.fold)})" if self.fold else said


def runs_of(manifest_hash: str, folder: Path | None = None) -> list[Run]:
    """The runs made from exactly this cohort, by name; what is no run is passed over.

    Args:
        manifest_hash: Of the cohort.
        folder: Of the runs; that of this installation when None.
    """
    found = []
    for path in sorted((folder or runs_folder()).glob("*/run.json")):
        if not (path.parent / _PREDICTIONS).is_file():
            continue
        state = path.stat()
        said = _facts(path, state.st_size, state.st_mtime_ns)
        if said.get("manifest_hash") == manifest_hash:
            found.append(Run(path.parent, path.parent.name, said.get("synthetic") is True))
    return found


def predictions_of(image_id: str, runs: Iterable[Run]) -> tuple[list[Prediction], list[str]]:
    """What runs say of an image.

    Args:
        image_id: The image.
        runs: From `runs_of`.

    Returns:
        A prediction for each row about the image, test parts first within a run; and a sentence
        for each table that cannot be read.
    """
    found, problems = [], []
    for run in runs:
        try:
            rows = [_prediction(run, row) for row in _rows(run.directory / _PREDICTIONS, image_id)]
        except (RunError, OSError, ValueError, KeyError, csv.Error) as error:
            cause = error.cause if isinstance(error, RunError) else "its predictions are damaged"
            problems.append(f"Run {run.name}: {cause}. Predict again, or restore the file.")
        else:
            found += sorted(rows, key=lambda one: (one.part != "test", one.fold))
    return found, problems


def model_of(run: Run, fold: str) -> Path | None:
    """The model of a run, or of the fold of one that has several."""
    for folder in (run.directory, run.directory / "folds" / fold):
        if fold in ("", ".", "..") and folder != run.directory:
            continue
        model = folder / "model"
        if (model / "model.json").is_file():
            return model
    return None


def _rows(path: Path, image_id: str) -> list[dict[str, str]]:
    """The rows about one image: its place is looked up, so that no table is kept as objects."""
    state = path.stat()
    data = _table(path, state.st_size, state.st_mtime_ns)
    end = data.find(b"\n")
    header = next(csv.reader([data[:end].decode("utf-8-sig")])) if end > 0 else []
    if "image_id" not in header or "predicted" not in header:
        raise RunError(path, "its predictions have no columns image_id and predicted", "Predict")
    if header[0] != "image_id":
        everything = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
        return [row for row in everything if row["image_id"] == image_id]
    lines, wanted, at = [], f"\n{image_id},".encode(), data.find(f"\n{image_id},".encode(), end)
    while at >= 0:
        stop = data.find(b"\n", at + 1)
        lines.append(data[at + 1 : stop if stop >= 0 else len(data)].decode().rstrip("\r"))
        at = data.find(wanted, at + 1)
    rows = [dict(zip(header, row, strict=True)) for row in csv.reader(lines)]
    return [row for row in rows if row["image_id"] == image_id]


def _prediction(run: Run, row: Mapping[str, str]) -> Prediction:
    p = tuple(float(row[f"p{grade}"]) for grade in GRADES) if "p0" in row else ()
    reference = row.get("grade", "")
    several = (run.directory / "folds").is_dir()
    fold = row.get("fold", "")
    return Prediction(
        run=run,
        part=row.get("split", ""),
        fold=fold if several else "",
        grade=int(row["predicted"]),
        p=p,
        reference=int(reference) if reference else None,
        model=model_of(run, fold),
    )


@lru_cache(maxsize=512)
def _facts(path: Path, size: int, changed: int) -> Mapping[str, Any]:
    del size, changed  # only part of the key
    try:
        said = read_json(path, RunError, next_step="Restore the run")
    except (RunError, OSError):
        return {}
    return said if isinstance(said, dict) else {}


def _table(path: Path, size: int, changed: int) -> bytes:
    """The bytes of a table; large ones are read anew, so that memory stays bounded."""
    if size > _KEPT_BYTES // _KEPT_TABLES:
        return path.read_bytes()
    return _small_table(path, size, changed)


@lru_cache(maxsize=_KEPT_TABLES)
def _small_table(path: Path, size: int, changed: int) -> bytes:
    del size, changed  # only part of the key
    return path.read_bytes()
