"""The models in models/: small, whole, with figures of their own; README repeats the real one's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, load_model, read_info
from sgus.workflows.models import default_model

ROOT = Path(__file__).resolve().parents[1]
MODELS = sorted(path.parent for path in ROOT.glob("models/*/model.json"))
TITLES = {
    ("accuracy", "four_grades", None): "Accuracy, four grades",
    ("quadratic_kappa", "four_grades", None): "Quadratic-weighted kappa",
    ("accuracy", "stage1", None): "Stage 1, 0/1 v 2/3: accuracy",
    ("balanced_accuracy", "stage2a", "truth"): "Stage 2a, 0 v 1: balanced accuracy",
    ("balanced_accuracy", "stage2b", "truth"): "Stage 2b, 2 v 3: balanced accuracy",
}


REAL = [path for path in MODELS if not read_info(path).synthetic]
SIMULATED = [path for path in MODELS if read_info(path).synthetic]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def info() -> ModelInfo:
    """The model of real images."""
    return read_info(REAL[0])


def test_one_learnt_from_real_images_and_at_most_one_from_phantoms() -> None:
    assert len(REAL) == 1
    assert len(SIMULATED) <= 1
    assert default_model(ROOT / "models") == REAL[0]


@each_model
def test_it_loads_with_this_version(model: Path) -> None:
    info = read_info(model)
    assert load_model(model).info == info
    assert info.name == model.name
    assert info.prepare_version == PREPARE_VERSION
    assert info.network.sharing == "trunk"


@each_model
def test_it_is_small(model: Path) -> None:
    assert (model / "model.safetensors").stat().st_size <= 25_000_000


@each_model
def test_its_card_says_where_it_comes_from_and_what_it_must_not_do(model: Path) -> None:
    info = read_info(model)
    card = (model / "README.md").read_text(encoding="utf-8")
    for words in ("must not be used for", "Diagnosis", "Terms:", info.manifest_hash):
        assert words in card
    assert info.manifest_hash
    assert info.training["n_images"] > 0


def test_the_card_of_the_real_one_names_the_benchmark_and_its_schemes(info: ModelInfo) -> None:
    card = (REAL[0] / "README.md").read_text(encoding="utf-8")
    for words in ("10.3389/fmed.2020.581248", "Patient-grouped 5-fold", "centres left out"):
        assert words in card
    assert "phantoms only" not in card
    assert len(info.training_sha256) == info.training["n_images"]


@pytest.mark.parametrize("model", SIMULATED, ids=lambda path: path.name)
def test_the_card_of_phantoms_says_so_first(model: Path) -> None:
    card = (model / "README.md").read_text(encoding="utf-8")
    assert "phantom" in model.name
    assert "synthetic" in card.lower()[:600]


@each_model
def test_every_figure_has_n_and_an_interval_or_a_reason(model: Path) -> None:
    info = read_info(model)
    assert {figure["where"] for figure in info.figures} == set(info.training["judged_by"])
    for figure in info.figures:
        assert figure["n_images"] is not None
        assert figure["n_patients"] is not None
        known = figure["value"] is not None and figure["low"] is not None
        counted = figure["figure"].startswith("support")
        assert known or counted or figure["reason"], figure


def test_readme_repeats_its_figures_and_no_others(info: ModelInfo) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(
        r"<!-- BUNDLED-MODEL-FIGURES.*?-->\n(.*?)<!-- /BUNDLED-MODEL-FIGURES -->", readme, re.S
    )
    assert block is not None
    schemes = list(info.training["judged_by"])
    expected = []
    for key, title in TITLES.items():
        cells = [
            f"{f['value']:.2f} ({f['low']:.2f} to {f['high']:.2f})"
            for scheme in schemes
            for f in info.figures
            if (f["figure"], f["scope"], f["subset"]) == key
            and f["where"] == scheme
            and f["grade"] is None
        ]
        expected.append(f"| {title} | {' | '.join(cells)} |")
    rows = [line for line in block[1].splitlines() if line.startswith("| ")][1:]
    assert rows == expected
