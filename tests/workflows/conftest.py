"""Small models and pictures for the tests of the workflows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, save_model
from sgus.nn.network import GradingNetwork, NetworkSpec

HEIGHT, WIDTH = 48, 64


def scan(seed: int, *, height: int = 200, width: int = 260) -> NDArray[np.uint8]:
    """A speckled area with a black margin of 20 pixels, as `find_region` expects tissue."""
    rng = np.random.default_rng(seed)
    tissue = 60 + 25 * rng.standard_normal((height - 40, width - 40))
    tissue = cv2.GaussianBlur(tissue, (0, 0), 1.2) + 12 * rng.standard_normal(tissue.shape)
    pixels = np.zeros((height, width), np.uint8)
    pixels[20:-20, 20:-20] = np.clip(tissue, 15, 160)
    return pixels


def tiny_network(seed: int = 1, **spec: str) -> GradingNetwork:
    """An untrained network whose outputs differ between pictures."""
    torch.manual_seed(seed)
    shape = {"backbone": "tiny", "height": HEIGHT, "width": WIDTH, **spec}
    network = GradingNetwork(NetworkSpec.parse(shape))
    for reading in network.readings:
        nn.init.normal_(reading.weight, std=3.0)
    return network.eval()


def write_model(directory: Path, network: GradingNetwork, **facts: object) -> ModelInfo:
    said = {"name": "test-model", "prepare_version": PREPARE_VERSION, **facts}
    info = ModelInfo(network=network.spec, **said)
    return save_model(directory, network, info, card="# test-model\n")


@pytest.fixture(scope="session")
def make_scan() -> Callable[..., NDArray[np.uint8]]:
    return scan


@pytest.fixture(scope="session")
def make_network() -> Callable[..., GradingNetwork]:
    return tiny_network


@pytest.fixture(scope="session")
def make_model() -> Callable[..., ModelInfo]:
    return write_model


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory of an untrained tiny network."""
    directory = tmp_path_factory.mktemp("models") / "test-model"
    write_model(directory, tiny_network())
    return directory


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder of three pictures, `001.png` to `003.png`."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2, 3):
        cv2.imwrite(str(folder / f"{number:03d}.png"), scan(number))
    return folder
