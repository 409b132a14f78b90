"""Images that are the same picture: byte for byte, or nearly, by a perceptual hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sgus.cohort.quality import Problem

_Row = Mapping[Hashable, Any]

HASH_COLUMN: Final = "perceptual_hash"
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


def identical_groups(images: pd.DataFrame) -> list[list[str]]:
    """Ids of images with the same bytes, a list for each file that stands more than once."""
    groups: dict[str, list[str]] = defaultdict(list)
    for image_id, digest in zip(images["image_id"], images["sha256"], strict=True):
        groups[digest].append(image_id)
    return [ids for digest, ids in groups.items() if digest and len(ids) > 1]


def near_pairs(image_ids: Sequence[str], hashes: Sequence[str]) -> list[tuple[str, str, int]]:
    """Pairs of images whose hashes are at most `NEAR_BITS` apart.

    Args:
        image_ids: An id a hash.
        hashes: From `perceptual_hash`; an empty one is near to nothing.

    Returns:
        `(id, id, bits apart)` in the order of the ids.
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
            found.append((image_ids[known[i]], image_ids[other], int(apart[j])))
    return found


def duplicate_groups(images: pd.DataFrame) -> list[list[str]]:
    """All that must stay on one side of a split beside patients: identical and near-identical.

    Args:
        images: `Cohort.images` or a part of it; without a `perceptual_hash` column only
            byte-identical images are found.

    Returns:
        Lists of two or more image ids; one image may be in several lists.
    """
    groups = identical_groups(images)
    if HASH_COLUMN in images:
        pairs = near_pairs(list(images["image_id"]), list(images[HASH_COLUMN]))
        groups += [[one, other] for one, other, _ in pairs]
    return groups


def duplicate_problems(images: pd.DataFrame) -> list[Problem]:
    """Duplicates as problems, those of excluded images left out.

    Args:
        images: Columns `image_id, sha256, grade, patient_id, excluded, row` and, where known,
            `perceptual_hash`.
    """
    kept = images.loc[~images["excluded"]]
    of = {str(row["image_id"]): row for row in kept.to_dict("records")}
    problems = list(_identical_problems(kept, of))
    same = {frozenset((a, b)) for ids in identical_groups(kept) for a in ids for b in ids}
    if HASH_COLUMN in kept:
        pairs = near_pairs(list(kept["image_id"]), list(kept[HASH_COLUMN]))
        for one, other, bits in pairs:
            if frozenset((one, other)) not in same:
                what = f"it looks like image {one} (row {of[one]['row']}): {bits} of 256 bits apart"
                what += _differences(of[one], of[other])
                todo = "Compare the two; exclude one if they are the same picture"
                problems.append(Problem("near-duplicate", of[other]["row"], other, what, todo))
    return problems


def _identical_problems(kept: pd.DataFrame, of: Mapping[str, _Row]) -> Iterator[Problem]:
    for first, *others in identical_groups(kept):
        for other in others:
            what = f"it is byte for byte image {first} (row {of[first]['row']})"
            what += _differences(of[first], of[other])
            todo = "Exclude one of the two, with a reason"
            yield Problem("identical", of[other]["row"], other, what, todo)


def _differences(one: _Row, other: _Row) -> str:
    said = ""
    if str(one["grade"]) != str(other["grade"]):
        said += f", and their grades disagree ({one['grade']} and {other['grade']})"
    if str(one["patient_id"]) != str(other["patient_id"]):
        said += f", under two patients ({one['patient_id']} and {other['patient_id']})"
    return said
