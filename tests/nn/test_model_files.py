from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from sgus.core.errors import ModelError
from sgus.core.files import sha256_file
from sgus.nn.model_files import ModelInfo, load_model, save_model
from sgus.nn.network import GradingNetwork, NetworkSpec

SPEC = NetworkSpec(backbone="tiny", height=48, width=64)


@pytest.fixture
def network() -> GradingNetwork:
    torch.manual_seed(0)
    return GradingNetwork(SPEC).eval()


def save(network: GradingNetwork, directory: Path, *, half: bool = False) -> ModelInfo:
    info = ModelInfo(name="made-up", network=SPEC, prepare_version=1)
    return save_model(directory, network, info, card="# Card\n", half=half)


def test_a_model_comes_back_to_the_bit(network: GradingNetwork, tmp_path: Path) -> None:
    info = save(network, tmp_path)
    loaded = load_model(tmp_path)
    assert loaded.info == info
    x = torch.randn(2, 1, 48, 64)
    with torch.inference_mode():
        assert torch.equal(loaded.network(x), network(x))
    assert not loaded.network.training


def test_half_precision_halves_the_file_and_hardly_moves_probabilities(
    network: GradingNetwork, tmp_path: Path
) -> None:
    save(network, tmp_path / "whole")
    save(network, tmp_path / "half", half=True)
    sizes = [(tmp_path / n / "model.safetensors").stat().st_size for n in ("half", "whole")]
    assert sizes[0] < 0.55 * sizes[1]
    x = torch.randn(4, 1, 48, 64)
    with torch.inference_mode():
        p = network.probabilities(network(x))
        loaded = load_model(tmp_path / "half").network
        torch.testing.assert_close(loaded.probabilities(loaded(x)), p, atol=2e-3, rtol=0)


def alter(directory: Path, *, key: str, value: torch.Tensor | None) -> None:
    """Change one tensor and keep the hash in step, as somebody else's model would."""
    state = load_file(directory / "model.safetensors")
    state.pop(key, None)
    if value is not None:
        state[key] = value
    save_file(state, directory / "model.safetensors")
    info = json.loads((directory / "model.json").read_text())
    info["weights_sha256"] = sha256_file(directory / "model.safetensors")
    (directory / "model.json").write_text(json.dumps(info))


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("readings.0.bias", None, "of 62 tensors 1 are missing, 0 unknown and 0 of another"),
        ("extra", torch.zeros(1), "0 are missing, 1 unknown"),
        ("readings.0.bias", torch.zeros(4), "1 of another shape"),
        ("readings.0.bias", torch.full((3,), float("nan")), "not finite numbers"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    network: GradingNetwork, tmp_path: Path, key: str, value: torch.Tensor | None, text: str
) -> None:
    save(network, tmp_path)
    alter(tmp_path, key=key, value=value)
    with pytest.raises(ModelError, match=text):
        load_model(tmp_path)


def test_altered_weights_are_refused(network: GradingNetwork, tmp_path: Path) -> None:
    save(network, tmp_path)
    path = tmp_path / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"not those model\.json names"):
        load_model(tmp_path)


def test_missing_files_are_named(network: GradingNetwork, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.json: the file is not there"):
        load_model(tmp_path)
    save(network, tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="the weights are not there"):
        load_model(tmp_path)


def test_a_description_of_something_else_is_refused(tmp_path: Path) -> None:
    for text in ('{"name": "x"}', "[]", "null", "[1, 2]"):
        (tmp_path / "model.json").write_text(text)
        with pytest.raises(ModelError, match="not a model description") as said:
            load_model(tmp_path)
        assert "\n" not in str(said.value)  # no report of a library
