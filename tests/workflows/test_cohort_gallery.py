from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import ImageError
from sgus.workflows.cohort_gallery import (
    BY_ID,
    CONTESTED,
    FOLDER,
    HIGHEST,
    LOWEST,
    gallery_page,
    image_file,
    n_pages,
    ordered,
    orders,
    page_rows,
)
from sgus.workflows.cohort_view import cohort_view
from tests.made_up import save_small_cohort
from tests.workflows.cohort_rows import by_hand, ratings_of


@pytest.fixture
def small(tmp_path: Path) -> Path:
    save_small_cohort(tmp_path / "small")
    return tmp_path / "small"


def test_ordered__by_hand() -> None:
    view = cohort_view(by_hand())
    everything = np.ones(8, dtype=bool)

    def ids(order: str) -> str:
        return " ".join(view.ids[ordered(view, everything, order)])

    assert ids(BY_ID) == "a1 a2 a3 b1 b2 c1 c2 d1"
    assert ids(LOWEST) == "a1 a2 a3 c1 c2 d1 b1 b2"  # b2 is not graded
    assert ids(HIGHEST) == "b1 c1 c2 d1 a2 a3 a1 b2"
    assert orders(view) == (BY_ID, LOWEST, HIGHEST)


def test_ordered__the_contested_first_and_the_unread_last() -> None:
    ratings = ratings_of(
        ("b1", "r1", "1", 0), ("b1", "r2", "1", 3), ("a2", "r1", "1", 1), ("a2", "r2", "1", 1)
    )
    view = cohort_view(replace(by_hand(), ratings=ratings))
    assert CONTESTED in orders(view)
    rows = ordered(view, np.ones(8, dtype=bool), CONTESTED)
    assert " ".join(view.ids[rows]) == "b1 a2 a1 a3 b2 c1 c2 d1"


def test_pages__hold_every_image_once() -> None:
    rows = np.arange(101)
    assert n_pages(101, 24) == 5
    pages = [page_rows(rows, page, 24) for page in range(1, 6)]
    assert np.concatenate(pages).tolist() == rows.tolist()
    assert page_rows(rows, 9, 24).tolist() == pages[-1].tolist()
    assert n_pages(0, 24) == 1
    assert not page_rows(rows[:0], 1, 24).size


def test_gallery_page__pictures_and_words(small: Path) -> None:
    view = cohort_view(load_cohort(small))
    tiles = gallery_page(view, range(6))
    assert [tile.image_id for tile in tiles] == [f"i{at}" for at in range(6)]
    assert all(tile.picture and tile.picture[8:12] == b"WEBP" for tile in tiles)
    assert tiles[2].words == "grade 2 · parotid"
    assert tiles[4].words == "not graded · parotid"
    assert [tile.excluded for tile in tiles] == [False] * 5 + [True]
    names = [path.name for path in (small / FOLDER).iterdir()]
    assert len(names) == 6
    assert not any("i0" in name.split(".")[0][:3] for name in names if name.startswith("i"))


def test_gallery_page__a_missing_file_is_a_sentence_on_its_tile(small: Path) -> None:
    (small / "images" / "i1.png").unlink()
    (small / "images" / "i2.png").write_text("no picture")
    tiles = gallery_page(cohort_view(load_cohort(small)), [0, 1, 2])
    assert tiles[0].picture
    assert tiles[1].picture is None
    assert "cannot be read" in tiles[1].problem
    assert tiles[2].picture is None
    assert tiles[2].problem.endswith(".")


def test_image_file__never_leaves_the_cohort(small: Path) -> None:
    cohort = load_cohort(small)
    (small / "images" / "i0.png").unlink()
    (small / "images" / "i0.png").symlink_to("/etc/hostname")
    with pytest.raises(ImageError, match="leads out of its cohort"):
        image_file(cohort, 0)
