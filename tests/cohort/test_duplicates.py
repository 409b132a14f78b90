from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from sgus.cohort.duplicates import (
    HASH_COLUMN,
    NEAR_BITS,
    duplicate_groups,
    duplicate_problems,
    near_pairs,
    perceptual_hash,
)


def bits_apart(one: str, other: str) -> int:
    return bin(int(one, 16) ^ int(other, 16)).count("1")


def tissue(seed):
    rng = np.random.default_rng(seed)
    coarse = np.kron(rng.random((12, 16)), np.ones((16, 16)))
    return np.clip(40 + 150 * coarse + rng.normal(0, 10, coarse.shape), 0, 255).astype(np.uint8)


def as_jpeg(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=40)
    return np.asarray(Image.open(stream))


@pytest.mark.parametrize(
    "change",
    [
        as_jpeg,
        lambda pixels: np.asarray(Image.fromarray(pixels).resize((128, 96))),
        lambda pixels: np.clip(pixels * 1.2 + 15, 0, 255).astype(np.uint8),
        lambda pixels: (255 * (pixels / 255) ** 0.7).astype(np.uint8),
    ],
    ids=["jpeg", "half", "bright", "gamma"],
)
def test_perceptual_hash__a_changed_copy_is_near_and_another_picture_is_not(change):
    kept = perceptual_hash(tissue(0))
    assert bits_apart(kept, perceptual_hash(change(tissue(0)))) <= NEAR_BITS
    assert bits_apart(kept, perceptual_hash(tissue(1))) > NEAR_BITS


def test_near_pairs__as_counting_bits_one_by_one():
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2, 256)
    hashes = []
    for flips in (0, 10, 40, 60, 61, 128):
        copy = base.copy()
        copy[:flips] ^= 1
        hashes.append(f"{int(''.join(map(str, copy)), 2):064x}")
    hashes.append("")
    names = list("abcdefg")
    slow = [
        (names[i], names[j], bits_apart(hashes[i], hashes[j]))
        for i in range(6)
        for j in range(i + 1, 6)
        if bits_apart(hashes[i], hashes[j]) <= 60
    ]
    assert near_pairs(names, hashes) == slow
    assert ("a", "d", 60) in slow
    assert ("a", "e", 61) not in slow


def table(**columns):
    base = {
        "row": [2, 3, 4],
        "image_id": ["a", "b", "c"],
        "sha256": ["1", "1", "2"],
        HASH_COLUMN: ["0" * 64, "0" * 64, "f" + "0" * 63],
        "grade": ["0", "2", "0"],
        "patient_id": ["P", "Q", "P"],
        "excluded": [False, False, False],
    }
    return pd.DataFrame(base | columns)


def test_duplicate_problems__say_rows_grades_and_patients():
    texts = [problem.text() for problem in duplicate_problems(table())]
    assert texts[0].startswith(
        "row 3 (image b): it is byte for byte the same as image a (row 2), and their grades "
        "disagree (0 and 2), under two patients (P and Q)."
    )
    assert [problem.kind for problem in duplicate_problems(table())] == [
        "identical", "near-duplicate", "near-duplicate",
    ]  # fmt: skip
    assert "(4 of 256 bits apart)" in texts[1]


def test_duplicate_problems__equal_grades_of_one_patient_are_not_said_to_disagree():
    found = duplicate_problems(table(grade=["1"] * 3, patient_id=["P"] * 3))
    assert not any(
        "disagree" in problem.what or "two patients" in problem.what for problem in found
    )


def test_duplicate_problems__two_scans_of_one_gland_may_look_alike():
    def kinds(**columns):
        return [problem.kind for problem in duplicate_problems(table(**columns))]

    apart, same = {"sha256": ["1", "2", "3"]}, {"patient_id": ["P"] * 3}
    assert kinds(**apart, **same, anatomy=["x"] * 3) == []
    assert kinds(**apart, **same, anatomy=["x", "x", "y"]) == ["near-duplicate"] * 2
    assert kinds(**apart, **same, anatomy=[""] * 3) == ["near-duplicate"] * 3
    assert kinds(**apart, anatomy=["x"] * 3) == ["near-duplicate"] * 2  # Q is another patient
    assert kinds(**same, anatomy=["x"] * 3) == ["identical"]


def test_duplicate_problems__excluded_images_do_not_count():
    assert not duplicate_problems(table(excluded=[True, True, False]))


def test_duplicate_groups__without_hashes_only_identical_files():
    assert duplicate_groups(table().drop(columns=HASH_COLUMN)) == [["a", "b"]]
    assert duplicate_groups(table()) == [["a", "b"], ["a", "c"], ["b", "c"]]


@pytest.mark.real
def test_near_pairs__no_two_of_the_real_images_are_flagged(real_cohort):
    images = real_cohort.images
    assert near_pairs(list(images["image_id"]), list(images[HASH_COLUMN])) == []
    packed = np.array([list(bytes.fromhex(text)) for text in images[HASH_COLUMN]], dtype=np.uint8)
    apart = np.bitwise_count(packed[:, None] ^ packed[None]).sum(axis=-1)
    apart = apart[np.triu_indices(len(packed), 1)]
    assert apart.min() > NEAR_BITS + 15
    assert np.median(apart) > 115
