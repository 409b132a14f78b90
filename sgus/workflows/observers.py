"""Ratings of several readers, from a table or a cohort, ready for the statistics of agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sgus.cohort.rating_cells import listed
from sgus.cohort.rating_tables import RatingTable, read_ratings
from sgus.core.errors import CohortError, ConfigError
from sgus.core.files import read_json
from sgus.core.grades import GRADES
from sgus.stats.agreement.panel import MISSING, Panel, Readings

if TYPE_CHECKING:
    from sgus.cohort.manifest import Cohort

PATIENT_UNIT: Final = "patient"
ITEM_UNIT: Final = "item"
ITEM_COLUMNS: Final = (
    "gland", "side", "device", "device_class", "centre", "operator", "visit", "sex", "age",
    "anatomy", "view", "sha256", "path",
)  # fmt: skip
"""What of a cohort's images.csv describes an image here."""
_INFO: Final = "cohort.json"
_IMAGES: Final = "images.csv"
_RATINGS: Final = "ratings.csv"


@dataclass(frozen=True, eq=False)
class Observed:
    """Readings with all that is known about images and readers.

    Attributes:
        name: Of the table or the cohort.
        readings: Of every image that was read at all, in the order of the table.
        item_attributes: Attribute to the value of each image of `readings`; "" where not said.
        reader_attributes: Attribute to reader to value.
        n_rows_read: Rows of the ratings table.
        n_readings: Grades given, those of excluded images not counted.
        n_empty: Cells or rows without a grade.
        n_never_rated: Images without any grade; they are in no figure.
        n_excluded: Images left out because the cohort excludes them.
        notes: What was assumed or left out, plain sentences.
        synthetic: The images are phantoms; None where a table does not say.
        sha256: Of the ratings table.
        manifest_hash: Of the cohort, or "".
    """

    name: str
    readings: Readings
    item_attributes: Mapping[str, tuple[str, ...]]
    reader_attributes: Mapping[str, Mapping[str, str]]
    n_rows_read: int
    n_readings: int
    n_empty: int
    n_never_rated: int
    n_excluded: int
    notes: tuple[str, ...]
    synthetic: bool | None
    sha256: str
    manifest_hash: str = ""

    @property
    def panel(self) -> Panel:
        """Each reader's first reading of each image."""
        return self.readings.first

    @property
    def n_units(self) -> int:
        """Patients, or images where patients are unknown."""
        return int(self.panel.unit_index.max(initial=-1)) + 1


def observe(
    source: Path,
    *,
    grades: Sequence[int] | None = None,
    patient_column: str | None = None,
    ignore: Sequence[str] = (),
    attribute_columns: Sequence[str] = (),
    sheet: str | None = None,
) -> Observed:
    """Read a ratings table, or the ratings of a cohort directory.

    Args:
        source: A CSV or Excel table, or a cohort directory.
        grades: The scale of a table, 0 to 3 when None; a cohort has that of OMERACT.
        patient_column: See `read_ratings`.
        ignore: See `read_ratings`.
        attribute_columns: See `read_ratings`.
        sheet: See `read_ratings`.

    Raises:
        CohortError: The table or the cohort cannot be read.
        ConfigError: An option is about tables and a cohort was given.
    """
    if not source.is_dir():
        table = read_ratings(
            source,
            grades=GRADES if grades is None else grades,
            patient_column=patient_column,
            ignore=ignore,
            attribute_columns=attribute_columns,
            sheet=sheet,
        )
        return _beside(source, observed_table(table))
    if patient_column or ignore or attribute_columns or sheet:
        cause = "a cohort names its columns itself"
        raise ConfigError(source, cause, "Leave out the options about columns and sheets")
    if grades is not None and tuple(grades) != GRADES:
        cause = f"the grades of a cohort are {', '.join(map(str, GRADES))}"
        raise ConfigError("grades", cause, "Leave --grades out")
    return cohort_readings(source)


def uploaded_readings(
    data: bytes,
    *,
    name: str,
    grades: Sequence[int] = GRADES,
    patient_column: str | None = None,
) -> Observed:
    """Read a table that is in memory.

    Args:
        data: Content of a CSV or Excel file.
        name: What the file is called.
        grades: The scale.
        patient_column: See `read_ratings`.

    Raises:
        CohortError: The table cannot be read without guessing.
    """
    table = read_ratings(data, name=name, grades=grades, patient_column=patient_column)
    return observed_table(table)


def observed_table(table: RatingTable) -> Observed:
    """A ratings table on its own, such as an uploaded one."""
    readings = readings_of(table)
    rated = readings.first.items
    return Observed(
        name=table.name,
        readings=readings,
        item_attributes={
            name: tuple(values.get(item, "") for item in rated)
            for name, values in table.item_attributes.items()
        },
        reader_attributes=table.reader_attributes,
        n_rows_read=table.n_rows_read,
        n_readings=table.n_readings,
        n_empty=table.n_empty,
        n_never_rated=table.n_never_rated,
        n_excluded=0,
        notes=(*table.notes, *_notes(table)),
        synthetic=None,
        sha256=table.sha256,
    )


