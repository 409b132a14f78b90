"""What adjudication came to: settled grades, and the table of ratings that others can read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sgus.cohort.manifest import canonical_csv
from sgus.core.files import sha256_bytes
from sgus.review.entry import PHASES, Entry
from sgus.review.form import ITEMS, LedgerError
from sgus.review.ledger import LEDGER_FILE, Verdict
from sgus.review.queue import person_key
from sgus.review.settle import logs, settle
from sgus.workflows.adjudication_store import cohort_of, entries_of, hash_now, open_ledger

if TYPE_CHECKING:
    import pandas as pd

    from sgus.cohort.manifest import Cohort

ADJUDICATED: Final = "adjudicated"
PREFIX: Final = "adjudicator:"
CHANGED: Final = "the image file has changed since it was seen, so that this does not count"
GONE: Final = "the image is not in the cohort, so that this does not count"
_COLUMNS: Final = (
    "image_id", "sha256", "grade", "source", "first", "second", "entries", "blind", "current",
    "why",
)  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file.
        n_rows: Readings in it.
        n_images: Images in it.
        n_changed: Decisions and settled grades left out because the image file has changed.
        raters: The `rater_id`s in it.
        notes: What was left out or has to be known, plain sentences.
        sha256: Of the file.
    """

    path: Path
    n_rows: int
    n_images: int
    n_changed: int
    raters: tuple[str, ...]
    notes: tuple[str, ...]
    sha256: str


def settled(cohort_dir: Path) -> pd.DataFrame:
    """What adjudication says of each image, of all queues but those for training.

    Returns:
        `image_id, sha256, grade, source, first, second, entries, blind, current, why`: `source`
        is `agreed`, `consensus` or `single` (one decided, the other has not yet), `first` and
        `second` their grades, `entries` the numbers in the ledger with `;` between them, `blind`
        whether nobody of the two had been shown others' answers, `current` whether the image
        file is still the one that was seen, else `why` says so. The grade is empty where they
        found that it cannot be graded. No row where there is no ledger.
    """
    import pandas as pd

    cohort = cohort_of(cohort_dir)
    rows = []
    found = settle(entries_of(cohort_dir))
    now = _hashes(cohort, [made.image_id for made in found])
    for made in found:
        why = _why(now, made.image_id, made.sha256)
        rows.append(
            {
                "image_id": made.image_id,
                "sha256": made.sha256,
                "grade": made.grade,
                "source": made.source,
                "first": made.first,
                "second": made.second,
                "entries": ";".join(map(str, made.entries)),
                "blind": made.blind,
                "current": not why,
                "why": why,
            }
        )
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    whole = dict.fromkeys(("grade", "first", "second"), "Int64")
    return frame.astype(whole | {"blind": "bool", "current": "bool"})


def adjudicated_grades(cohort_dir: Path, *, single: bool = True) -> dict[str, int]:
    """Image id to settled grade, of images whose file is still the one that was seen.

    Args:
        cohort_dir: The cohort.
        single: Whether the grade of one adjudicator alone counts.
    """
    frame = settled(cohort_dir)
    kept = frame["current"] & frame["grade"].notna()
    if not single:
        kept &= frame["source"] != "single"
    pairs = zip(frame.loc[kept, "image_id"], frame.loc[kept, "grade"], strict=True)
    return {str(image): int(grade) for image, grade in pairs}


def verify(cohort_dir: Path, *, head: str = "") -> Verdict:
    """Compute the chain of a cohort's ledger again.

    Args:
        cohort_dir: The cohort.
        head: A head noted before, or "".

    Raises:
        LedgerError: There is no ledger, or it cannot be read.
    """
    if not (cohort_dir / LEDGER_FILE).is_file():  # gone must not verify as empty
        raise LedgerError(cohort_dir, "there is no ledger", "Check the directory, or adjudicate")
    return open_ledger(cohort_dir).verify(head=head)


