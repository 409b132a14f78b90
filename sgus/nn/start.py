"""Starting from a model of this program: its trunk and, for the same head, its reading."""

from __future__ import annotations

from pathlib import Path

from sgus.core.errors import ModelError
from sgus.nn.model_files import LoadedModel, load_model
from sgus.nn.network import GradingNetwork
from sgus.nn.weights import Matched


def start_from_model(network: GradingNetwork, directory: Path) -> Matched:
    """Give `network` the weights of a model directory.

    Every trunk starts from the model's; where one model has three and the network one, from its
    first. The linear reading is taken too when both networks read the same head in one trunk.

    Args:
        network: Changed in place. Its input may have another size than the model's.
        directory: `model.safetensors`, checked against `model.json`.

    Raises:
        ModelError: The model cannot be read, or has another backbone.
    """
    model = load_model(directory)
    _refuse_other_backbone(network, model, directory)
    given = [trunk.state_dict() for trunk in model.network.trunks]
    for number, trunk in enumerate(network.trunks):
        trunk.load_state_dict(given[number % len(given)])
    n_reading = 0
    if model.network.head is network.head and len(given) == len(network.trunks):
        n_reading = len(network.readings.state_dict())
        network.readings.load_state_dict(model.network.readings.state_dict())
    n_file = sum(map(len, given)) + len(model.network.readings.state_dict())
    n_trunk = len(given[0])
    return Matched(
        f"model {model.info.name}", n_trunk, n_trunk, n_file - n_reading - n_trunk * len(given)
    )


def _refuse_other_backbone(network: GradingNetwork, model: LoadedModel, directory: Path) -> None:
    own, other = network.spec.backbone, model.info.network.backbone
    if own != other:
        raise ModelError(
            directory,
            f"its backbone is {other}, the network's is {own}",
            f"Set network.backbone={other}, or choose other initial weights",
        )
