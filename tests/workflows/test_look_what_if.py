from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import CohortError, RunError
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.geometry import network_window
from sgus.images.perturb import VARIATIONS, Varied
from sgus.nn.model_files import load_model
from sgus.review.boundary import boundary
from sgus.workflows import look_what_if
from sgus.workflows.grading import Grader
from sgus.workflows.look_what_if import what_if
from sgus.workflows.run_view import RunView
from tests.workflows.looked_at import SPEC, looked_at

IMAGE = "P05-parotid-right"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return looked_at(tmp_path_factory.mktemp("what-if"))


def test_as_it_is_comes_first_and_is_what_the_run_said(view: RunView) -> None:
    found = what_if(view, IMAGE, boundary("0/1"))
    row = view.predictions.set_index("image_id").loc[IMAGE]
    first = found.answers[0]
    assert first.what == "as it is"
    np.testing.assert_allclose(first.p, [row[f"p{grade}"] for grade in range(4)], atol=1e-4)
    assert first.predicted == row["predicted"]
    assert first.log_odds == pytest.approx(np.log(row["p1"] / row["p0"]), abs=1e-3)
    assert found.as_run
    assert found.difference < 1e-4
    assert "the run's own probabilities" in found.as_run_words
    assert found.synthetic


def test_answers_are_those_of_grading_each_varied_picture(view: RunView) -> None:
    """The other road to a grade, one picture at a time."""
    found = what_if(view, IMAGE, boundary("1/2"))
    cohort = load_cohort(view.cohort)
    fold = view.predictions.set_index("image_id").loc[IMAGE, "fold"]
    grader = Grader(load_model(view.directory / "folds" / fold / "model"))
    image = read_image(cohort.image_path(IMAGE))
    region = Region(10, 8, 118, 88)
    window = network_window(region, height=SPEC.height, width=SPEC.width)
    varied = Varied(image.pixels, region, window=window)
    assert len(found.answers) == 21
    for answer, variation in zip(found.answers[1:], VARIATIONS, strict=True):
        pixels, area = varied.by(variation)
        graded = grader.grade(replace(image, pixels=pixels), region=area, cams=False)
        np.testing.assert_allclose(answer.p, graded.p, atol=1e-4)
        assert (answer.what, answer.strength) == (variation.what, variation.strength)


@pytest.mark.parametrize("name", ["0/1", "1/2", "2/3"])
def test_what_holds_is_counted_and_said(view: RunView, name: str) -> None:
    found = what_if(view, IMAGE, boundary(name))
    table = found.table
    p = table[["p0", "p1", "p2", "p3"]].to_numpy()
    held = p[1:].argmax(axis=1) == p[0].argmax()
    lower, upper = boundary(name).grades
    sides = p[:, upper] > p[:, lower]
    assert (found.n, found.n_holding) == (20, held.sum())
    assert found.n_same_side == (sides[1:] == sides[0]).sum()
    assert f"holds in {held.sum()} of 20 variations" in found.sentence
    assert f"on the side of {upper if sides[0] else lower} in" in found.sentence
    assert ("It changes with" in found.sentence) == (not held.all())
    assert table["holds"].tolist() == [True, *held]
    assert not table.isna().any().any()


def test_answers_are_kept_by_file_and_model_and_bounded(
    view: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = what_if(view, IMAGE, boundary("0/1"))
    with monkeypatch.context() as patched:
        patched.setattr(look_what_if, "_asked", None)
        assert what_if(view, IMAGE, boundary("0/1")) == first
    monkeypatch.setattr(look_what_if, "_KEPT", 1)
    what_if(view, "P06-parotid-left", boundary("0/1"))
    assert len(look_what_if._memory) == 1


def test_another_prediction_than_the_models_is_said(view: RunView) -> None:
    table = view.predictions.copy()
    own = table["image_id"] == IMAGE
    table.loc[own, "p0"] += 0.01
    table.loc[own, "p1"] -= 0.01
    found = what_if(replace(view, predictions=table), IMAGE, boundary("0/1"))
    assert not found.as_run
    assert found.difference == pytest.approx(0.01, abs=1e-4)
    assert "other probabilities than the run wrote down (by up to 0.0100)" in found.as_run_words


def test_a_changed_file_and_an_unknown_image_are_refused(view: RunView, tmp_path) -> None:
    root = shutil.copytree(view.cohort, tmp_path / "copy")
    Image.fromarray(np.array(read_image(root / "images" / f"{IMAGE}.png").pixels)[::-1]).save(
        root / "images" / f"{IMAGE}.png"
    )
    with pytest.raises(CohortError, match="not the one that was imported"):
        what_if(replace(view, cohort=root), IMAGE, boundary("0/1"))
    with pytest.raises(RunError, match="not in the run"):
        what_if(view, "nobody", boundary("0/1"))
