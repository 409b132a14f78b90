from __future__ import annotations

import pandas as pd
import pytest

from sgus.review.boundary import boundary
from sgus.ui.confusions.image_words import rank_of, readers_words, verdict_of
from tests.ui.confusions.seen import ROWS, row, seen_view


def said_of(image_id: str, rows: tuple[dict, ...] = ROWS):
    verdict = verdict_of(seen_view(rows), image_id)
    assert verdict is not None
    return verdict


def test_verdict__most_readers_against_the_grade() -> None:
    verdict = said_of("P1-a")
    assert "grade is 1, the model says 0" in verdict.lead
    assert "called too low" in verdict.lead
    assert "the grade itself is in doubt" in verdict.advice
    lines = {title: words.replace("\u00a0", " ") for title, words in verdict.lines}
    assert lines["Model"] == "sure: 15 % for 1 or above, 85 % for 0."
    assert lines["Readers"] == "divided: of 5 readers, 3 say 0 and 2 say 1 or above."
    assert "number 1 of 8 by suspicion" in lines["Grade"]
    assert lines["Folds"] == "not compared: it has one fold."


@pytest.mark.parametrize(
    ("image_id", "words"),
    [
        ("P1-b", "the model is sure of the opposite"),
        ("P2-a", "A close call"),
        ("P2-b", "Contested"),
        ("P3-a", "Nothing here is contested"),
        ("P4-b", "The readers are divided; the model happens to agree"),
    ],
)
def test_verdict__what_to_make_of_it(image_id: str, words: str) -> None:
    assert words in said_of(image_id).advice


def test_verdict__without_readings() -> None:
    verdict = said_of("P4-a")
    assert dict(verdict.lines)["Readers"] == "the cohort holds no single readings of it."
    assert "both on one side of 0/1" in verdict.lead


def test_verdict__of_an_image_that_is_not_there() -> None:
    assert verdict_of(seen_view(), "nobody") is None


def test_verdict__one_grade_against_a_sure_model() -> None:
    rows = (row("P1-a", 0, (0.05, 0.9, 0.05, 0.0), readers=(0, 0), n_held_out=2,
                fold_spread=0.001, folds_higher=1.0),)  # fmt: skip
    verdict = said_of("P1-a", rows)
    assert "graded again, blinded" in verdict.advice
    assert dict(verdict.lines)["Folds"].endswith("differ by less than 1 point.")


def test_verdict__folds_that_differ() -> None:
    rows = (row("P1-a", 1, (0.4, 0.5, 0.1, 0.0), n_held_out=3, fold_spread=0.42,
                folds_higher=2 / 3),)  # fmt: skip
    words = dict(said_of("P1-a", rows).lines)["Folds"]
    assert words == (
        "3 models that did not learn from this patient: 2 of them say 1 or above; their "
        "probabilities of 1 or above differ by up to 42 percentage points."
    )


def test_rank__the_lowest_quality_is_first_and_equal_ones_share_a_place() -> None:
    seen = seen_view()
    order = seen.rows.sort_values("label_quality")["image_id"].tolist()
    assert rank_of(seen, order[0]) == (1, len(ROWS))
    assert rank_of(seen, "P3-b") == rank_of(seen, "P4-b")


def test_rank__not_judged() -> None:
    rows = (ROWS[0] | {"label_quality": pd.NA}, ROWS[1])
    assert rank_of(seen_view(rows), "P1-a") == (0, 1)
    assert "not judged" in dict(said_of("P1-a", rows).lines)["Grade"]


@pytest.mark.parametrize(
    ("n", "high", "words"),
    [(5, 5, "all 5 readers say 1 or above."), (5, 0, "all 5 readers say 0."),
     (1, 1, "the only reader says 1 or above.")],
)  # fmt: skip
def test_readers__of_one_mind(n: int, high: int, words: str) -> None:
    assert readers_words(row("a", 1, (0.4, 0.6, 0, 0), readers=(n, high)), boundary("0/1")) == words


def test_readers__at_the_top_boundary() -> None:
    made = row("a", 3, (0.4, 0.6, 0, 0), readers=(4, 1))
    assert readers_words(made, boundary("2/3")) == (
        "divided: of 4 readers, 3 say 2 or below and 1 say 3."
    )


def test_verdict__the_likeliest_grade_lies_across_but_the_sides_do_not() -> None:
    rows = (*ROWS, row("P9", 1, (0.39, 0.33, 0.24, 0.04), readers=(5, 5)))
    verdict = said_of("P9", rows)
    model = dict(verdict.lines)["Model"].replace("\u00a0", " ")
    assert model == (
        "of two minds: grade 0 is its single most probable grade, but taken together 61 % for "
        "1 or above, 39 % for 0."
    )
    assert "A close call" in verdict.advice  # and not sure of the opposite


def test_folds__one_of_them_says() -> None:
    rows = (row("P9", 1, (0.4, 0.6, 0.0, 0.0), n_held_out=2, fold_spread=0.08, folds_higher=0.5),)
    assert "1 of them says 1 or above" in dict(said_of("P9", rows).lines)["Folds"]
