from __future__ import annotations

import numpy as np
import pytest
import torch

from sgus.nn.network import GradingNetwork, NetworkSpec
from sgus.nn.pooled import pooled_features


@pytest.mark.parametrize("sharing", ["trunk", "separate"])
def test_the_readings_of_the_features_are_the_raw_outputs(sharing: str) -> None:
    spec = NetworkSpec.parse({"backbone": "tiny", "height": 48, "width": 64, "sharing": sharing})
    torch.manual_seed(0)
    network = GradingNetwork(spec).eval()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 48, 64), dtype=np.uint8)
    calls: list[tuple[int, int]] = []
    found = pooled_features(network, pixels, progress=lambda *n: calls.append(n))
    assert calls == [(32, 40), (40, 40)]
    assert found.dtype == np.float32
    parts = torch.from_numpy(found).chunk(len(network.trunks), dim=1)
    with torch.inference_mode():
        read = [r(part) for r, part in zip(network.readings, parts, strict=True)]
        raw = network(network.normalise(torch.from_numpy(pixels)[:, None]))
    torch.testing.assert_close(torch.cat(read, dim=1), raw, rtol=1e-4, atol=1e-5)
