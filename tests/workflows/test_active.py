"""The images chosen next, of a small run with its networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sgus.core.errors import CohortError, RunError
from sgus.core.grades import GRADES
from sgus.review.active import choose, disagreement, doubt, sides, similarities
from sgus.review.boundary import boundary
from sgus.workflows.active import FOLDS, NOBODY, READERS, choose_next
from sgus.workflows.adjudication import make_queue
from sgus.workflows.confusion_readers import reader_votes
from sgus.workflows.run_view import RunView
from tests.workflows.looked_at import looked_at
from tests.workflows.test_look_neighbours import readings

AT = boundary("0/1")


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return looked_at(tmp_path_factory.mktemp("read"), ratings=readings())


def test_choose_next__each_image_once_with_its_factors(view: RunView) -> None:
    found = choose_next(view, AT, n=10)
    table = found.table
    assert len(table) == table["image_id"].nunique() == 10
    assert found.n_pool == 36
    assert found.n_patients == 12
    assert found.n_settled == 0
    held = view.predictions.set_index("image_id").loc[table["image_id"]]
    np.testing.assert_allclose(
        table["doubt"], doubt(held[[f"p{g}" for g in GRADES]].to_numpy(), AT)
    )
    np.testing.assert_allclose(
        table["score"], table["doubt"] * table["disagreement"] * table["density"]
    )
    read = table[table["asked"] == READERS]
    votes = reader_votes(view, read["image_id"].tolist())
    np.testing.assert_allclose(read["disagreement"], disagreement(*sides(votes, AT)))
    assert set(table["asked"]) <= {READERS, NOBODY}


def test_choose_next__the_first_has_the_highest_score(view: RunView) -> None:
    everything = choose_next(view, AT, n=100).table
    assert len(everything) == 36
    assert everything["score"].iloc[0] == everything["score"].max()
    again = choose_next(view, AT, n=100).table
    assert again["image_id"].tolist() == everything["image_id"].tolist()


def test_choose__is_what_it_says(view: RunView) -> None:
    rng = np.random.default_rng(0)
    features, score = rng.normal(size=(12, 4)), rng.random(12)
    like = similarities(features)
    left = list(range(12))
    picked: list[int] = []
    while left:
        worth = [score[i] * min((1 - like[j][i] for j in picked), default=1) for i in left]
        picked.append(left.pop(int(np.argmax(worth))))
    assert choose(score, like, n=12).tolist() == picked


def test_choose_next__without_readers_or_folds_says_so(tmp_path: Path) -> None:
    found = choose_next(looked_at(tmp_path), AT, n=5)
    assert set(found.table["asked"]) == {NOBODY}
    assert (found.table["disagreement"] == 1).all()
    assert any("36 of 36" in note for note in found.notes)
    assert not any(FOLDS in note and "held-out" in note for note in found.notes)


def test_choose_next__leaves_out_what_waits_or_is_settled(tmp_path: Path) -> None:
    view = looked_at(tmp_path, ratings=readings())
    assert view.cohort is not None
    before = choose_next(view, AT, n=3).table["image_id"].tolist()
    make_queue(view.cohort, "first", before[:2], who="Anna")
    found = choose_next(view, AT, n=36)
    assert found.n_settled == 2
    assert found.n_pool == 34
    assert not set(before[:2]) & set(found.table["image_id"])


def test_choose_next__nothing_left_or_at_hand(tmp_path: Path) -> None:
    view = looked_at(tmp_path)
    assert view.cohort is not None
    make_queue(view.cohort, "all", view.predictions["image_id"].tolist(), who="Anna")
    with pytest.raises(RunError, match="all 36 held-out images are settled"):
        choose_next(view, AT)
    with pytest.raises(CohortError, match="not at hand"):
        choose_next(replace(view, cohort=None, images=None), AT)


def test_choose_next__a_run_that_held_nothing_out(view: RunView) -> None:
    learnt = view.predictions.assign(split="train")
    with pytest.raises(RunError, match="learnt from every image"):
        choose_next(replace(view, predictions=learnt), AT)
