from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from sgus.cohort.manifest import load_cohort
from sgus.core.errors import CohortError, ModelError
from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.train.config import make_config
from sgus.workflows.splitting import split_cohort
from sgus.workflows.starting import (
    PHANTOM_MODEL,
    refuse_known_images,
    set_initial_weights,
    weights_hash,
)
from sgus.workflows.training import run_training

SMALL = {"backbone": "tiny", "height": 48, "width": 64}


@pytest.fixture
def phantom_model(tmp_path: Path, make_model, make_network, monkeypatch) -> Path:
    """A stand-in for the bundled phantom model, where `weights=phantom` looks for it."""
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path / "models"))
    directory = tmp_path / "models" / PHANTOM_MODEL
    make_model(directory, make_network(), name=PHANTOM_MODEL, synthetic=True)
    return directory


def fresh(**spec: object) -> GradingNetwork:
    torch.manual_seed(9)
    return GradingNetwork(NetworkSpec.parse({**SMALL, **spec}))


def test_phantom_weights_are_those_of_the_bundled_model(phantom_model: Path, make_network) -> None:
    network = fresh()
    matched = set_initial_weights(network, "phantom")
    expected = make_network().state_dict()
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, expected[key])
    assert matched.n_matched == matched.n_trunk > 0
    assert matched.n_unused == 0
    assert str(matched).startswith(f"initial weights model {PHANTOM_MODEL}: ")


def test_another_head_keeps_its_own_reading(phantom_model: Path, make_network) -> None:
    network, before = fresh(head="ordinal"), fresh(head="ordinal")
    matched = set_initial_weights(network, str(phantom_model))
    assert matched.n_unused == 2
    torch.testing.assert_close(network.readings.state_dict(), before.readings.state_dict())
    torch.testing.assert_close(network.trunks.state_dict(), make_network().trunks.state_dict())


def test_separate_trunks_all_start_from_the_one(phantom_model: Path, make_network) -> None:
    network = fresh(sharing="separate")
    set_initial_weights(network, str(phantom_model / "model.safetensors"))
    expected = make_network().trunks[0].state_dict()
    assert len(network.trunks) == 3
    for trunk in network.trunks:
        torch.testing.assert_close(trunk.state_dict(), expected)


def test_another_backbone_is_refused(phantom_model: Path) -> None:
    with pytest.raises(ModelError, match=r"backbone is tiny, the network's is resnet18"):
        set_initial_weights(fresh(backbone="resnet18"), "phantom")


def test_a_missing_phantom_model_is_named(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=f"{PHANTOM_MODEL}: weights=phantom needs the bundled"):
        weights_hash("phantom")


def test_a_start_that_knows_test_images_is_refused(
    import_study, tmp_path: Path, make_model, make_network
) -> None:
    cohort = import_study()
    split_cohort(cohort, "holdout", fractions=(0.5, 0.25, 0.25))
    split = json.loads((cohort / "splits" / "holdout.json").read_text())
    hashes = pd.read_csv(cohort / "images.csv", dtype=str).set_index("image_id")["sha256"]
    fold = split["folds"][0]
    settings = ["network.height=48", "network.width=64", "epochs=1", "batch_size=4", "threads=1"]

    def train(learnt: list[str], name: str) -> str:
        make_model(tmp_path / name, make_network(), training_sha256=sorted(hashes[learnt]))
        config = make_config("laptop", settings=[*settings, f"weights={tmp_path / name}"])
        run_dir = tmp_path / f"run-{name}"
        run_training(cohort, "holdout", config=config, run_dir=run_dir, say=lambda line: None)
        return json.loads((run_dir / "run.json").read_text())["initial_weights_sha256"]

    with pytest.raises(ModelError, match=r"learnt from 1 of the \d+ validation and test images"):
        train([*fold["train"], fold["test"][0]], "knows")
    assert not (tmp_path / "run-knows").exists()
    assert train(fold["train"], "clean") == weights_hash(str(tmp_path / "clean"))


def test_severity_can_be_learnt_from_phantoms_only(import_study, tmp_path: Path) -> None:
    cohort = import_study()
    config = make_config("laptop", settings=["targets=severity", "threads=1"])
    with pytest.raises(CohortError, match=r"have no known severity from 0 to 4.*targets=grade"):
        run_training(
            cohort, "everything", config=config, run_dir=tmp_path / "run", say=lambda line: None
        )


@pytest.mark.parametrize(
    ("seed", "synthetic", "refused"), [(1, True, True), (11, True, False), (1, False, False)]
)
def test_phantoms_of_the_seed_that_was_learnt_from_are_refused(
    phantom_model: Path, import_study, seed: int, synthetic: bool, refused: bool
) -> None:
    made = "Simulated by `python -m sgus phantom --preset {} --patients 9 --seed {}`"
    info = phantom_model / "model.json"
    said = json.loads(info.read_text())
    said["training"] = {"cohort": {"source": made.format("pretraining", 1)}}
    info.write_text(json.dumps(said))
    cohort = load_cohort(import_study())
    about = cohort.info.model_copy(
        update={"synthetic": synthetic, "source": made.format("demo", seed)}
    )
    cohort = replace(cohort, info=about)
    if not refused:
        refuse_known_images("phantom", cohort, [])
        return
    with pytest.raises(ModelError, match="learnt from phantoms of seed 1, the seed of this cohort"):
        refuse_known_images("phantom", cohort, [])
