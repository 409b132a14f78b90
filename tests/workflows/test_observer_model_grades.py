from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sgus.core.errors import CohortError
from sgus.stats.agreement.panel import MISSING
from sgus.workflows.observer_model_grades import (
    Answer,
    answered_readings,
    check_scale,
    grade_items,
    known_images,
)
from sgus.workflows.observers import Observed, cohort_readings, observe
from tests.fakes import FakeEngine
from tests.rated_cohort import GRADES_READ, save_rated_cohort

N = len(GRADES_READ)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return save_rated_cohort(tmp_path / "rated")


@pytest.fixture
def rated(root: Path) -> Observed:
    return cohort_readings(root)


def test_grade_items__each_image_once_and_an_interrupted_run_goes_on(
    root: Path, rated: Observed
) -> None:
    engine, answers = FakeEngine(), {}
    steps = grade_items(engine, rated, root, answers=answers)
    assert [next(steps), next(steps)] == [1, 2]
    assert list(grade_items(engine, rated, root, answers=answers)) == list(range(3, N + 1))
    assert len(engine.calls) == N
    assert list(answers) == list(rated.panel.items)
    assert not any(cams for _, _, cams in engine.calls)


def test_grade_items__a_bad_file_and_known_images(root: Path, rated: Observed) -> None:
    (root / "images" / "i1.png").write_bytes(b"no picture")
    answers: dict[str, Answer] = {}
    done = list(grade_items(FakeEngine(), rated, root, answers=answers, skip=["i0"]))
    assert done[-1] == N - 1
    assert "i0" not in answers
    assert answers["i1"].grade is None
    found = answered_readings("m", rated, answers, known=["i0"], identity="x")
    assert (found.n_matched, found.n_without, found.n_learnt, found.n_ungraded) == (N - 2, 2, 1, 1)
    assert found.codes[0] == found.codes[1] == MISSING
    assert found.notes[:2] == (
        f"{N - 2} of {N} images that were read have its grade",
        "1 images were left out: the model learnt from them",
    )


def test_answered_readings__what_it_learnt_from_is_left_out_or_refused(rated: Observed) -> None:
    answers = {item: Answer(2, learnt=item == "i5") for item in rated.panel.items}
    found = answered_readings("r1", rated, answers, known=(), identity="x")
    assert found.name == "r1 (model)"
    assert found.n_learnt == 1
    assert np.flatnonzero(found.codes == MISSING).tolist() == [5]
    with pytest.raises(CohortError, match=f"learnt from all of the {N} images"):
        answered_readings("m", rated, {}, known=rated.panel.items, identity="x")


def test_known_images__by_hash(rated: Observed) -> None:
    hashes = rated.item_attributes["sha256"]
    assert known_images(rated, [hashes[2], "0" * 64]) == ["i2"]
    assert known_images(rated, []) == []


def test_check_scale__another_scale_is_refused(tmp_path: Path, rated: Observed) -> None:
    check_scale(rated)
    table = tmp_path / "t.csv"
    table.write_text("image_id,a,b\ni1,1,2\ni2,5,4\n")
    options: dict[str, Any] = {"grades": (1, 2, 3, 4, 5)}
    with pytest.raises(CohortError, match="its scale is 1, 2, 3, 4, 5"):
        check_scale(observe(table, **options))