def readings_of(table: RatingTable, *, unit: str = PATIENT_UNIT) -> Readings:
    """Every reading as codes; images that nobody read are left out.

    Args:
        table: The ratings.
        unit: What its patients are, where it names them: `patient` or `grouping key`.

    Returns:
        `first` holds each reader's reading of the lowest number, `codes` all of them,
        `(n_items, n_readers, n_readings)`.
    """
    rated = {row.image_id for row in table.rows}
    items = tuple(item for item in table.items if item in rated)
    item_at = {item: at for at, item in enumerate(items)}
    reader_at = {reader: at for at, reader in enumerate(table.readers)}
    code_of = {grade: code for code, grade in enumerate(table.scale)}
    n_readings = max((row.reading for row in table.rows), default=1)
    codes = np.full((len(items), len(table.readers), n_readings), MISSING, dtype=np.int8)
    for row in table.rows:
        place = item_at[row.image_id], reader_at[row.rater_id], row.reading - 1
        codes[place] = code_of[row.grade]
    earliest = np.argmax(codes != MISSING, axis=2)[..., None]
    patients = table.patients
    first = Panel(
        codes=np.take_along_axis(codes, earliest, axis=2)[..., 0],
        items=items,
        readers=table.readers,
        scale=table.scale,
        patients=None if patients is None else tuple(patients[item] for item in items),
        unit=ITEM_UNIT if patients is None else unit,
    )
    return Readings(first, codes)


def cohort_readings(root: Path) -> Observed:
    """The ratings of a cohort, with its patients; excluded images are left out and counted.

    Raises:
        CohortError: The cohort is broken, has no ratings, or an image that was read has no
            patient while others have one.
    """
    from sgus.cohort.manifest import load_cohort

    cohort = load_cohort(root)
    if cohort.ratings is None:
        cause = f"the cohort has no {_RATINGS}"
        raise CohortError(root, cause, "Add it: image_id, rater_id, reading, grade")
    images = cohort.images.loc[~cohort.images["excluded"]]
    table = read_ratings(root / _RATINGS)
    kept, n_excluded = _of_images(table, tuple(images["image_id"]))
    patients = _patients(cohort, kept)
    kept = replace(kept, patients=patients, item_attributes=_attributes(cohort))
    unit = cohort.info.patient_unit
    observed = replace(
        observed_table(kept),
        name=cohort.info.name,
        readings=readings_of(kept, unit=ITEM_UNIT if patients is None else unit),
        n_excluded=n_excluded,
        synthetic=cohort.info.synthetic,
        manifest_hash=cohort.manifest_hash,
    )
    if n_excluded:
        said = f"{n_excluded} excluded images were left out with their readings"
        observed = replace(observed, notes=(*observed.notes, said))
    return observed


def _of_images(table: RatingTable, images: tuple[str, ...]) -> tuple[RatingTable, int]:
    """The ratings of some images, and how many rated images were left out."""
    known = set(images)
    rows = tuple(row for row in table.rows if row.image_id in known)
    if not rows:
        raise CohortError(table.name, "it rates none of the images", "Add ratings of them")
    rated = {row.image_id for row in rows}
    n_excluded = len(set(table.items) - known)
    kept = replace(table, items=images, rows=rows, extra={}, n_never_rated=len(images) - len(rated))
    return kept, n_excluded


def _patients(cohort: Cohort, table: RatingTable) -> dict[str, str] | None:
    ids, patients = cohort.images["image_id"], cohort.images["patient_id"]
    of_image = dict(zip(map(str, ids), map(str, patients), strict=True))
    rated = list(dict.fromkeys(row.image_id for row in table.rows))
    without = [image for image in rated if not of_image[image]]
    if len(without) == len(rated):
        return None
    if without:
        raise CohortError(
            cohort.root / _IMAGES,
            f"{len(without)} images that were read have no patient: {listed(without)}",
            "Give it, or exclude these images",
        )
    return of_image


def _attributes(cohort: Cohort) -> dict[str, dict[str, str]]:
    images = cohort.images
    ids = list(map(str, images["image_id"]))
    return {
        column: dict(zip(ids, map(str, images[column]), strict=True))
        for column in ITEM_COLUMNS
        if column in images.columns and (images[column] != "").any()
    }


def _notes(table: RatingTable) -> list[str]:
    """What a reader of the figures has to know about the table as a whole."""
    notes = []
    if table.patients is None:
        notes.append(
            "patients are not known: images are resampled, and intervals are too narrow where "
            "several images are of one patient"
        )
    earliest: dict[tuple[str, str], int] = {}
    for row in table.rows:
        key = row.image_id, row.rater_id
        earliest[key] = min(earliest.get(key, row.reading), row.reading)
    late = sum(reading > 1 for reading in earliest.values())
    if late:
        notes.append(
            f"{late} times reading 1 is missing: the next one by the same reader stands for it "
            "where readers are compared"
        )
    return notes


def _beside(path: Path, observed: Observed) -> Observed:
    """The table of a cohort, given as a file: say what the directory would add."""
    if path.name != _RATINGS or not (path.parent / _INFO).is_file():
        return observed
    step = "Give the cohort directory, or a table elsewhere"
    info = read_json(path.parent / _INFO, CohortError, next_step=step)
    synthetic = isinstance(info, dict) and info.get("synthetic") is True
    note = "this is the ratings table of a cohort: give its directory to have its patients known"
    return replace(observed, synthetic=synthetic or None, notes=(*observed.notes, note))
