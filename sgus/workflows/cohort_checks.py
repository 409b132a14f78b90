"""Flags of images: what the table shows at once, and what only a look into every file shows."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sgus.cohort.manifest import Cohort
from sgus.cohort.quality import Problem
from sgus.core.errors import CohortError
from sgus.core.files import read_json, write_json
from sgus.workflows.checking import check_cohort
from sgus.workflows.cohort_view import BoolArray, Facet

FLAG_FACET: Final = "flag"
NO_FLAG: Final = "no flag"
CHECK_VERSION: Final = 1
Progress = Callable[[int, int], None]

TITLES: Final = {
    "excluded": "excluded from training and figures",
    "no-grade": "not graded",
    "no-patient": "no patient named",
    "no-region": "no ultrasound region",
    "identical": "the same file twice",
    "two-centres": "patient in two centres",
    "near-duplicate": "looks like another image",
    "missing-file": "file is missing",
    "unreadable": "file cannot be read",
    "changed-file": "not the file that was imported",
    "size": "size differs from the table",
    "region": "region leaves the image",
    "exclusion": "excluded without a reason",
}
"""Kinds of flag in words; a kind of the check that has none is shown by its own name."""
_OF_FILES: Final = ("near-duplicate", "missing-file", "unreadable", "changed-file", "size",
                    "region")  # fmt: skip
_OTHER: Final = re.compile(r" image (\S+) \(row \d+\)")


@dataclass(frozen=True)
class Check:
    """What a look into every file found, and when it was for which table.

    Attributes:
        problems: All of them, also those of the cohort as a whole.
        n_images: Rows looked at.
    """

    problems: tuple[Problem, ...]
    n_images: int


@dataclass(frozen=True)
class Flag:
    """Images with something to know about them.

    Attributes:
        kind: Machine-readable.
        title: In words.
        image_ids: The images, in the order of the table.
        notes: What is said of an image; only where it says more than the title.
        pairs: Images that are alike.
    """

    kind: str
    title: str
    image_ids: tuple[str, ...]
    notes: dict[str, str]
    pairs: tuple[tuple[str, str], ...] = ()


def table_flags(cohort: Cohort) -> list[Flag]:
    """Flags that the table alone shows: quick, and no file is opened."""
    images = cohort.images
    reasons = dict(zip(images["image_id"], images["exclusion_reason"], strict=True))
    excluded = images["excluded"].to_numpy(dtype=np.bool_)
    kept = images.loc[~excluded]
    known = kept["sha256"].astype(str) != ""
    same = known & kept.duplicated("sha256", keep=False)
    centres = kept.loc[(kept["patient_id"] != "") & (kept["centre"] != "")]
    several = centres.groupby("patient_id")["centre"].transform("nunique") > 1
    found = [
        _flag("excluded", images.loc[excluded, "image_id"],
              {name: str(reason) for name, reason in reasons.items() if reason}),
        _flag("no-grade", kept.loc[kept["grade"].isna(), "image_id"]),
        _flag("no-patient", kept.loc[kept["patient_id"] == "", "image_id"]),
        _flag("no-region", kept.loc[kept["region"] == "", "image_id"]),
        _identical(kept.loc[same]),
        _flag("two-centres", centres.loc[several, "image_id"]),
    ]  # fmt: skip
    return [flag for flag in found if flag.image_ids]


def all_flags(cohort: Cohort, check: Check | None) -> list[Flag]:
    """Flags of the table, and those of the files where they were looked at."""
    found = {flag.kind: flag for flag in table_flags(cohort)}
    known = set(cohort.images["image_id"])
    files: dict[str, list[Problem]] = {}
    for problem in check.problems if check else ():
        if problem.image_id not in known or (
            problem.kind in found and problem.kind not in _OF_FILES
        ):
            continue
        files.setdefault(problem.kind, []).append(problem)
    found |= {kind: _of_check(kind, problems) for kind, problems in files.items()}
    return list(found.values())


def whole_problems(check: Check) -> list[str]:
    """Problems of no single image, a sentence each."""
    return [f"{problem.what}. {problem.todo}." for problem in check.problems
            if not problem.image_id]  # fmt: skip


def flag_facet(cohort: Cohort, flags: Sequence[Flag]) -> Facet:
    """Flags as a filter; images without any have a value of their own."""
    place = {name: at for at, name in enumerate(cohort.images["image_id"])}
    members: BoolArray = np.zeros((len(flags) + 1, len(place)), dtype=np.bool_)
    for row, flag in enumerate(flags):
        members[row, [place[name] for name in flag.image_ids]] = True
    members[-1] = ~members[:-1].any(axis=0)
    return Facet(FLAG_FACET, "Flag", (*(flag.title for flag in flags), NO_FLAG), members)


def check_file(cohort: Cohort) -> Path:
    """Where the last check of exactly this table is kept."""
    name = f"check-{CHECK_VERSION}-{cohort.manifest_hash[:24]}.json"
    return cohort.root / "cache" / name


def saved_check(cohort: Cohort) -> Check | None:
    """The last check of this table; None where there is none, or its file is damaged."""
    try:
        said = read_json(check_file(cohort), CohortError, next_step="Check again")
        problems = tuple(Problem(**problem) for problem in said["problems"])
        return Check(problems, int(said["n_images"]))
    except (CohortError, OSError, TypeError, KeyError, ValueError):
        return None


def run_check(cohort: Cohort, *, progress: Progress | None = None) -> Check:
    """Open every file of a cohort, and keep what was found for as long as its table stays.

    Args:
        cohort: The cohort.
        progress: Called with (files looked at, files in all).

    Raises:
        CohortError: There is no table to check.
    """
    result = check_cohort(cohort.root, progress=progress)
    said = {
        "n_images": result.n_images,
        "problems": [problem.as_dict() for problem in result.problems],
    }
    with contextlib.suppress(OSError):  # a cohort that cannot be written to is checked anew
        write_json(check_file(cohort), said)
    return Check(result.problems, result.n_images)


def _identical(rows: pd.DataFrame) -> Flag:
    pairs = []
    for _, group in rows.groupby("sha256", sort=False):
        first, *others = group["image_id"]
        pairs += [(str(first), str(other)) for other in others]
    notes = {other: f"the same file as {first}" for first, other in pairs}
    return _flag("identical", rows["image_id"], notes, pairs=pairs)


def _flag(
    kind: str,
    image_ids: Iterable[object],
    notes: dict[str, str] | None = None,
    *,
    pairs: Sequence[tuple[str, str]] = (),
) -> Flag:
    ids = tuple(map(str, image_ids))
    known = set(ids)
    told = {name: note for name, note in (notes or {}).items() if name in known}
    return Flag(kind, TITLES.get(kind, kind), ids, told, tuple(pairs))


def _of_check(kind: str, problems: Sequence[Problem]) -> Flag:
    """A flag of the check; of two images that are alike, both are in it."""
    pairs = []
    for problem in problems if kind == "near-duplicate" else ():
        if other := _OTHER.search(problem.what):
            pairs.append((other[1], problem.image_id))
    both = [name for pair in pairs for name in pair]
    ids = dict.fromkeys([*both, *(problem.image_id for problem in problems)])
    return _flag(kind, ids, {one.image_id: one.what for one in problems}, pairs=pairs)
