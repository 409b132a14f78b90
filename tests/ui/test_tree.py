from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from sgus.core.grades import STAGE_NAMES, grades_from_stages
from sgus.ui.tree import FULL_STROKE, hierarchy_svg, tree_svg, tree_text

SVG = "{http://www.w3.org/2000/svg}"


def draw(stages: list[float]) -> ET.Element:
    p = grades_from_stages(np.array(stages))
    return ET.fromstring(tree_svg(p.tolist(), dict(zip(STAGE_NAMES, stages, strict=True))))


def widths(tree: ET.Element, opacity: str | None = None) -> list[float]:
    lines = [
        path
        for path in tree.iter(f"{SVG}path")
        if opacity in (None, path.get("stroke-opacity"))
    ]  # fmt: skip
    return sorted(float(path.get("stroke-width", 0)) for path in lines)


def texts(tree: ET.Element) -> list[str]:
    return [(node.text or "").replace("\u00a0", " ") for node in tree.iter(f"{SVG}text")]


def test_tree__is_as_thick_as_the_probability() -> None:
    # branches 0.6 and 0.4; leaves 0.45, 0.15, 0.1, 0.3
    expected = sorted(FULL_STROKE * p for p in (0.6, 0.4, 0.45, 0.15, 0.1, 0.3))
    assert widths(draw([0.4, 0.25, 0.75])) == pytest.approx(expected, abs=0.06)


def test_tree__only_the_path_to_the_most_probable_grade_is_full() -> None:
    full = widths(draw([0.4, 0.25, 0.75]), opacity="0.95")
    assert full == pytest.approx([FULL_STROKE * 0.45, FULL_STROKE * 0.6], abs=0.06)


def test_tree__a_wrong_turn_stays_visible() -> None:
    # Stage 1 says 2/3, yet grade 0 is the most probable single grade.
    tree = draw([0.55, 0.05, 0.5])
    assert widths(tree, opacity="0.95") == pytest.approx(
        [FULL_STROKE * 0.4275, FULL_STROKE * 0.45], abs=0.06
    )


def test_tree__writes_every_probability_and_product() -> None:
    shown = texts(draw([0.4, 0.25, 0.75]))
    assert {"60 %", "40 %", "45 %", "15 %", "10 %", "30 %"} <= set(shown)
    assert {"60 % × 75 %", "60 % × 25 %", "40 % × 25 %", "40 % × 75 %"} <= set(shown)


@pytest.mark.parametrize("stages", [[0, 0, 0], [1, 1, 1], [1, 0.5, 0.001], [0, 1, 0.5]])
def test_tree__survives_certainty(stages: list[float]) -> None:
    assert len(texts(draw(stages))) > 15


def test_tree_text__says_the_same_in_words() -> None:
    text = tree_text([0.45, 0.15, 0.1, 0.3]).replace("\u00a0", " ")
    assert text == "Decision tree: grade 0 45 %, grade 1 15 %, grade 2 10 %, grade 3 30 %"


def test_hierarchy__shows_all_stages_and_grades() -> None:
    shown = texts(ET.fromstring(hierarchy_svg()))
    assert {"0", "1", "2", "3", "Stage 1", "Stage 2a: 0 v 1", "Stage 2b: 2 v 3"} <= set(shown)
