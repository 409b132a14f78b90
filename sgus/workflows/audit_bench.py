"""What an audit works on: prepared images, and for each the model that did not learn from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.assignment import assign_groups
from sgus.cohort.manifest import Cohort
from sgus.core.errors import CohortError, ModelError, RunError
from sgus.core.files import read_json, sha256_file
from sgus.core.grades import N_GRADES
from sgus.core.region import Region
from sgus.core.rng import generator
from sgus.explain.blanking import box_around, central
from sgus.images.cache import Progress
from sgus.images.geometry import PREPARE_VERSION, network_window
from sgus.nn.model_files import INFO, LoadedModel, load_model
from sgus.nn.network import GradingNetwork
from sgus.report.predictions import P_COLUMNS, check_predictions
from sgus.workflows.cohort_of_run import cohort_of_run
from sgus.workflows.evaluating import PREDICTIONS, RUN, read_predictions
from sgus.workflows.pictures import Pictures, load_pictures

Rows = NDArray[np.int64]

CENTRAL_SHARE: Final = 0.6
"""Of rows and columns: what stands for the gland where no mask is known."""
BORDER_FROM: Final = 0.8
"""Of rows and columns: the border is what lies outside."""
N_FOLDS: Final = 5
"""Patient-grouped folds of classifiers beside a model that has none of its own."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows of the pictures that are learnt from, and rows that are judged.

    Attributes:
        name: As in the run; "" where there is one only.
        learnt: Rows that the fold learns from.
        asked: Rows that it is judged on.
    """

    name: str
    learnt: Rows
    asked: Rows


@dataclass(frozen=True, eq=False)
class Judge:
    """A network and the images it is judged on.

    Attributes:
        fold: Its own fold: `asked` are its test images.
        network: In evaluation mode.
    """

    fold: Fold
    network: GradingNetwork


@dataclass(frozen=True, eq=False)
class Bench:
    """Everything an audit looks at.

    Attributes:
        name: Of the run or model.
        kind: `run` or `model`.
        cohort: Of the images.
        pictures: Prepared images with their manifest rows.
        glands: `(n, h, w)` gland masks in the network's window; None where not all are known.
        judges: One a fold; no image is asked twice.
        folds: For classifiers beside the networks: the run's own, or folds by patient.
        unit: What a patient is here.
        where: Name of the part that is judged.
        memory: Images asked that their own judge learnt from: 0 for a run.
        stored: `(n_asked, 4)` probabilities that the run wrote, in the order of `asked`, or None.
        facts: Manifest hash and the like, for the result.
    """

    name: str
    kind: str
    cohort: Cohort
    pictures: Pictures
    glands: NDArray[np.bool_] | None
    judges: tuple[Judge, ...]
    folds: tuple[Fold, ...]
    unit: str
    where: str
    memory: int
    stored: NDArray[np.float64] | None
    facts: dict[str, Any]

    @property
    def asked(self) -> Rows:
        """Rows judged, fold after fold."""
        return np.concatenate([judge.fold.asked for judge in self.judges])

    @property
    def synthetic(self) -> bool:
        """The images are phantoms."""
        return bool(self.cohort.info.synthetic)

    def hidden_for(self, part: str) -> NDArray[np.bool_]:
        """What is hidden, `(n, h, w)`: `gland`, or `inside` of the border."""
        n, height, width = self.pictures.pixels.shape
        if part == "gland" and self.glands is not None:
            return np.stack([box_around(mask) for mask in self.glands])
        share = CENTRAL_SHARE if part == "gland" else BORDER_FROM
        middle = central(height, width, share=share)
        return np.broadcast_to(middle, (n, height, width))

    def looked_for(self) -> NDArray[np.bool_]:
        """Where light of a map belongs, `(n, h, w)`: the gland, else the middle."""
        return self.hidden_for("gland") if self.glands is None else self.glands


def bench_of_run(
    run: Path, *, cohort: Path | None = None, progress: Progress | None = None
) -> Bench:
    """Load a run for an audit: each fold's model and only the images it did not learn from.

    Args:
        run: A finished run that kept its models.
        cohort: Its cohort; None looks among those of this installation.
        progress: Of the preparation of images.

    Raises:
        RunError: It is unfinished, has no test part, or kept no model; or the cohort is missing.
        ModelError: A model is damaged or of another preparation.
        CohortError: Images were changed or are missing.
    """
    facts = read_json(
        run / RUN, RunError, next_step="Give a run directory, or a model and a cohort"
    )
    own = read_predictions(run / PREDICTIONS)
    found = cohort_of_run(facts.get("manifest_hash"), given=cohort)
    if found is None:
        cause = "its cohort is not among those of this installation"
        raise RunError(run, cause, "Name the cohort's directory")
    tables = list(_fold_tables(run, own))
    models = [_model(place) for place, _ in tables]
    pictures = load_pictures(found, models[0].info.network, progress=progress)
    judges, stored, where = [], [], set()
    for (_, table), model in zip(tables, models, strict=True):
        part = "test" if (table["split"] == "test").any() else "validation"
        asked = table[table["split"] == part]
        learnt = table[table["split"] == "train"]
        if asked.empty or learnt.empty:
            cause = "a fold has no image that its model did not learn from"
            raise RunError(run, cause, "Audit a run on a split, or the model with a cohort")
        fold = Fold(
            str(table["fold"].iloc[0]),
            pictures.rows(learnt["image_id"].tolist()),
            pictures.rows(asked["image_id"].tolist()),
        )
        judges.append(Judge(fold, model.network))
        stored.append(asked[list(P_COLUMNS)].to_numpy(dtype=np.float64))
        where.add(part)
    return Bench(
        name=run.name, kind="run", cohort=found, pictures=pictures,
        glands=gland_masks(found, pictures),
        judges=tuple(judges), folds=tuple(judge.fold for judge in judges),
        unit=str(facts.get("patient_unit") or "unknown"), where=" and ".join(sorted(where)),
        memory=0,
        stored=np.concatenate(stored),
        facts={
            "manifest_hash": facts.get("manifest_hash"), "scheme": facts.get("scheme"),
            "predictions_sha256": sha256_file(run / PREDICTIONS),
        },
    )  # fmt: skip


def bench_of_model(
    model: Path, cohort: Path, *, seed: int = 0, progress: Progress | None = None
) -> Bench:
    """Load a model for an audit on a cohort, and count the images it learnt from.

    Args:
        model: A model directory.
        cohort: A cohort directory.
        seed: Of the folds by patient for the classifiers beside it.
        progress: Of the preparation of images.

    Raises:
        ModelError: The model cannot be used.
        CohortError: The cohort cannot be read, or has fewer than two patients.
    """
    from sgus.cohort.manifest import load_cohort

    found, loaded = load_cohort(cohort), _model(model)
    pictures = load_pictures(found, loaded.info.network, progress=progress)
    known = pictures.table["sha256"].isin(loaded.info.training_sha256).to_numpy()
    everything = np.arange(len(known), dtype=np.int64)
    learnt = everything[known] if known.any() else everything
    return Bench(
        name=loaded.info.name, kind="model", cohort=found, pictures=pictures,
        glands=gland_masks(found, pictures),
        judges=(Judge(Fold("", learnt, everything), loaded.network),),
        folds=_folds_by_patient(pictures, seed=seed), unit=str(found.info.patient_unit),
        where="all images", memory=int(known.sum()), stored=None,
        facts={
            "manifest_hash": found.manifest_hash, "scheme": None,
            "weights_sha256": loaded.info.weights_sha256,
        },
    )  # fmt: skip


def is_model(directory: Path) -> bool:
    """Whether a directory is a model rather than a run."""
    return (directory / INFO).is_file() and not (directory / RUN).is_file()


def _fold_tables(run: Path, own: pd.DataFrame) -> Iterator[tuple[Path, pd.DataFrame]]:
    """Directory of the model and table of each fold."""
    places = sorted(path.parent for path in (run / "folds").glob(f"*/{PREDICTIONS}"))
    if not places:
        yield run / "model", check_predictions(own)
    for place in places:
        yield place / "model", check_predictions(read_predictions(place / PREDICTIONS))


def _model(directory: Path) -> LoadedModel:
    loaded = load_model(directory)
    if loaded.info.prepare_version != PREPARE_VERSION:
        cause = f"it learnt from images prepared by version {loaded.info.prepare_version}"
        raise ModelError(directory, cause, "Train it again")
    return loaded


def gland_masks(cohort: Cohort, pictures: Pictures) -> NDArray[np.bool_] | None:
    """Gland masks in the network's window; None where the cohort does not have them all.

    Args:
        cohort: With a column `mask_path`, as phantom cohorts have.
        pictures: The prepared images.

    Returns:
        `(n, h, w)`.

    Raises:
        CohortError: A mask is named that is missing, or was changed.
    """
    table = pictures.table
    if "mask_path" not in table or (table["mask_path"].astype(str) == "").any():
        return None
    _, height, width = pictures.pixels.shape
    return np.stack([_mask(cohort.root, row, height, width) for _, row in table.iterrows()])


def _mask(root: Path, row: pd.Series[Any], height: int, width: int) -> NDArray[np.bool_]:
    path = root / str(row["mask_path"])
    said = str(row.get("mask_sha256") or "")
    if not path.is_file() or (said and sha256_file(path) != said):
        cause = "the gland's mask is missing or is not the one the manifest names"
        raise CohortError(path, cause, "Make the phantom cohort again")
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise CohortError(path, "the gland's mask is not a picture", "Make the cohort again")
    region = Region.parse(str(row["region"])).clip(mask.shape[1], mask.shape[0])
    crop = mask[network_window(region, height=height, width=width).slices]
    area = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(area > 127, dtype=np.bool_)


def _folds_by_patient(pictures: Pictures, *, seed: int) -> tuple[Fold, ...]:
    patients, index = np.unique(pictures.table["patient_id"].to_numpy(), return_inverse=True)
    n_folds = min(N_FOLDS, len(patients))
    if n_folds < 2:
        raise CohortError("cohort", "all images are of one patient", "Give a larger cohort")
    strata = np.zeros((len(patients), N_GRADES))
    np.add.at(strata, (index, pictures.grades(np.arange(len(index)))), 1.0)
    part = assign_groups(
        strata,
        weights=np.ones(N_GRADES),
        shares=np.full(n_folds, 1.0 / n_folds),
        rng=generator(seed, "audit folds"),
    )[index]
    return tuple(
        Fold(str(at + 1), np.flatnonzero(part != at), np.flatnonzero(part == at))
        for at in range(n_folds)
    )
