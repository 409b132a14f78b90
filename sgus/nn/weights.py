"""Initial weights: ImageNet from the hub, a local file in a known layout, or none."""

from __future__ import annotations

import pickle
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from sgus.core.errors import ModelError
from sgus.nn.backbones import TINY, Trunk, imagenet_state
from sgus.nn.network import GradingNetwork

NONE = "none"
IMAGENET = "imagenet"
HUB_TIMEOUT_S = 5.0

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_PREFIX = re.compile(r"^(?:module\.|model\.|encoder\.|backbone\.|trunks\.0\.)+")
# The USCL ultrasound networks keep a ResNet as a Sequential without its classifier.
_USCL = {"0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4"}
_BAD_FILE = (
    SafetensorError, pickle.UnpicklingError, RuntimeError, ValueError, TypeError, KeyError,
    AttributeError, EOFError, OSError,
)  # fmt: skip
"""What reading bytes that are no weights may raise, by format."""
_USCL_KEY = re.compile(r"^features\.(\d+)\.(.*)$")


@dataclass(frozen=True)
class Matched:
    """How many tensors of a trunk got initial weights."""

    source: str
    n_matched: int
    n_trunk: int
    n_unused: int

    def __str__(self) -> str:
        if self.source == NONE:
            return "initial weights none: training starts from random numbers"
        return (
            f"initial weights {self.source}: {self.n_matched} of {self.n_trunk} tensors of the "
            f"trunk matched, {self.n_unused} of the file unused"
        )


def load_initial_weights(network: GradingNetwork, source: str) -> Matched:
    """Give every trunk of `network` the same initial weights.

    Args:
        network: A network with random weights; changed in place.
        source: `none`, `imagenet`, or the path of a safetensors or PyTorch weights file in the
            timm, torchvision or USCL (`features.0` to `features.7`) layout.

    Raises:
        ModelError: The file cannot be read, the hub cannot be reached, or no tensor matches.
    """
    own = network.trunks[0].state_dict()
    if source == NONE:
        return Matched(NONE, 0, len(own), 0)
    given = _from_hub(network) if source == IMAGENET else _timm_keys(read_weights(Path(source)))
    prefix = "model." if isinstance(network.trunks[0], Trunk) else ""
    fitting = {
        prefix + key: _one_channel(value, own[prefix + key])
        for key, value in given.items()
        if prefix + key in own
    }
    fitting = {key: value for key, value in fitting.items() if value.shape == own[key].shape}
    if not any(value.ndim > 1 for value in fitting.values()):
        raise ModelError(
            source,
            f"none of its {len(given)} tensors fits the trunk {network.spec.backbone}",
            "Choose the backbone the file was made for, or weights=none",
        )
    for trunk in network.trunks:
        trunk.load_state_dict({**own, **fitting})
    return Matched(source, len(fitting), len(own), len(given) - len(fitting))


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict without running code from the file.

    Raises:
        ModelError: It is missing, not a weights file, or holds more than tensors.
    """
    if not path.is_file():
        raise ModelError(
            path, "there is no such weights file", f"Give a path, {IMAGENET!r} or {NONE!r}"
        )
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except _BAD_FILE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(
            path, f"this is not a plain weights file ({reason})", "Save it as safetensors"
        ) from error
    return _tensors(content, path)


def _tensors(content: Any, path: Path) -> dict[str, Tensor]:
    for key in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict):
        raise ModelError(path, "the file holds no table of tensors", "Save a state_dict")
    return {str(key): value for key, value in content.items() if isinstance(value, Tensor)}


def _timm_keys(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Rename to timm's ResNet keys; timm and torchvision share theirs."""
    bare = {_PREFIX.sub("", key): value for key, value in state.items()}
    return {_USCL_KEY.sub(_from_uscl, key): value for key, value in bare.items()}


def _from_uscl(match: re.Match[str]) -> str:
    number, rest = match.groups()
    return f"{_USCL[number]}.{rest}" if number in _USCL else match[0]


def _one_channel(value: Tensor, own: Tensor) -> Tensor:
    """Sum a colour filter over its channels: what it answers on a grey picture."""
    if value.ndim == 4 and own.ndim == 4 and own.shape[1] == 1 and value.shape[1] == 3:
        return value.sum(1, keepdim=True)
    return value


def _from_hub(network: GradingNetwork) -> dict[str, Tensor]:
    """ImageNet weights through timm's own loader, giving up quickly where there is no network."""
    from huggingface_hub import constants

    name = network.spec.backbone
    if name == TINY:
        raise ModelError(f"weights={IMAGENET}", "the tiny backbone has none", "Use weights=none")
    online = hub_reachable()
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not online
    try:
        return imagenet_state(name)
    except (OSError, RuntimeError, ValueError) as error:
        reach = (
            "the hub did not hand them over"
            if online
            else (
                f"the hub could not be reached within {HUB_TIMEOUT_S:.0f} s and this machine holds "
                "no copy"
            )
        )
        raise ModelError(
            f"ImageNet weights of {name}",
            reach,
            "Give a local file with weights=PATH, or start from scratch with weights=none",
        ) from error
    finally:
        constants.HF_HUB_OFFLINE = before


def hub_reachable() -> bool:
    """Whether the model hub answers at all within `HUB_TIMEOUT_S`."""
    from huggingface_hub import constants

    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=HUB_TIMEOUT_S):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True  # it answered, if only to refuse
    except OSError:
        return False
