from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.spatial.distance import cosine

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import CohortError, RunError
from sgus.nn.model_files import load_model
from sgus.review.boundary import Boundary, boundary
from sgus.workflows import look_features
from sgus.workflows.look_neighbours import nearest
from sgus.workflows.pictures import load_pictures
from sgus.workflows.run_view import RunView
from tests.workflows.looked_at import looked_at


def readings() -> str:
    """Most images: three readers who agree with themselves; some twice, some one apart."""
    lines = ["image_id,rater_id,reading,grade"]
    rng = np.random.default_rng(1)
    for at in range(12):
        for gland in ("parotid-left", "parotid-right", "submandibular-left"):
            if at == 11:
                continue  # nobody read the last patient, one reader the one before
            for reader in range(1 if at == 10 else 3):
                grade = (at % 4 + int(rng.random() < 0.2)) % 4
                lines.append(f"P{at:02d}-{gland},r{reader},1,{grade}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def read_view(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return looked_at(tmp_path_factory.mktemp("read"), ratings=readings())


@pytest.fixture(scope="module")
def unread_view(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return looked_at(tmp_path_factory.mktemp("unread"))


def slow(view: RunView, image_id: str, grade: int, k: int) -> list[tuple[str, float]]:
    """One image at a time, from the files themselves."""
    cohort = load_cohort(view.cohort)
    table = pd.read_csv(view.directory / "predictions.csv").set_index("image_id")
    fold = table.loc[image_id, "fold"]
    network = load_model(view.directory / "folds" / str(fold) / "model").network
    images = cohort.images.set_index("image_id")
    pictures = load_pictures(cohort, network.spec)

    def vector(name: str):
        pixels = np.array(pictures.pixels[pictures.rows([name])])
        with torch.inference_mode():
            x = network.normalise(torch.from_numpy(pixels)[:, None])
            return torch.cat([m.mean((2, 3)) for m in network.features(x)], 1)[0].numpy()

    found = []
    for name, row in images.iterrows():
        if row["patient_id"] == images.loc[image_id, "patient_id"] or row["grade"] != grade:
            continue
        said = [] if cohort.ratings is None else cohort.ratings[cohort.ratings["image_id"] == name]
        grades = [] if cohort.ratings is None else list(said["grade"])
        several = len(said) and said["rater_id"].nunique() >= 2
        p = table.loc[name, f"p{grade}"]
        unanimous = several and all(one == grade for one in grades)
        most = grades.count(grade) > len(grades) / 2 if several else True
        if unanimous or (most and p > 0.5):
            other = row["gland"] != images.loc[image_id, "gland"]
            found.append((other, cosine(vector(image_id), vector(name)), name))
    return [(name, distance) for _, distance, name in sorted(found)[:k]]


@pytest.mark.parametrize("name", ["0/1", "1/2", "2/3"])
@pytest.mark.parametrize("image_id", ["P00-parotid-left", "P06-submandibular-left"])
def test_neighbours_are_those_of_a_slow_search(
    read_view: RunView, image_id: str, name: str
) -> None:
    found = nearest(read_view, image_id, boundary(name), k=5)
    for grade, side in zip(boundary(name).grades, (found.lower, found.upper), strict=True):
        expected = slow(read_view, image_id, grade, 5)
        assert [one.image_id for one in side] == [name for name, _ in expected]
        np.testing.assert_allclose(
            [one.distance for one in side], [d for _, d in expected], atol=1e-4
        )
        assert len(side) == min(5, found.n_candidates[grade])
        assert (grade in found.reasons) == (len(side) < 5)


def test_what_is_said_of_a_neighbour(read_view: RunView) -> None:
    found = nearest(read_view, "P00-parotid-left", boundary("0/1"), k=40)
    ratings = pd.read_csv(read_view.cohort / "ratings.csv")
    models = pd.read_csv(read_view.directory / "predictions.csv").set_index("image_id")
    assert found.lower + found.upper
    for one in found.lower + found.upper:
        said = ratings[ratings["image_id"] == one.image_id]["grade"]
        assert one.patient_id != "P00"
        assert one.n_readings == len(said)
        assert one.n_agreeing == (said == one.grade).sum()
        assert one.unanimous == (one.n_agreeing == one.n_readings if len(said) > 1 else None)
        assert one.p == pytest.approx(models.loc[one.image_id, f"p{one.grade}"])
        assert one.learnt == (
            models.loc[one.image_id, "fold"] != models.loc["P00-parotid-left", "fold"]
        )
        assert one.same_gland == (one.gland == "parotid")
    kinds = [one.same_gland for one in found.lower]
    assert kinds == sorted(kinds, reverse=True)
    sure = next(one for one in found.lower + found.upper if one.unanimous)
    said = f"all 3 readings gave {sure.grade}; held out, the model gave it {sure.p:.0%}"
    assert sure.why == said
    assert "by two readers at least" in found.confidence_words
    assert "did not learn from it or its patient" in found.model_words
    assert found.n_patients[0] <= found.n_candidates[0]
    assert found.synthetic


def test_without_readers_a_held_out_model_has_to_be_sure(unread_view: RunView) -> None:
    for name in ("0/1", "1/2", "2/3"):
        found = nearest(unread_view, "P00-parotid-left", boundary(name))
        for grade, side in zip(boundary(name).grades, (found.lower, found.upper), strict=True):
            expected = slow(unread_view, "P00-parotid-left", grade, 4)
            assert [one.image_id for one in side] == [name for name, _ in expected]
            assert all(one.p > 0.5 and one.unanimous is None for one in side)
            if len(side) < 4:
                assert f"surely grade {grade}" in found.reasons[grade]
        assert "nothing but the model" in found.confidence_words


def test_features_are_kept_and_bounded(read_view: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    look_features._memory.clear()  # like images of another test would never reach this disk
    first = nearest(read_view, "P00-parotid-left", boundary("0/1"))
    monkeypatch.setattr(look_features, "_computed", None)
    assert nearest(read_view, "P00-parotid-left", boundary("0/1")) == first
    look_features._memory.clear()
    assert nearest(read_view, "P00-parotid-left", boundary("0/1")) == first  # from the disk
    kept = read_view.cohort / "cache"
    assert len(list(kept.glob("features-*.npz"))) <= 3
    monkeypatch.undo()
    monkeypatch.setattr(look_features, "MOST_FILES", 1)
    for path in kept.glob("features-*.npz"):
        path.write_bytes(b"damaged")
    look_features._memory.clear()
    assert nearest(read_view, "P00-parotid-left", boundary("0/1")) == first
    assert len(list(kept.glob("features-*.npz"))) == 1
    assert len(look_features._memory) <= 4


def test_what_the_run_learnt_from_is_refused(read_view: RunView) -> None:
    table = read_view.predictions.copy()
    table.loc[table["image_id"] == "P01-parotid-left", "split"] = "train"
    learnt = replace(read_view, predictions=table)
    with pytest.raises(RunError, match="the run learnt from it"):
        nearest(learnt, "P01-parotid-left", boundary("0/1"))
    with pytest.raises(RunError, match="not in the run"):
        nearest(read_view, "nobody", boundary("0/1"))
    with pytest.raises(CohortError, match="not at hand"):
        nearest(replace(read_view, cohort=None), "P01-parotid-left", boundary("0/1"))


def test_a_model_that_learnt_from_the_patient_is_refused(read_view: RunView) -> None:
    """The table says test, the model knows better."""
    table = read_view.predictions.copy()
    own = table["image_id"] == "P01-parotid-left"
    table.loc[own, "fold"] = "1" if table.loc[own, "fold"].iloc[0] != "1" else "2"
    with pytest.raises(RunError, match=r"learnt from this image's patient \(P01\)"):
        nearest(replace(read_view, predictions=table), "P01-parotid-left", Boundary(0, 1))


def test_a_run_without_its_model_says_so(read_view: RunView, tmp_path: Path) -> None:
    gone = replace(read_view, directory=tmp_path)
    with pytest.raises(RunError, match="was not kept"):
        nearest(gone, "P01-parotid-left", boundary("0/1"))
