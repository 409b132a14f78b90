"""The model in models/: small, whole, with the figures that README repeats."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, load_model, read_info

ROOT = Path(__file__).resolve().parents[1]
MODELS = sorted(path.parent for path in ROOT.glob("models/*/model.json"))
TITLES = {
    ("accuracy", "four_grades", None): "Accuracy, four grades",
    ("quadratic_kappa", "four_grades", None): "Quadratic-weighted kappa",
    ("accuracy", "stage1", None): "Stage 1, 0/1 v 2/3: accuracy",
    ("balanced_accuracy", "stage2a", "truth"): "Stage 2a, 0 v 1: balanced accuracy",
    ("balanced_accuracy", "stage2b", "truth"): "Stage 2b, 2 v 3: balanced accuracy",
}


@pytest.fixture(scope="module")
def info() -> ModelInfo:
    assert len(MODELS) == 1, "one model is bundled"
    return read_info(MODELS[0])


def test_it_loads_with_this_version(info: ModelInfo) -> None:
    assert load_model(MODELS[0]).info == info
    assert info.prepare_version == PREPARE_VERSION
    assert info.network.sharing == "trunk"


def test_it_is_small(info: ModelInfo) -> None:
    assert (MODELS[0] / "model.safetensors").stat().st_size <= 25_000_000


def test_its_card_says_where_it_comes_from_and_what_it_must_not_do(info: ModelInfo) -> None:
    card = (MODELS[0] / "README.md").read_text(encoding="utf-8")
    for words in (
        "10.3389/fmed.2020.581248", "must not be used for", "Diagnosis", "Terms:",
        "Patient-grouped 5-fold", "centres left out", info.manifest_hash,
    ):  # fmt: skip
        assert words in card
    assert len(info.training_sha256) == info.training["n_images"] > 0


def test_every_figure_has_n_and_an_interval_or_a_reason(info: ModelInfo) -> None:
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