def export_ratings(cohort_dir: Path, out: Path) -> Exported:
    """Write the decisions as a long table of ratings, which `agreement` reads.

    A row a reading: `adjudicator:NAME` for what each one said blinded (a second time where they
    decided the image in another queue), `adjudicated` for what was settled. Of an image that
    cannot be graded the cell is empty. Nothing of the cohort is changed.

    Args:
        cohort_dir: The cohort.
        out: A file that does not exist, outside the cohort.

    Raises:
        LedgerError: There is nothing to export, the file exists, or lies in the cohort.
        OSError: The file cannot be written.
    """
    _refuse_place(cohort_dir, out)
    cohort = cohort_of(cohort_dir)
    entries = entries_of(cohort_dir)
    rows, n_changed = _readings(cohort, entries)
    if not rows:
        cause = "there is no decision to export"
        raise LedgerError(cohort_dir, cause, "Adjudicate first; training is not exported")
    frame, notes = _described(cohort, rows)
    if n_changed:
        notes.append(f"{n_changed} left out: {CHANGED}")
    data = canonical_csv(frame).encode()
    _write_new(out, data)
    return Exported(
        path=out,
        n_rows=len(frame),
        n_images=int(frame["image_id"].nunique()),
        n_changed=n_changed,
        raters=tuple(dict.fromkeys(frame["rater_id"])),
        notes=tuple(notes),
        sha256=sha256_bytes(data),
    )


def _hashes(cohort: Cohort, image_ids: Sequence[str]) -> dict[str, str]:
    """Hash of each image's file as it is now; an image that is not in the cohort has none."""
    rows = {str(image): row for row, image in enumerate(cohort.images["image_id"])}
    return {i: hash_now(cohort, rows[i]) for i in dict.fromkeys(image_ids) if i in rows}


def _why(now: Mapping[str, str], image_id: str, sha256: str) -> str:
    if image_id not in now:
        return GONE
    return "" if now[image_id] == sha256 else CHANGED


def _readings(cohort: Cohort, entries: Sequence[Entry]) -> tuple[list[dict[str, Any]], int]:
    """Rows of the decisions that stand, then of what was settled; and how many do not count."""
    decisions = sorted(
        (
            entry
            for log in logs(entries)
            for phase in PHASES
            if phase in ("first", "second")
            for entry in log.decisions(phase)
        ),
        key=lambda entry: entry.number,
    )
    found = settle(entries)
    images = [str(entry.image_id) for entry in decisions] + [made.image_id for made in found]
    now = _hashes(cohort, images)
    rows: list[dict[str, Any]] = []
    readings: dict[tuple[str, str], int] = {}
    for entry in decisions:
        image = str(entry.image_id)
        if _why(now, image, entry.sha256):
            continue
        key = image, person_key(entry.who)
        readings[key] = readings.get(key, 0) + 1
        rows.append(
            {
                "image_id": image,
                "rater_id": f"{PREFIX}{entry.who}",
                "reading": readings[key],
                "grade": entry.grade,
                "source": entry.phase,
                "confidence": entry.confidence,
                "reason": entry.reason,
                **{item: entry.items.get(item, "") for item in ITEMS},
            }
        )
    kept = [made for made in found if not _why(now, made.image_id, made.sha256)]
    rows += [
        {
            "image_id": made.image_id,
            "rater_id": ADJUDICATED,
            "reading": 1,
            "grade": made.grade,
            "source": made.source,
        }
        for made in kept
    ]
    return rows, len(decisions) + len(found) - len(rows)


def _described(cohort: Cohort, rows: Sequence[dict[str, Any]]) -> tuple[pd.DataFrame, list[str]]:
    """The table with what the cohort knows of its images; patients for all of them, or for none."""
    import pandas as pd

    frame = pd.DataFrame(rows).fillna({"confidence": "", "reason": "", **dict.fromkeys(ITEMS, "")})
    frame["grade"] = frame["grade"].astype("Int64")
    notes = [
        f"'{ADJUDICATED}' is made of the others: its agreement with them says nothing of a reader"
    ]
    images = cohort.images.set_index("image_id")
    for column in ("patient_id", "gland", "side", "centre", "device", "sha256"):
        cells = frame["image_id"].map(images[column])
        if (cells != "").all():
            frame[column] = cells
        elif column == "patient_id":
            notes.append("no patients are named: not all images have one")
    return frame, notes


def _refuse_place(cohort_dir: Path, out: Path) -> None:
    if out.resolve().is_relative_to(cohort_dir.resolve()):
        cause = "it lies in the cohort, whose readings are never replaced or added to"
        raise LedgerError(out, cause, "Name a file elsewhere")
    if out.exists():
        raise LedgerError(out, "the file is there already", "Name another")


def _write_new(out: Path, data: bytes) -> None:
    """Write a file whole, and only where there is none: nobody's is replaced, however late."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        try:
            os.link(name, out)
        except FileExistsError as error:
            raise LedgerError(out, "the file is there already", "Name another") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
