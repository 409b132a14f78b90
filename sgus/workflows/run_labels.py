"""The labels of one run: worked out once, written beside it, and never again while it goes on.

Adjudicators go on settling images while a run trains. A run that is resumed takes the labels that
it began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.split_model import Fold
from sgus.core.errors import RunError
from sgus.core.files import read_json, sha256_bytes, sha256_file, write_text
from sgus.core.grades import N_GRADES
from sgus.train.sampling import grade_targets
from sgus.workflows.label_sources import P_LABELS, REFERENCE, SOFT, label_table

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort
    from sgus.train.config import TrainConfig

LABELS: Final = "labels.csv"
IN_PREDICTIONS: Final = ("label", "label_from")
"""Columns that a prediction table has beside `grade`, where a run learnt other labels."""
_RUN: Final = "run.json"
_TEXT: Final = ("fold", "split", "image_id", "patient_id", "label_from")

IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FoldLabels:
    """The labels of one fold.

    Attributes:
        table: Its rows of `label_table`, by `image_id`.
        soft: Whether the labels are distributions.
    """

    table: pd.DataFrame
    soft: bool

    def grades(self, image_ids: Sequence[str]) -> IntArray:
        """`(n,)` the label of each image as one grade."""
        return self.table.loc[list(image_ids), "label"].to_numpy(dtype=np.int64)

    def distributions(
        self, image_ids: Sequence[str], *, neighbour_smoothing: float = 0.0
    ) -> NDArray[np.float32]:
        """What to learn of each image.

        Args:
            image_ids: Of the fold.
            neighbour_smoothing: For images with a single grade; what readers said is not
                smoothed again.

        Returns:
            `(n, 4)` float32, rows summing to one.
        """
        rows = self.table.loc[list(image_ids)]
        single = grade_targets(
            self.grades(image_ids), n_grades=N_GRADES, neighbour_smoothing=neighbour_smoothing
        )
        if not self.soft:
            return single
        told = (rows["label_from"] != REFERENCE).to_numpy()[:, None]
        said = rows[list(P_LABELS)].to_numpy(dtype=np.float32)
        return np.where(told, said, single)

    def columns(self, image_ids: Sequence[str]) -> pd.DataFrame:
        """What a prediction table says of the labels, a row an image."""
        names = [*IN_PREDICTIONS, *(P_LABELS if self.soft else ())]
        return self.table.loc[list(image_ids), names].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class RunLabels:
    """The labels of all folds of a run.

    Attributes:
        table: As `label_table` makes it.
        source: `consensus`, `adjudicated` or `soft`.
        soft_from: Of `soft`: `readers` or `dawid_skene`; else "".
        source_sha256: Of the ratings, or of the settled grades, that they were made from.
    """

    table: pd.DataFrame
    source: str
    soft_from: str
    source_sha256: str

    @property
    def text(self) -> str:
        """Content of `labels.csv`."""
        return str(self.table.to_csv(index=False, lineterminator="\n"))

    @property
    def sha256(self) -> str:
        """Hash of `labels.csv`."""
        return sha256_bytes(self.text.encode())

    def fold(self, name: str) -> FoldLabels:
        """The labels of a fold."""
        own = self.table[self.table["fold"] == name].set_index("image_id")
        return FoldLabels(own, soft=self.source == SOFT)

    def facts(self) -> dict[str, Any]:
        """What `run.json` says of them: source, hashes, and what they change in each part."""
        return {
            "source": self.source,
            "soft_from": self.soft_from,
            "source_sha256": self.source_sha256,
            "sha256": self.sha256,
            "parts": part_counts(self.table),
        }

    def lines(self) -> list[str]:
        """What the log says of them."""
        whence = f" from {self.soft_from}" if self.soft_from else ""
        said = [f"labels: {self.source}{whence}; figures are made against the reference labels"]
        return said + [part_line(part) for part in part_counts(self.table)]

    def keep(self, run_dir: Path) -> None:
        """Write `labels.csv`, once.

        Raises:
            OSError: It cannot be written.
        """
        path = run_dir / LABELS
        if not path.is_file() or sha256_file(path) != self.sha256:
            write_text(path, self.text)


def labels_of_run(
    run_dir: Path, cohort: Cohort, folds: Sequence[Fold], *, config: TrainConfig
) -> RunLabels | None:
    """The labels of a run: those it began with, else worked out now.

    Args:
        run_dir: Its directory, which need not exist.
        cohort: The cohort.
        folds: Of its split.
        config: Which labels.

    Returns:
        None for the reference labels: nothing is read or written for them.

    Raises:
        CohortError: The source has nothing to say: no ratings, nothing adjudicated.
        ConfigError: The readings cannot tell readers' errors.
    """
    if config.labels == REFERENCE:
        return None
    soft_from = config.soft_from if config.labels == SOFT else ""
    begun = _begun(run_dir, folds, source=config.labels, soft_from=soft_from)
    if begun is not None:
        return begun
    table, digest = label_table(cohort, folds, source=config.labels, soft_from=soft_from)
    return RunLabels(table, config.labels, soft_from, digest)


def read_labels(path: Path) -> pd.DataFrame:
    """Read `labels.csv`; an image called 007 or NA keeps its name.

    Raises:
        RunError: It is missing or no table of labels.
    """
    step = "Restore the file, or train again"
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(_TEXT, str), keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise RunError(path, f"the file cannot be read ({error})", step) from error
    if missing := {*_TEXT, "reference", "label"} - set(table.columns):
        raise RunError(path, f"there is no column {', '.join(sorted(missing))}", step)
    return table


def part_counts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """What labels change: a row a part of a fold, and the test parts together where several.

    Returns:
        `fold` (None for all together), `part`, `n_images`, `n_patients`, `n_fallback` (images
        the source says nothing of) and `n_differ`, `n_patients_differ`: a label that is not the
        reference grade.
    """
    found = [
        _counted(rows) | {"fold": str(fold), "part": str(part)}
        for (fold, part), rows in table.groupby(["fold", "split"], sort=False)
    ]
    if table["fold"].nunique() > 1:
        found.append(_counted(table[table["split"] == "test"]) | {"fold": None, "part": "test"})
    return found


def part_line(part: Mapping[str, Any]) -> str:
    """One part in words."""
    where = f"{part['part']} fold {part['fold']}" if part["fold"] else f"all {part['part']} parts"
    return (
        f"labels, {where}: {part['n_differ']} of {part['n_images']} images "
        f"({part['n_patients_differ']} of {part['n_patients']} patients) have another label than "
        f"the reference; {part['n_fallback']} without a label of the source keep the reference"
    )


def _counted(rows: pd.DataFrame) -> dict[str, Any]:
    differ = (rows["label"] != rows["reference"]).to_numpy()
    return {
        "n_images": len(rows),
        "n_patients": int(rows["patient_id"].nunique()),
        "n_fallback": int((rows["label_from"] == REFERENCE).sum()),
        "n_differ": int(differ.sum()),
        "n_patients_differ": int(rows.loc[differ, "patient_id"].nunique()),
    }


def _begun(
    run_dir: Path, folds: Sequence[Fold], *, source: str, soft_from: str
) -> RunLabels | None:
    """The labels that the run in this directory began with, where they are whole and fit."""
    path = run_dir / LABELS
    if not path.is_file() or not (run_dir / _RUN).is_file():
        return None
    facts = read_json(run_dir / _RUN, RunError, next_step="Choose another run directory")
    said = facts.get("labels") if isinstance(facts, dict) else None
    if not isinstance(said, dict) or said.get("sha256") != sha256_file(path):
        return None
    if (said.get("source"), said.get("soft_from")) != (source, soft_from):
        return None
    table = read_labels(path)
    wanted = [(f.name, part, image) for f in folds for part, ids in f.parts().items()
              for image in ids]  # fmt: skip
    if list(table[["fold", "split", "image_id"]].itertuples(index=False, name=None)) != wanted:
        return None
    return RunLabels(table, source, soft_from, str(said.get("source_sha256")))
