"""Whose word a run learns: the labels of every image of its folds, from one source.

The reference grade stands beside every label and is never replaced: figures are made from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.split_model import Fold
from sgus.core.errors import CohortError, ConfigError
from sgus.core.files import sha256_bytes, to_json
from sgus.core.grades import GRADES, N_GRADES
from sgus.core.registry import Registry
from sgus.stats.agreement.panel import MISSING, Readings
from sgus.stats.consensus import dawid_skene, median_consensus
from sgus.stats.consensus.held_out import held_out_posterior
from sgus.stats.consensus.votes import votes
from sgus.workflows.observers import cohort_readings

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort

REFERENCE: Final = "reference"
CONSENSUS: Final = "consensus"
ADJUDICATED: Final = "adjudicated"
SOFT: Final = "soft"
READERS: Final = "readers"
DAWID_SKENE: Final = "dawid_skene"
LEAST_READERS: Final = 2
"""Readers an image needs: the word of one alone is no consensus and no distribution."""
P_LABELS: Final = tuple(f"label_p{grade}" for grade in GRADES)
_DIGITS: Final = 6  # as in a prediction table: what is written down is what is learnt

FloatArray = NDArray[np.float64]
Given = Mapping[str, FloatArray]
"""Image to `(4,)` probabilities of the grades; an image the source says nothing of is not there."""


@dataclass(frozen=True, eq=False)
class SourceLabels:
    """What a source says, before folds and references are looked at.

    Attributes:
        given: `training` images to what the source says of all images.
        sha256: Names what the source was made from: ratings or settled grades.
    """

    given: Callable[[Sequence[str]], Given]
    sha256: str


def label_table(
    cohort: Cohort, folds: Sequence[Fold], *, source: str, soft_from: str
) -> tuple[pd.DataFrame, str]:
    """The label of every image of every part of every fold.

    Args:
        cohort: The cohort.
        folds: Of one of its splits; only `dawid_skene` labels differ between them, because
            readers' errors are estimated from the readings of the training part alone.
        source: `reference`, `consensus`, `adjudicated` or `soft`.
        soft_from: Of `soft`: `readers` or `dawid_skene`.

    Returns:
        Rows with `fold, split, image_id, patient_id, reference, label, label_from`, for `soft`
        `label_p0..label_p3` too, and the hash of what the source was made from. `label_from` is
        `reference` where the source says nothing of an image. The label of a distribution is its
        most probable grade; of equal ones the reference grade if it is among them, else the
        lower.

    Raises:
        CohortError: The cohort has no ratings, or nothing was adjudicated.
        ConfigError: The source is unknown, or the readings cannot tell readers' errors.
    """
    kind = DAWID_SKENE if (source, soft_from) == (SOFT, DAWID_SKENE) else source
    said = _SOURCES[kind](cohort)
    usable = cohort.usable().set_index("image_id")[["patient_id", "grade"]]
    tables = []
    for fold in folds:
        given = said.given(fold.train)
        for part, ids in fold.parts().items():
            rows = usable.loc[ids]
            tables.append(_part(fold.name, part, ids, rows, given, source=source))
    return pd.concat(tables, ignore_index=True), said.sha256


def _part(
    fold: str, part: str, ids: Sequence[str], rows: pd.DataFrame, given: Given, *, source: str
) -> pd.DataFrame:
    reference = rows["grade"].to_numpy(dtype=np.int64)
    own = np.eye(N_GRADES)[reference]
    p = np.array([given.get(image, one) for image, one in zip(ids, own, strict=True)])
    p = np.round(p.reshape(len(ids), N_GRADES), _DIGITS)
    table = pd.DataFrame({"fold": fold, "split": part, "image_id": list(ids)})
    table["patient_id"] = rows["patient_id"].to_numpy(dtype=object)
    table["reference"] = reference
    table["label"] = most_probable_label(p, reference)
    table["label_from"] = [source if image in given else REFERENCE for image in ids]
    if source == SOFT:
        table[list(P_LABELS)] = p
    return table


def most_probable_label(p: FloatArray, reference: NDArray[np.int64]) -> NDArray[np.int64]:
    """The grade a distribution stands for.

    Args:
        p: `(n, 4)`.
        reference: `(n,)`, which breaks a tie where it is among the most probable grades.

    Returns:
        `(n,)`; of other ties the lower grade.
    """
    most = p >= p.max(axis=1, keepdims=True) - 1e-5  # equal before they were rounded
    tied = most[np.arange(len(p)), reference]
    return np.where(tied, reference, np.argmax(most, axis=1)).astype(np.int64)


def _reference(cohort: Cohort) -> SourceLabels:
    return SourceLabels(lambda training: {}, cohort.manifest_hash)


def _consensus(cohort: Cohort) -> SourceLabels:
    readings, digest = _readings(cohort)
    codes = median_consensus(readings.first, least=LEAST_READERS)
    said = {
        image: np.eye(N_GRADES)[code]
        for image, code in zip(readings.first.items, codes, strict=True)
        if code != MISSING
    }
    return SourceLabels(lambda training: said, digest)


def _adjudicated(cohort: Cohort) -> SourceLabels:
    from sgus.workflows.adjudication import adjudicated_grades

    settled = {str(image): int(grade) for image, grade in adjudicated_grades(cohort.root).items()}
    if not settled:
        raise CohortError(
            cohort.root.name,
            "nothing was adjudicated in it, so that there is no adjudicated label to learn",
            "Settle a queue on the page Adjudicate, or learn other labels",
        )
    said = {image: np.eye(N_GRADES)[grade] for image, grade in settled.items()}
    digest = sha256_bytes(to_json(dict(sorted(settled.items()))).encode())
    return SourceLabels(lambda training: said, digest)


def _of_readers(cohort: Cohort) -> SourceLabels:
    readings, digest = _readings(cohort)
    counts = votes(readings.first)
    n = counts.sum(axis=1)
    said = {
        image: row / of
        for image, row, of in zip(readings.first.items, counts, n, strict=True)
        if of >= LEAST_READERS
    }
    return SourceLabels(lambda training: said, digest)


def _of_dawid_skene(cohort: Cohort) -> SourceLabels:
    readings, digest = _readings(cohort)
    panel = readings.first
    enough = panel.given.sum(axis=1) >= LEAST_READERS

    def given(training: Sequence[str]) -> Given:
        learnt = np.isin(np.array(panel.items), np.array(list(training)))
        fit = dawid_skene(Readings(panel.only(learnt), readings.codes[learnt]))
        if fit.reason is not None:
            step = "Set soft_from=readers, or learn other labels"
            raise ConfigError("soft_from=dawid_skene", fit.reason, step)
        p = held_out_posterior(fit, readings)
        kept = enough & ~np.isnan(p[:, 0])
        return {image: row for image, row, has in zip(panel.items, p, kept, strict=True) if has}

    return SourceLabels(given, digest)


def _readings(cohort: Cohort) -> tuple[Readings, str]:
    if cohort.ratings is None:
        raise CohortError(
            cohort.root.name,
            "the cohort has no ratings.csv, so that nothing is known of its readers",
            "Add it (image_id, rater_id, reading, grade), or learn the reference labels",
        )
    observed = cohort_readings(cohort.root)
    return observed.readings, observed.sha256


_SOURCES: Final[Registry[Callable[[Cohort], SourceLabels]]] = Registry(
    "label source",
    {
        REFERENCE: _reference,
        CONSENSUS: _consensus,
        ADJUDICATED: _adjudicated,
        SOFT: _of_readers,
        DAWID_SKENE: _of_dawid_skene,
    },
)
