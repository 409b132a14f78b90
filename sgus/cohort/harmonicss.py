"""The published SGUS benchmark in its own layout: `Anonymized images/NNN.jpg` and a workbook.

References:
    Zabotti et al. 2020, 10.3389/fmed.2020.581248 (225 images, four centres).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sgus.cohort.info import CohortInfo
from sgus.cohort.quality import Problem, Record
from sgus.cohort.sheet import EXCEL, Sheet, read_sheet
from sgus.cohort.source import ImageFolder, Source, find_files
from sgus.core.errors import CohortError

FOLDER: Final = "Anonymized images"
COLUMNS: Final = {
    "centre": "Center",
    "image_id": "Anonymized ID",
    "gland": "parotid/submandibular",
    "device": "machine",
    "de_vita": "De Vita et al. score",
    "grade": "OMERACT score",
    "sex": "Sex",
    "age_years": "Age at US evaluation",
    "disease_duration_years": "disease duration",
    "acr_eular_2016": "fulfillment of 2016 ACR-EULAR classification criteria for pSS",
}
_KEY: Final = ("centre", "sex", "age_years", "disease_duration_years", "acr_eular_2016")
_INFO: Final = CohortInfo(
    name="HarmonicSS",
    source="HarmonicSS SGUS benchmark, Zabotti et al. 2020, 10.3389/fmed.2020.581248",
    terms="Published as a public benchmark without a licence file: research use, cite the paper, "
    "do not redistribute the images",
    patient_unit="grouping key",
    notes=(
        "The benchmark names no patients: patient_id groups all images of one centre, sex, age, "
        "disease duration and classification, so that one patient cannot stand on two sides of a "
        "split. It may merge patients who look alike; it is not a patient count.",
        "Ages are kept in completed years.",
    ),
)


def read_harmonicss(directory: Path, *, name: str | None = None) -> Source:
    """Read the benchmark's spreadsheet and find its images.

    Args:
        directory: The folder that holds `Anonymized images` and the workbook.
        name: Name of the cohort.

    Raises:
        CohortError: The directory is not laid out like the benchmark.
    """
    folder = ImageFolder(_find_folder(directory))
    table = _find_workbook(directory)
    sheet = _rename(table, read_sheet(table))
    raw = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    ids = [record["image_id"] for record in raw]
    files, problems = find_files(folder, ids, sheet.numbers)
    records = [
        _record(record, patient, file)
        for record, patient, file in zip(raw, _patients(raw), files, strict=True)
    ]
    notes = (f"ignored in {FOLDER}: {', '.join(folder.others)}",) if folder.others else ()
    return Source(
        table=table,
        folder=directory,
        info=_INFO.model_copy(update={"name": name or _INFO.name}),
        records=tuple(records),
        rows=sheet.numbers,
        files=files,
        problems=(*problems, *_files_without_a_row(folder, files)),
        notes=notes,
    )


def _find_folder(directory: Path) -> Path:
    next_step = f"Give the folder that holds {FOLDER!r} and the spreadsheet"
    if not directory.is_dir():
        raise CohortError(directory, "there is no such folder", next_step)
    found = [path for path in directory.iterdir() if path.name.casefold() == FOLDER.casefold()]
    if len(found) != 1:
        raise CohortError(directory, f"it has no folder {FOLDER!r}", next_step)
    return found[0]


def _find_workbook(directory: Path) -> Path:
    books = sorted(
        path
        for path in directory.iterdir()
        if path.suffix.lower() in EXCEL and not path.name.startswith(("~$", "."))
    )
    if len(books) != 1:
        named = ", ".join(path.name for path in books) or "none"
        cause = f"one spreadsheet is expected, found {len(books)} ({named})"
        raise CohortError(directory, cause, "Leave only the benchmark's own .xlsx there")
    return books[0]


def _rename(table: Path, sheet: Sheet) -> Sheet:
    ours = {theirs.casefold(): name for name, theirs in COLUMNS.items()}
    present = {column.casefold() for column in sheet.columns}
    if missing := [theirs for theirs in COLUMNS.values() if theirs.casefold() not in present]:
        raise CohortError(
            table,
            f"no column {', '.join(map(repr, missing))}; there are {', '.join(sheet.columns)}",
            "Give the benchmark's own spreadsheet, or use `import table` with --map",
        )
    columns = tuple(ours.get(column.casefold(), column) for column in sheet.columns)
    return Sheet(columns, sheet.rows, sheet.numbers, sheet.notes)


def _patients(raw: Sequence[Record]) -> list[str]:
    """A grouping key for each row.

    Equal descriptions are one group wherever they stand: in Ljubljana four glands of an age
    given to the day (74.88219...) are spread over eleven rows, and are plainly one person.
    """
    groups: dict[tuple[str, ...], str] = {}
    counts: dict[str, int] = {}
    for record in raw:
        key = tuple(record[field].casefold() for field in _KEY)
        if key not in groups:
            centre = _place(record["centre"])
            counts[centre] = counts.get(centre, 0) + 1
            groups[key] = f"{centre}-{counts[centre]:03d}"
    return [groups[tuple(record[field].casefold() for field in _KEY)] for record in raw]


def _record(raw: Record, patient: str, file: Path | None) -> Record:
    image_id = raw["image_id"] if file is None else file.stem
    known = {
        "image_id": image_id,
        "patient_id": patient,
        "gland": raw["gland"],
        "centre": _place(raw["centre"]),
        "device": raw["device"],
        "grade": raw["grade"],
    }
    extra = {field: raw[field] for field in COLUMNS if field not in known}
    return known | extra | {"age_years": _completed_years(raw["age_years"])}


def _place(centre: str) -> str:
    """`Udine (Italy)` is `Udine`."""
    return re.sub(r"\s*\([^()]*\)$", "", centre)


def _completed_years(age: str) -> str:
    """Some ages are given to the day, which says a birthday: whole years are enough."""
    try:
        return str(math.floor(float(age)))
    except (ValueError, OverflowError):
        return age


def _files_without_a_row(folder: ImageFolder, files: Sequence[Path | None]) -> list[Problem]:
    used = {file.name for file in files if file is not None}
    todo = "Add its row to the spreadsheet, or take the file away"
    return [
        Problem(
            "extra-file", None, "", f"{folder.folder.name}/{name} has no row", todo, blocks=True
        )
        for name in folder.names
        if name not in used
    ]
