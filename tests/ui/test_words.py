from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.ui.words import off_path, percent, ranked, stage_sentences, verdict


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.001, "<1 %"), (0.005, "<1 %"), (0.543, "54 %"), (0.998, ">99 %"), (1, "100 %")],
)
def test_percent__never_rounds_to_certainty(value: float, text: str) -> None:
    assert percent(value).replace("\u00a0", " ") == text


def plain(p: list[float]) -> list[str]:
    return [line.replace("\u00a0", " ") for line in verdict(p)]


def test_verdict__names_the_neighbouring_doubt() -> None:
    assert plain([0.31, 0.54, 0.10, 0.05]) == [
        "The model finds grade 1 most probable (54 %), grade 0 next (31 %).",
        "Between 0 and 1 it is unsure.",
        "On the threshold of grade 2 it says normal-appearing (85 %).",
    ]


def test_verdict__says_when_it_is_sure() -> None:
    found, sure, side = plain([0.01, 0.02, 0.07, 0.90])
    assert found == "The model finds grade 3 most probable (90 %), grade 2 next (7 %)."
    assert sure.startswith("It is fairly sure of grade 3: diffuse inhomogeneity")
    assert side == "On the threshold of grade 2 it says pathological (97 %)."


def test_verdict__says_when_the_doubt_crosses_the_threshold() -> None:
    _, doubt, side = plain([0.06, 0.45, 0.40, 0.09])
    assert doubt == "Between 1 and 2 it is unsure."
    assert side.endswith("it says normal-appearing (51 %), but the doubt crosses it.")


def test_verdict__warns_of_grades_that_are_no_neighbours() -> None:
    assert "between 0 and 3 it is unsure, which are not" in plain([0.4, 0.1, 0.1, 0.4])[1].lower()


def test_verdict__warns_when_everything_is_possible() -> None:
    assert plain([0.25, 0.26, 0.25, 0.24])[1].startswith("It spreads its probability")


@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=4))
def test_verdict__leads_with_the_most_probable_grade(weights: list[float]) -> None:
    p = np.array(weights) / sum(weights)
    assert verdict(p.tolist())[0].startswith(f"The model finds grade {int(p.argmax())} most")
    assert ranked(p.tolist())[0] == int(p.argmax())


def test_stage_sentences__take_the_more_probable_side() -> None:
    sides = stage_sentences({"stage1": 0.2, "stage2a": 0.5, "stage2b": 0.9})
    assert {name: side.replace("\u00a0", " ") for name, side in sides.items()} == {
        "stage1": "0/1 (80 %)",
        "stage2a": "1 (50 %)",
        "stage2b": "3 (90 %)",
    }


@pytest.mark.parametrize(("p", "stage"), [(0.1, "stage2b"), (0.9, "stage2a"), (0.6, None)])
def test_off_path__is_the_branch_not_taken(p: float, stage: str | None) -> None:
    assert off_path({"stage1": p, "stage2a": 0.5, "stage2b": 0.5}) == stage
