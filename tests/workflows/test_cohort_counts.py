from __future__ import annotations

import numpy as np
import pytest

from sgus.workflows.cohort_counts import Count, cross_table, people
from sgus.workflows.cohort_view import CONTRADICTORY, UNKNOWN, cohort_view
from tests.workflows.cohort_rows import at_random, by_hand

EVERYTHING = np.ones(8, dtype=bool)


def test_cross_table__by_hand() -> None:
    table = cross_table(cohort_view(by_hand()), EVERYTHING, ["gland", "centre"])
    assert table.columns == ("0", "1", "2", "3", "not graded", "all")
    cells = dict(zip(table.keys, table.cells, strict=True))
    assert list(cells) == [
        ("parotid", "Bern"), ("parotid", "Oslo"), ("parotid", UNKNOWN),
        ("submandibular", "Bern"), ("submandibular", "Oslo"),
    ]  # fmt: skip
    assert cells["parotid", "Oslo"] == (
        Count(1, 1), Count(1, 1), Count(0, 0), Count(0, 0), Count(0, 0), Count(2, 1),
    )  # fmt: skip
    assert cells["parotid", UNKNOWN][-1] == Count(1, 0)  # it names nobody
    assert table.total == (
        Count(1, 1), Count(2, 1), Count(3, 1), Count(1, 1), Count(1, 1), Count(8, 3),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rows", [[], ["device"], ["gland", "centre", "device"]])
def test_cross_table__as_counted_one_by_one(seed: int, rows: list[str]) -> None:
    view = cohort_view(at_random(seed))
    mask = np.random.default_rng(seed).random(view.n_images) < 0.7
    table = cross_table(view, mask, rows)
    seen = {}
    for at in np.flatnonzero(mask):
        key = tuple(view.facets[name].options[view.facets[name].codes[at]] for name in rows)
        grade = view.facets["grade"].options[view.facets["grade"].codes[at]]
        for column in (grade, "all"):
            images, patients = seen.setdefault((key, column), (set(), set()))
            images.add(at)
            patients |= {view.patient[at]} - {-1}
    for key, counts in zip(table.keys, table.cells, strict=True):
        for column, count in zip(table.columns, counts, strict=True):
            images, patients = seen.pop((key, column), ((), ()))
            assert count == Count(len(images), len(patients))
    assert not seen
    assert table.total[-1].images == mask.sum()
    assert sum(row["images"] for row in table.records() if row["grade"] == "all") == mask.sum()


def test_cross_table__of_nothing() -> None:
    table = cross_table(cohort_view(by_hand()), ~EVERYTHING, ["gland"])
    assert table.keys == ()
    assert table.total[-1] == Count(0, 0)


def test_people__count_once_whatever_their_images() -> None:
    found = people(cohort_view(by_hand()), EVERYTHING)
    assert (found.n_patients, found.n_nameless, found.n_ages) == (3, 1, 2)
    assert (found.median_age, found.lowest_age, found.highest_age) == (37.0, 30, 44)
    assert found.sexes == {"female": 1, "male": 1, CONTRADICTORY: 1}
    assert found.bands["30 to 44"] == {"female": 1, "male": 1, CONTRADICTORY: 0}
    assert found.bands[UNKNOWN] == {"female": 0, "male": 0, CONTRADICTORY: 1}


def test_people__of_images_that_name_nobody() -> None:
    view = cohort_view(by_hand())
    found = people(view, view.patient < 0)
    assert (found.n_patients, found.n_nameless, found.median_age) == (0, 1, None)
    assert not found.sexes


@pytest.mark.parametrize("seed", range(3))
def test_people__bands_add_up_to_the_patients(seed: int) -> None:
    view = cohort_view(at_random(seed))
    found = people(view, np.ones(view.n_images, dtype=bool))
    assert sum(sum(counts.values()) for counts in found.bands.values()) == found.n_patients
