from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgus.core.grades import GRADES
from sgus.stats.boundary import SwapMatrix
from sgus.ui.observers.boundary_chart import (
    LABELS_UP_TO,
    by_mean,
    crosses,
    groups_figure,
    shares_figure,
    swap_heatmap,
)
from sgus.ui.observers.boundary_words import lead, more, swap_lead
from sgus.ui.observers.contested import table_rows, votes_html
from sgus.ui.theme import CROSSING, FADED, MUTED, SAME_SIDE
from sgus.workflows.observer_boundary import contested, disagreement, swaps
from sgus.workflows.observers import Observed, cohort_readings, observe
from tests.rated_cohort import GRADES_READ, save_rated_cohort


@pytest.fixture
def rated(tmp_path: Path) -> Observed:
    return cohort_readings(save_rated_cohort(tmp_path / "rated"))


def of_table(tmp_path: Path, text: str, **wishes: object) -> Observed:
    path = tmp_path / "t.csv"
    path.write_text(text)
    return observe(path, **wishes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("form", "expected"), [("0/1", False), ("1/2", True), ("2/3", False), ("two or more", True)]
)
def test_crosses__the_two_stakes(form: str, expected: bool) -> None:
    assert crosses(form, GRADES) is expected
    assert crosses("1/2", (1, 2, 3)) is None


def test_lead__says_count_share_and_stake(rated: Observed) -> None:
    found = disagreement(rated, n_resamples=200, seed=0)
    text = lead(found, GRADES)
    share = found.figure("disagreement_share", "0/1").value or 0
    assert text.startswith(f"Of {found.n_differing} disagreements between two readers, ")
    assert f"{100 * share:.0f}\u00a0%" in text
    assert text.endswith("they never change whether a gland is called pathological.")
    crossing, rate, within = more(found, GRADES, "patient")
    assert "one reader says 0 or 1, the other 2 or 3" in crossing
    assert f"{found.n_met} comparisons (12 images of 6 patients)" in rate
    assert "A reader who reads an image twice disagrees with itself in 8\u00a0%" in within


def test_lead__nothing_to_compare_and_nobody_disagrees(tmp_path: Path) -> None:
    alone = of_table(tmp_path, "image_id,a,b\ni1,0,\ni2,,1\n")
    found = disagreement(alone, n_resamples=20, seed=0)
    assert lead(found, GRADES).startswith("No image was read by two readers")
    same = of_table(tmp_path, "image_id,a,b\ni1,1,1\ni2,1,1\n")
    found = disagreement(same, n_resamples=20, seed=0)
    assert (
        lead(found, GRADES) == "All 2 pairs of readings of one image are equal: nobody disagrees."
    )
    assert more(found, GRADES, "item") == []


def test_lead__another_scale_knows_no_threshold(tmp_path: Path) -> None:
    table = of_table(tmp_path, "image_id,a,b\ni1,1,2\ni2,5,4\ni3,1,1\n", grades=(1, 2, 3, 4, 5))
    found = disagreement(table, n_resamples=20, seed=0)
    assert "are between grades 1 and 2" in lead(found, (1, 2, 3, 4, 5))
    assert "pathological" not in lead(found, (1, 2, 3, 4, 5))
    figure = shares_figure(found, (1, 2, 3, 4, 5))
    assert set(figure.data[0].marker.color) == {MUTED}


def test_shares_figure__bars_are_the_shares_in_the_colour_of_the_stake(rated: Observed) -> None:
    found = disagreement(rated, n_resamples=50, seed=0)
    figure = shares_figure(found, GRADES)
    between, within = figure.data[:2]
    assert list(between.y) == ["0 v 1", "2 v 3", "1 v 2", "two or more apart"]
    assert list(between.marker.color) == [SAME_SIDE, SAME_SIDE, CROSSING, CROSSING]
    assert sum(between.x) == pytest.approx(1.0)
    assert list(within.x) == [1.0, 0.0, 0.0, 0.0]
    assert figure.layout.font.size >= 14


def test_swap_heatmap__rates_rows_and_labels(rated: Observed) -> None:
    matrix = swaps(rated, (0, 1), n_resamples=20, seed=0).matrix
    figure, rows = swap_heatmap(matrix, (0, 1), within=False)
    assert len(rows) == 3
    for row in rows:
        pair = sorted((row["reader_a"], row["reader_b"]))
        columns = [int(name[1]) - 1 for name in pair]
        swapped = sum(sorted(r[c] for c in columns) == [0, 1] for r in GRADES_READ)
        assert (row["swaps"], row["n_items"]) == (swapped, len(GRADES_READ))
        assert row["value"] == pytest.approx(swapped / len(GRADES_READ))
    assert len(figure.layout.annotations) == 6
    many = LABELS_UP_TO + 1
    names = tuple(f"reader {at}" for at in range(many))
    counts = np.ones((many, many)) - np.eye(many)
    figure, _ = swap_heatmap(SwapMatrix(names, counts, counts, 4 * counts), (0, 1), within=False)
    assert not figure.layout.annotations
    assert figure.layout.height <= 820


def test_by_mean__least_first_and_the_unknown_last() -> None:
    nan = np.nan
    rate = np.array([[nan, 0.4, nan], [0.4, nan, 0.1], [nan, 0.1, nan]])
    assert by_mean(rate) == [2, 1, 0]
    assert by_mean(np.array([[nan, nan, nan], [nan, nan, 0.2], [nan, 0.2, nan]])) == [1, 2, 0]


def test_groups_figure__few_patients_are_grey_and_said(rated: Observed) -> None:
    found = swaps(rated, (0, 1), n_resamples=20, seed=0)
    figure = groups_figure(found.groups, (0, 1), within=False, unit="patient")
    assert set(figure.data[0].marker.color) == {FADED}
    assert figure.data[0].y[1] == "gland parotid (6 images of 6 patients, few)"
    assert "12 images of 6 patients" in swap_lead(found, "patient")


def test_contested__rows_and_who_said_what(rated: Observed) -> None:
    items = contested(rated, None)
    rows = table_rows(items, GRADES, boundary=False)
    assert rows[0]["image"] == "i7"
    assert (rows[0]["votes"], rows[0]["said 3"], rows[0]["crosses >= 2"]) == (
        [0, 1, 1, 1],
        1,
        "yes",
    )
    assert "on this boundary" not in rows[0]
    near = table_rows(contested(rated, (0, 1)), GRADES, boundary=True)
    assert near[0]["on this boundary"] == pytest.approx(2 / 3)
    first = next(item for item in items if item.item == "i0")
    text = votes_html(rated, first)
    assert "r1 (then 1), r2" in text
    assert "did not read it" not in text


def test_votes__names_cannot_smuggle_markup(tmp_path: Path) -> None:
    table = of_table(tmp_path, "image_id,<b>x</b>,b,c\ni1,0,1,\ni2,1,1,1\n")
    (item, *_) = contested(table, None)
    text = votes_html(table, item)
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "1 readers did not read it" in text
