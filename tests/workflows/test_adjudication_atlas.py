"""The atlas: never an image of the queue, nor of its patients; the most typical first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sgus.cohort.manifest import load_cohort
from sgus.workflows import adjudication as work
from tests.workflows.adjudicated import decide_all, save_cohort


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cohort(tmp_path_factory.mktemp("atlas") / "cohort")


@pytest.fixture
def cohort(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "cohort")


def shown(cohort: Path, queue: str = "q", **more) -> dict[int, list[str]]:
    found = work.atlas(cohort, queue, **more)
    return {grade: [picture.image_id for picture in made] for grade, made in found.items()}


def test_no_image_of_the_queue_or_of_its_patients(cohort):
    queued = ["i0", "i5", "i10"]
    work.make_queue(cohort, "q", queued, who="Maker")
    images = load_cohort(cohort).images.set_index("image_id")
    found = work.atlas(cohort, "q", per_grade=16)
    ids = [picture.image_id for made in found.values() for picture in made]
    assert set(images.loc[ids, "patient_id"]).isdisjoint(images.loc[queued, "patient_id"])
    assert len(ids) == len(set(ids)) == 10  # 16 images less both of each of three patients
    for grade, made in found.items():
        assert {picture.grade for picture in made} == {grade}
        assert all(images.loc[p.image_id, "grade"] == grade for p in made)
        assert len({images.loc[p.image_id, "patient_id"] for p in made}) == len(made)


def test_the_most_agreed_come_first_glands_in_turn_and_always_the_same(cohort):
    work.make_queue(cohort, "q", ["i0"], who="Maker")
    found = work.atlas(cohort, "q", per_grade=4)
    for made in found.values():
        glands = [picture.gland for picture in made]
        assert glands[:2] == ["parotid", "submandibular"]
        for gland in set(glands):
            said = [picture.why for picture in made if picture.gland == gland]
            assert said == sorted(said, reverse=True)  # "3 of 3 ..." before "2 of 3 ..."
    assert found[1][1].why == "3 of 3 readers gave this grade"
    assert shown(cohort, per_grade=4) == {g: [p.image_id for p in m] for g, m in found.items()}
    assert all(len(made) == 1 for made in shown(cohort, per_grade=1).values())


def test_what_is_left_out(cohort):
    """Images without a patient, excluded, the same file as one of the queue, or read otherwise."""
    lines = (cohort / "images.csv").read_text().splitlines()
    (cohort / "images" / "i7-file.png").write_bytes(
        (cohort / "images" / "i0-file.png").read_bytes()
    )
    twin = lines[1].split(",")[2]
    changed = {
        "i3": lambda cells: [*cells[:3], "", *cells[4:]],
        "i11": lambda cells: [*cells[:-1], "true"],
        "i7": lambda cells: [*cells[:2], twin, *cells[3:]],
    }
    lines = [",".join(changed.get(line.split(",")[0], list)(line.split(","))) for line in lines]
    (cohort / "images.csv").write_text("\n".join(lines) + "\n")
    ratings = (cohort / "ratings.csv").read_text()
    for reader in ("ir0", "ir1"):
        ratings = ratings.replace(f"i15,{reader},1,3", f"i15,{reader},1,1")
    (cohort / "ratings.csv").write_text(ratings)
    work.make_queue(cohort, "q", ["i0"], who="Maker")
    assert shown(cohort, per_grade=16)[3] == []  # i3, i7, i11 and i15 were all of grade 3


def test_what_an_earlier_queue_settled_otherwise_is_no_example(cohort):
    work.make_queue(cohort, "early", ["i5", "i9"], who="Maker")
    decide_all(cohort, "early", "Anna", "first", lambda at: 1 if at == 5 else 0)
    work.make_queue(cohort, "q", ["i0"], who="Maker")
    before = shown(cohort, per_grade=16)
    assert "i5" in before[1]
    assert "i9" not in before[1]
    work.make_queue(cohort, "late", ["i13"], who="Maker")
    decide_all(cohort, "late", "Anna", "first", lambda at: 3)
    assert shown(cohort, per_grade=16) == before  # the same from the first case to the last


def test_a_queue_of_all_patients_leaves_no_example(cohort):
    work.make_queue(cohort, "q", [f"i{at}" for at in range(0, 16, 2)], who="Maker")
    assert shown(cohort) == {0: [], 1: [], 2: [], 3: []}


def test_without_readers_the_reference_speaks(tmp_path):
    cohort = save_cohort(tmp_path / "cohort", readers=False)
    work.make_queue(cohort, "q", ["i0"], who="Maker")
    assert work.atlas(cohort, "q")[2][0].why == "reference grade, no readers known"


def test_an_example_that_cannot_be_shown_makes_room_for_the_next(cohort):
    work.make_queue(cohort, "q", ["i0"], who="Maker")
    before = shown(cohort, per_grade=16)
    gone, changed = before[2][0], before[3][0]
    (cohort / "images" / f"{gone}-file.png").unlink()
    other = (cohort / "images" / "i0-file.png").read_bytes()
    (cohort / "images" / f"{changed}-file.png").write_bytes(other)
    assert shown(cohort, per_grade=16) == before | {2: before[2][1:], 3: before[3][1:]}
