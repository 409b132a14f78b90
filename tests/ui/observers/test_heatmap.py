from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sgus.ui.observers.heatmap import (
    MEASURES,
    cell_texts,
    cluster_order,
    colour_range,
    heatmap_figure,
    pair_matrix,
)
from sgus.ui.observers.pair import clicked
from tests.ui.observers.observed import figures, observed

QUADRATIC = MEASURES["Quadratic kappa"]


def blocks() -> np.ndarray:
    """Readers 0, 2, 4 agree, so do 1, 3; between the two groups they do not."""
    alike = np.array([[(i % 2) == (j % 2) for j in range(5)] for i in range(5)])
    matrix = np.where(alike, 0.9, 0.1)
    np.fill_diagonal(matrix, np.nan)
    return matrix


def test_cluster_order__puts_those_who_agree_side_by_side() -> None:
    order = cluster_order(blocks())
    assert sorted(order) == list(range(5))
    sides = [at % 2 for at in order]
    assert sides in ([0, 0, 0, 1, 1], [1, 1, 0, 0, 0])


def test_cluster_order__undefined_pairs_count_as_average() -> None:
    matrix = blocks()
    matrix[0, 2] = matrix[2, 0] = np.nan
    assert sorted(cluster_order(matrix)) == list(range(5))
    assert cluster_order(np.full((4, 4), np.nan)) == [0, 1, 2, 3]
    assert cluster_order(np.full((2, 2), np.nan)) == [0, 1]


def test_pair_matrix__is_the_figures_and_nan_elsewhere() -> None:
    found = figures(observed()).of_readers("cohen_kappa", "quadratic", "pair")
    matrix = pair_matrix(found, ("A", "B", "C"))
    assert matrix[0, 2] == matrix[2, 0] == pytest.approx(1.0)
    assert matrix[0, 1] == found["A", "B"].value
    assert np.isnan(np.diag(matrix)).all()
    undefined = {pair: replace(row, value=None) for pair, row in found.items()}
    assert np.isnan(pair_matrix(undefined, ("A", "B", "C"))).all()


def test_cell_texts__numbers_dashes_and_an_empty_diagonal() -> None:
    matrix = np.array([[np.nan, 0.5, np.nan], [0.5, np.nan, -0.25], [np.nan, -0.25, np.nan]])
    assert cell_texts(matrix, QUADRATIC) == [
        ["", "0.50", "–"], ["0.50", "", "\N{MINUS SIGN}0.25"], ["–", "\N{MINUS SIGN}0.25", ""],
    ]  # fmt: skip
    assert cell_texts(matrix, MEASURES["Percent agreement"])[0] == ["", "50", "–"]


def test_colour_range__never_makes_small_differences_look_large() -> None:
    assert colour_range(np.array([[0.71, 0.74]])) == pytest.approx((0.5, 0.8))
    assert colour_range(np.array([[-0.05, 0.95]])) == pytest.approx((-0.1, 1.0))
    assert colour_range(np.array([[np.nan]])) == (0.0, 1.0)


def test_heatmap_figure__every_cell_can_be_clicked_and_none_is_seen_to_be() -> None:
    found = figures(observed()).of_readers("cohen_kappa", "quadratic", "pair")
    figure = heatmap_figure(found, ("C", "A", "B"), QUADRATIC, chosen=("A", "B"))
    heat, targets = figure.data
    assert heat.z[0][1] == pytest.approx(1.0)
    assert sorted(map(tuple, targets.customdata)) == sorted(
        (a, b) for a in "ABC" for b in "ABC" if a != b
    )
    assert targets.marker.opacity == 0
    assert targets.selected.marker.opacity == targets.unselected.marker.opacity == 0
    assert "24 images both read" in targets.text[0]
    frames = {(shape.x0 + 0.5, shape.y0 + 0.5) for shape in figure.layout.shapes}
    assert frames == {(1.0, 2.0), (2.0, 1.0)}


@pytest.mark.parametrize("data", [["A", "B"], {"0": "A", "1": "B"}])
def test_clicked__the_two_readers_of_a_cell(data: object) -> None:
    assert clicked({"selection": {"points": [{"customdata": data}]}}) == ("A", "B")
    assert clicked({"selection": {"points": []}}) is None
