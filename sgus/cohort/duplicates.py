"""Images that are the same picture: byte for byte, or nearly, by a perceptual hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.quality import Problem

_Row = Mapping[Hashable, Any]

HASH_COLUMN: Final = "perceptual_hash"
ANATOMY_COLUMN: Final = "anatomy"
"""Extra column: images that share it are known to be separate scans of one gland."""
HASH_SIDE: Final = 16
NEAR_BITS: Final = 60
"""Two hashes that differ in at most this many of their 256 bits are one picture.

On the 172 real benchmark images (14,706 pairs, ultrasound region only) the closest two differ in
86 bits, of one patient as of two, and half of all pairs in 126 or more; the same image saved as
JPEG of quality 40, halved, brightened, gamma-changed or with noise differs from itself in at most
24, and cut by 3 % on three sides in 60 (median).
"""


def perceptual_hash(pixels: NDArray[np.uint8]) -> str:
    """A hash that small changes of brightness, size and compression hardly change.

    The signs, about their median, of the lowest 16 x 16 cosine frequencies (pHash).

    Args:
        pixels: `(h, w)` grey, the ultrasound region only: a vendor's panels make all its images
            look alike.

    Returns:
        64 hexadecimal digits.
    """
    import imagehash
    from PIL import Image

    return str(imagehash.phash(Image.fromarray(pixels), hash_size=HASH_SIDE))


def identical_groups(names: Sequence[str], digests: Sequence[str]) -> list[list[str]]:
    """Names of files with the same bytes, a list for each file that stands more than once.

    Args:
        names: A name a file.
        digests: SHA-256 of each; an empty one is like nothing.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name, digest in zip(names, digests, strict=True):
        groups[digest].append(name)
    return [found for digest, found in groups.items() if digest and len(found) > 1]


def near_pairs(names: Sequence[str], hashes: Sequence[str]) -> list[tuple[str, str, int]]:
    """Pairs of images whose hashes are at most `NEAR_BITS` apart.

    Args:
        names: A name a hash.
        hashes: From `perceptual_hash`; an empty one is near to nothing.

    Returns:
        `(name, name, bits apart)` in the order of the names.
    """
    known = [at for at, text in enumerate(hashes) if text]
    if len(known) < 2:
        return []
    packed = np.array([list(bytes.fromhex(hashes[at])) for at in known], dtype=np.uint8)
    found = []
    for i in range(len(known) - 1):
        apart = np.bitwise_count(packed[i + 1 :] ^ packed[i]).sum(axis=1)  # (n - 1 - i,)
        for j in np.flatnonzero(apart <= NEAR_BITS):
            other = known[i + 1 + int(j)]
            found.append((names[known[i]], names[other], int(apart[j])))
    return found


def duplicate_groups(images: pd.DataFrame) -> list[list[str]]:
    """All that must stay on one side of a split beside patients: identical and near-identical.

    Args:
        images: `Cohort.images` or a part of it; without a `perceptual_hash` column only
            byte-identical images are found.

    Returns:
        Lists of two or more image ids; one image may be in several lists.
    """
    names = list(images["image_id"])
    groups = identical_groups(names, list(images["sha256"]))
    same = _pairs(groups)
    if HASH_COLUMN in images:
        near = near_pairs(names, list(images[HASH_COLUMN]))
        groups += [[one, other] for one, other, _ in near if frozenset((one, other)) not in same]
    return groups


def duplicate_problems(images: pd.DataFrame) -> list[Problem]:
    """Duplicates as problems, those of excluded images left out.

    Two scans of one gland may look alike: near-duplicates are no problem where the table says
    that they are such scans. Identical files always are.

    Args:
        images: Columns `row, image_id, sha256, perceptual_hash, grade, patient_id, excluded`,
            and perhaps `anatomy`. Rows are unique; ids need not be.
    """
    kept = images.loc[~images["excluded"].astype(bool)]
    rows = [str(row) for row in kept["row"]]
    of = dict(zip(rows, kept.to_dict("records"), strict=True))
    identical = identical_groups(rows, list(kept["sha256"]))
    problems = [
        _problem("identical", of[first], of[other], "it is byte for byte the same as")
        for first, *others in identical
        for other in others
    ]
    same = _pairs(identical)
    problems += [
        _problem("near-duplicate", of[one], of[other], f"it looks like ({bits} of 256 bits apart)")
        for one, other, bits in near_pairs(rows, list(kept[HASH_COLUMN]))
        if frozenset((one, other)) not in same and not _scans_of_one_gland(of[one], of[other])
    ]
    return problems


def _scans_of_one_gland(one: _Row, other: _Row) -> bool:
    anatomy, patient = one.get(ANATOMY_COLUMN, ""), one["patient_id"]
    same = (anatomy, patient) == (other.get(ANATOMY_COLUMN, ""), other["patient_id"])
    return bool(anatomy) and same


def _pairs(groups: Sequence[Sequence[str]]) -> set[frozenset[str]]:
    return {frozenset((one, other)) for group in groups for one in group for other in group}


def _problem(kind: str, one: _Row, other: _Row, how: str) -> Problem:
    what = f"{how} image {one['image_id']} (row {one['row']})"
    if str(one["grade"]) != str(other["grade"]):
        what += f", and their grades disagree ({one['grade']} and {other['grade']})"
    if str(one["patient_id"]) != str(other["patient_id"]):
        what += f", under two patients ({one['patient_id']} and {other['patient_id']})"
    todo = "Compare the two; if they are one picture, exclude one of them with a reason"
    return Problem(kind, int(other["row"]), str(other["image_id"]), what, todo)
