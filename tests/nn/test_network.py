from __future__ import annotations

import pytest
import torch

from sgus.core.errors import ConfigError
from sgus.nn.network import GradingNetwork, NetworkSpec

SMALL = {"backbone": "tiny", "height": 48, "width": 64}


def test_one_trunk_or_one_a_stage() -> None:
    shared = GradingNetwork(NetworkSpec(**SMALL))
    separate = GradingNetwork(NetworkSpec(**SMALL, sharing="separate"))
    x = torch.randn(2, 1, 48, 64)
    assert [len(shared.features(x)), len(separate.features(x))] == [1, 3]
    assert shared(x).shape == separate(x).shape == (2, 3)


def test_separate_networks_learn_apart() -> None:
    network = GradingNetwork(NetworkSpec(**SMALL, sharing="separate"))
    network(torch.randn(2, 1, 48, 64))[:, 1].sum().backward()
    touched = [
        any(bool(p.grad.any()) for p in trunk.parameters() if p.grad is not None)
        for trunk in network.trunks
    ]
    assert touched == [False, True, False]


def test_separate_networks_need_stages() -> None:
    with pytest.raises(ConfigError, match="only the hierarchical head has one network a stage"):
        GradingNetwork(NetworkSpec(**SMALL, head="flat", sharing="separate"))


def test_raw_is_the_linear_reading_of_averaged_maps() -> None:
    network = GradingNetwork(NetworkSpec(**SMALL)).eval()
    maps = torch.rand(3, 128, 3, 4)
    reading = network.readings[0]
    by_place = torch.stack(
        [maps[:, :, i, j] @ reading.weight.T + reading.bias for i in range(3) for j in range(4)]
    )
    torch.testing.assert_close(network.raw([maps]), by_place.mean(0))


def test_gain_and_offset_of_a_picture_say_nothing() -> None:
    pixels = torch.randint(0, 100, (2, 1, 48, 64)).float()
    seen = GradingNetwork.normalise(pixels)
    torch.testing.assert_close(
        seen, GradingNetwork.normalise(2 * pixels + 30), atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(seen.mean((2, 3)), torch.zeros(2, 1), atol=1e-5, rtol=0)


def test_a_black_picture_gives_numbers() -> None:
    assert torch.isfinite(GradingNetwork.normalise(torch.zeros(1, 1, 8, 8))).all()
