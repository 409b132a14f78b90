from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.cohort.duplicates import near_pairs
from sgus.cohort.manifest import load_cohort
from sgus.cohort.splits import make_split, verify_split
from sgus.core.errors import CohortError, ConfigError
from sgus.core.files import read_json
from sgus.workflows.checking import check_cohort
from sgus.workflows.phantom_ceiling import cohort_ceiling
from sgus.workflows.phantoms import PhantomResult, describe, make_phantom_cohort
from tests.phantom_fakes import broken_simulate, fake_simulate, other_simulate


def make(out: Path, **settings) -> PhantomResult:
    settings = {"patients": 6, "processes": 1, "simulate": fake_simulate} | settings
    return make_phantom_cohort(out, **settings)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> PhantomResult:
    return make(tmp_path_factory.mktemp("phantom") / "demo")


def files_of(root: Path) -> dict[str, bytes]:
    found = [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_a_cohort__passes_its_own_check(result: PhantomResult) -> None:
    assert result.created
    assert check_cohort(result.cohort.root).problems == ()


def test_a_cohort__says_that_it_is_synthetic_and_how_it_is_laid_out(result: PhantomResult) -> None:
    info = result.cohort.info
    assert info.synthetic
    assert "--preset demo --patients 6 --seed 0" in info.source
    assert info.notes[0].startswith("SYNTHETIC PHANTOM")
    assert "grade is the median of three readers" in info.notes[1]
    assert any("second operator" in note for note in info.notes)


def test_a_cohort__labels_are_those_of_its_ratings(result: PhantomResult) -> None:
    cohort = result.cohort
    first = cohort.ratings[cohort.ratings["reading"] == "1"]
    table = first.pivot_table(index="image_id", columns="rater_id", values="grade").loc[
        cohort.images["image_id"]
    ]
    panel = table[["reader-1", "reader-2", "reader-3"]].median(axis=1)
    assert (cohort.images["grade"].to_numpy() == panel.to_numpy()).all()
    assert (pd.to_numeric(cohort.images["median_grade"]).to_numpy() == panel.to_numpy()).all()
    own = pd.to_numeric(cohort.images["reader_grade"]).to_numpy()
    assert (own == table["reader-1"].to_numpy()).all()
    severity = pd.to_numeric(cohort.images["severity"])
    assert (np.floor(severity) == pd.to_numeric(cohort.images["true_grade"])).all()


def test_a_cohort__has_a_mask_for_each_image(result: PhantomResult) -> None:
    root = result.cohort.root
    assert all((root / path).is_file() for path in result.cohort.images["mask_path"])
    assert len(list((root / "masks").iterdir())) == len(result.cohort.images)


def test_a_cohort__keeps_its_ceiling(result: PhantomResult) -> None:
    stored = read_json(result.cohort.root / "ceiling.json", CohortError, next_step="")
    assert stored["manifest_hash"] == result.cohort.manifest_hash
    assert stored == result.ceiling == cohort_ceiling(load_cohort(result.cohort.root))


def test_another_seed__is_another_cohort(result: PhantomResult, tmp_path: Path) -> None:
    other = make(tmp_path / "other", seed=1).cohort
    assert other.manifest_hash != result.cohort.manifest_hash
    assert not set(other.images["sha256"]) & set(result.cohort.images["sha256"])


def test_the_same_again__writes_nothing_and_says_so(result: PhantomResult) -> None:
    before = {p: p.stat().st_mtime_ns for p in result.cohort.root.rglob("*")}
    again = make(result.cohort.root)
    assert not again.created
    assert again.ceiling == result.ceiling
    assert "It was there already, the same: nothing was written." in describe(again)
    assert {p: p.stat().st_mtime_ns for p in result.cohort.root.rglob("*")} == before


def test_another_cohort_in_the_place__is_left_alone(result: PhantomResult, tmp_path: Path) -> None:
    root = result.cohort.root
    with pytest.raises(CohortError, match="another cohort is there"):
        make(root, seed=5)
    with pytest.raises(CohortError, match="the simulator has changed since: P0001-parotid-left-1"):
        make(root, simulate=other_simulate)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CohortError, match="in use and is no cohort"):
        make(tmp_path)


def test_a_changed_cohort_in_the_place__is_left_alone(tmp_path: Path) -> None:
    root = make(tmp_path / "c", patients=1).cohort.root
    table = root / "images.csv"
    table.write_text(table.read_text().replace(",centre-1,", ",centre-9,"))
    with pytest.raises(CohortError, match="this cohort was changed after it was made"):
        make(root, patients=1)


def test_an_interruption__leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "c", simulate=broken_simulate)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"patients": 0}, "patients: 0 is not from 1"),
        ({"preset": "clinic"}, "there is no preset of this name"),
        ({"preset": "published", "patients": 5}, "has 219 patients, 5 were asked for"),
        ({"processes": 0}, "processes: 0 is not from 1 to 256"),
        ({"seed": -1}, "seed: -1 is below 0"),
    ],
)
def test_what_is_refused(settings: dict, text: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=text):
        make(tmp_path / "c", **settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("preset", ["demo", "published", "pretraining"])
@pytest.mark.parametrize("scheme", ["holdout", "kfold", "leave-one-centre-out"])
def test_splits__work_on_each_preset(
    preset: str, scheme: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    patients = {"demo": 16, "published": None, "pretraining": 16}[preset]
    cohort = made_once(tmp_path_factory, preset, patients)
    split = make_split(cohort, scheme, n_folds=4)
    verify_split(split, cohort)
    assert list(split.left_out) == []
    assert list(split.duplicates) == []


_MADE: dict[str, PhantomResult] = {}


def made_once(factory: pytest.TempPathFactory, preset: str, patients: int | None):
    if preset not in _MADE:
        root = factory.mktemp("presets") / preset
        _MADE[preset] = make(root, preset=preset, patients=patients)
    return _MADE[preset].cohort


def test_the_real_simulator__the_same_bytes_and_no_problem(tmp_path: Path) -> None:
    one, two = (
        make(tmp_path / str(n), patients=2, processes=n, simulate=None).cohort for n in (1, 2)
    )
    assert files_of(one.root) == files_of(two.root)
    assert len(files_of(one.root)) == 2 * len(one.images) + 4  # masks, and four tables
    assert check_cohort(one.root).problems == ()
    assert one.images["perceptual_hash"].nunique() == len(one.images)


def test_the_real_simulator__two_patients_are_never_near_duplicates(tmp_path: Path) -> None:
    images = make(tmp_path / "c", preset="pretraining", simulate=None).cohort.images
    patient = dict(zip(images["image_id"], images["patient_id"], strict=True))
    pairs = near_pairs(list(images["image_id"]), list(images["perceptual_hash"]))
    assert [pair for pair in pairs if patient[pair[0]] != patient[pair[1]]] == []


def test_describe(result: PhantomResult) -> None:
    text = describe(result)
    n = len(result.cohort.images)
    assert f"Phantom demo: {n} synthetic images of 6 simulated patients" in text
    assert "ms an image" in text
    assert "one reader" in text
