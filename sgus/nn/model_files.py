"""A model on disk: `model.safetensors`, `model.json`, `README.md`. Never a pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sgus.core.config import Config
from sgus.core.errors import ConfigError, ModelError
from sgus.core.files import read_json, sha256_file, write_bytes, write_json, write_text
from sgus.core.grades import STAGES
from sgus.nn.network import GradingNetwork, NetworkSpec

WEIGHTS = "model.safetensors"
INFO = "model.json"
CARD = "README.md"


class ModelInfo(Config):
    """What a model is and where it comes from."""

    name: str
    """Short name, shown beside every prediction."""
    network: NetworkSpec
    """Shape of the network and size of its input."""
    prepare_version: int
    """Version of the path from image to network input the weights were trained with."""
    stages: dict[str, str] = {stage.name: stage.title for stage in STAGES}
    """The stage tree."""
    temperature: float = 1.0
    """Calibration: log-odds are divided by it. 1 when none was fitted."""
    seed: int = 0
    """Seed of the training run."""
    sgus_version: str = ""
    """Version that trained it."""
    manifest_hash: str = ""
    """Hash of the cohort it learnt from."""
    synthetic: bool = False
    """Whether it learnt from simulated images."""
    training: dict[str, Any] = {}
    """Config of the run and facts of its training data, for the reader of the card."""
    training_sha256: list[str] = []
    """SHA-256 of the image files it learnt from: its grade of these shows memory, not skill."""
    figures: list[dict[str, Any]] = []
    """Honest figures of the recipe, each with n and interval."""
    licence_notes: str = ""
    """Terms of the training data and weights."""
    weights_sha256: str = ""
    """SHA-256 of the weights file."""


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A network in evaluation mode, float32, and its facts."""

    network: GradingNetwork
    info: ModelInfo


def save_model(
    directory: Path, network: GradingNetwork, info: ModelInfo, *, card: str, half: bool = False
) -> ModelInfo:
    """Write a model directory.

    Args:
        directory: Where; made if missing, its three files replaced.
        network: The trained network.
        info: Its facts; the hash of the weights is filled in.
        card: The model card, Markdown.
        half: Store convolution and linear weights as float16.

    Returns:
        `info` with the hash.
    """
    from safetensors.torch import save

    state = {key: _stored(value, half=half) for key, value in network.state_dict().items()}
    write_bytes(directory / WEIGHTS, save(state))
    written = info.model_copy(update={"weights_sha256": sha256_file(directory / WEIGHTS)})
    write_text(directory / CARD, card)
    write_json(directory / INFO, written.model_dump(mode="json"))
    return written


def _stored(value: Tensor, *, half: bool) -> Tensor:
    # Running variances may leave float16's range; only weights of 2 and more dimensions are halved.
    shrink = half and value.is_floating_point() and value.ndim > 1
    return (value.half() if shrink else value).detach().contiguous().cpu()


def read_info(directory: Path) -> ModelInfo:
    """Read `model.json` without loading weights.

    Raises:
        ModelError: It is missing or not a model description.
    """
    values = read_json(
        directory / INFO, ModelError, next_step="Give a model directory, such as models/NAME"
    )
    try:
        return ModelInfo.parse(values, source=INFO)
    except (ConfigError, TypeError, ValueError) as error:
        wrong = error.cause if isinstance(error, ConfigError) else "no JSON object"
        raise ModelError(
            directory / INFO,
            f"this is not a model description ({wrong})",
            "Copy the whole model directory again, or train the model again",
        ) from error


def load_model(directory: Path) -> LoadedModel:
    """Load a model for prediction.

    Raises:
        ModelError: A file is missing, altered, or does not fit the network it claims to be.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    info = read_info(directory)
    weights = directory / WEIGHTS
    if not weights.is_file():
        raise ModelError(weights, "the weights are not there", "Copy the whole model directory")
    if info.weights_sha256 != sha256_file(weights):
        raise ModelError(
            weights, f"the weights are not those {INFO} names", "Copy the whole directory again"
        )
    network = GradingNetwork(info.network)
    try:
        state = load_file(weights)
    except SafetensorError as error:
        raise ModelError(weights, f"the file is damaged ({error})", "Copy it again") from error
    _fill(network, state, weights)
    return LoadedModel(network.eval(), info)


def _fill(network: GradingNetwork, state: dict[str, Tensor], weights: Path) -> None:
    own = network.state_dict()
    missing, extra = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    wrong = [key for key in own.keys() & state.keys() if own[key].shape != state[key].shape]
    if missing or extra or wrong:
        raise ModelError(
            weights,
            f"of {len(own)} tensors {len(missing)} are missing, {len(extra)} unknown and "
            f"{len(wrong)} of another shape (first: {[*missing, *extra, *wrong][0]})",
            "The weights and model.json are of two models; copy the directory again",
        )
    network.load_state_dict({key: value.to(own[key].dtype) for key, value in state.items()})
    if not all(bool(torch.isfinite(value).all()) for value in network.state_dict().values()):
        raise ModelError(weights, "some weights are not finite numbers", "Train the model again")
