from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sgus.cohort.manifest import load_cohort
from sgus.workflows.checking import check_cohort
from sgus.workflows.cohort_checks import (
    NO_FLAG,
    TITLES,
    all_flags,
    check_file,
    flag_facet,
    run_check,
    saved_check,
    table_flags,
    whole_problems,
)
from tests.made_up import save_small_cohort
from tests.workflows.cohort_rows import by_hand


@pytest.fixture
def small(tmp_path: Path) -> Path:
    save_small_cohort(tmp_path / "small")
    return tmp_path / "small"


def test_table_flags__by_hand() -> None:
    images = by_hand().images.copy()
    images.loc[images["image_id"].isin(["a1", "b1", "c1"]), "sha256"] = "f" * 64
    images.loc[images["image_id"] == "a3", "centre"] = "Bern"
    images["region"] = "0 0 10 10"
    images.loc[images["image_id"] == "a2", "region"] = ""
    images.loc[images["image_id"] == "c1", "exclusion_reason"] = "blurred"
    flags = {flag.kind: flag for flag in table_flags(replace(by_hand(), images=images))}
    assert {kind: " ".join(flag.image_ids) for kind, flag in flags.items()} == {
        "excluded": "c1", "no-grade": "b2", "no-patient": "d1", "no-region": "a2",
        "identical": "a1 b1", "two-centres": "a1 a2 a3",
    }  # fmt: skip
    assert flags["excluded"].notes == {"c1": "blurred"}
    assert flags["identical"].pairs == (("a1", "b1"),)  # an excluded copy is no problem


def test_flag_facet__images_without_a_flag_have_a_value_of_their_own() -> None:
    cohort = by_hand()
    flags = [flag for flag in table_flags(cohort) if flag.kind != "no-region"]
    facet = flag_facet(cohort, flags)
    assert facet.options[-1] == NO_FLAG
    assert facet.members.any(axis=0).all()
    found = {name: set(cohort.images["image_id"][row]) for name, row in
             zip(facet.options, facet.members, strict=True)}  # fmt: skip
    assert found["not graded"] == {"b2"}
    assert found[NO_FLAG] == {"a1", "a2", "a3", "b1", "c2"}


def test_check__looks_into_every_file_and_is_kept_for_this_table(small: Path) -> None:
    shutil.copy(small / "images" / "i0.png", small / "images" / "i3.png")
    (small / "images" / "i1.png").unlink()
    cohort = load_cohort(small)
    assert saved_check(cohort) is None
    seen: list[tuple[int, int]] = []
    check = run_check(cohort, progress=lambda done, n: seen.append((done, n)))
    assert seen == [(at, 6) for at in range(1, 7)]
    assert saved_check(cohort) == check
    assert check.problems == check_cohort(small).problems
    flags = {flag.kind: flag for flag in all_flags(cohort, check)}
    assert flags["missing-file"].image_ids == ("i1",)
    assert "images/i1.png" in flags["missing-file"].notes["i1"]
    assert flags["no-region"].image_ids == ("i0", "i1", "i2", "i3", "i4")
    assert any("has no column" in text for text in whole_problems(check))


def test_check__of_another_table_is_not_taken(small: Path) -> None:
    cohort = load_cohort(small)
    run_check(cohort)
    assert saved_check(replace(cohort, manifest_hash="0" * 64)) is None


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"problems": [{"kind": 1}], "n_images": 3}'])
def test_check__a_damaged_file_is_no_check(small: Path, damage: str) -> None:
    cohort = load_cohort(small)
    run_check(cohort)
    check_file(cohort).write_text(damage)
    assert saved_check(cohort) is None


def test_check__a_cohort_that_cannot_be_written_to(small: Path) -> None:
    (small / "cache").write_text("a file where the folder should be")
    assert run_check(load_cohort(small)).n_images == 6


def test_near_duplicates__name_both_images(small: Path) -> None:
    from PIL import Image

    with Image.open(small / "images" / "i0.png") as picture:
        picture.convert("L").resize((470, 352)).save(small / "images" / "i2.png")
    cohort = load_cohort(small)
    flags = {flag.kind: flag for flag in all_flags(cohort, run_check(cohort))}
    # Pictures made up of speckle alone look alike to the hash; these two are one picture.
    assert ("i0", "i2") in flags["near-duplicate"].pairs
    assert {"i0", "i2"} <= set(flags["near-duplicate"].image_ids)
    assert "bits apart" in flags["near-duplicate"].notes["i2"]


def test_titles__differ() -> None:
    assert len(set(TITLES.values())) == len(TITLES)
    assert json.dumps(TITLES)
