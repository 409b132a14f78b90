from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from sgus.explain.cam import stage_cams
from sgus.explain.sanity import cams_of_side, cascade, layers, randomised, rank_correlation, ssim
from sgus.nn.network import GradingNetwork, NetworkSpec


def network(**shape: object) -> GradingNetwork:
    torch.manual_seed(0)
    said = {"backbone": "tiny", "height": 48, "width": 64} | shape
    return GradingNetwork(NetworkSpec.parse(said)).eval()


def slow_ssim(a: NDArray, b: NDArray) -> float:
    """Wang et al. 2004, window by window, with loops."""
    size, sigma = 11, 1.5
    window = np.array(
        [
            [math.exp(-((i - 5) ** 2 + (j - 5) ** 2) / (2 * sigma**2)) for j in range(size)]
            for i in range(size)
        ]
    )
    window /= window.sum()
    c1, c2, values = 0.01**2, 0.03**2, []
    for r in range(a.shape[0] - size + 1):
        for c in range(a.shape[1] - size + 1):
            x, y = a[r : r + size, c : c + size], b[r : r + size, c : c + size]
            mx, my = (window * x).sum(), (window * y).sum()
            vx, vy = (window * (x - mx) ** 2).sum(), (window * (y - my) ** 2).sum()
            vxy = (window * (x - mx) * (y - my)).sum()
            top = (2 * mx * my + c1) * (2 * vxy + c2)
            values.append(top / ((mx**2 + my**2 + c1) * (vx + vy + c2)))
    return float(np.mean(values))


def test_ssim_is_that_of_the_slow_formula() -> None:
    rng = np.random.default_rng(0)
    a = rng.random((3, 20, 24)).astype(np.float32)
    b = np.clip(a + rng.normal(0, [[[0.0]], [[0.1]], [[0.5]]], a.shape), 0, 1).astype(np.float32)
    slow = [slow_ssim(x.astype(float), y.astype(float)) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(ssim(a, b), slow, atol=1e-9)
    assert slow[0] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="11 x 11 or more"):
        ssim(a[:, :8], b[:, :8])


def test_rank_correlation_is_that_of_scipy_with_ties() -> None:
    rng = np.random.default_rng(1)
    a, b = (np.maximum(rng.normal(size=(6, 5, 6)), 0.0) for _ in range(2))  # zeros are ties
    oracle = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(a, b), oracle, atol=1e-12)
    assert np.isnan(rank_correlation(a[:1], np.zeros((1, 5, 6)))[0])


def test_the_cascade_goes_down_from_the_reading() -> None:
    net = network()
    assert layers(net) == ["reading", "5", "4", "3", "1", "0"]
    assert layers(network(backbone="resnet18"))[:3] == ["reading", "layer4", "layer3"]
    before = {key: value.clone() for key, value in net.state_dict().items()}
    changed = [set() for _ in range(7)]
    for count in range(7):
        made = randomised(net, n_layers=count, seed=3).state_dict()
        changed[count] = {key for key in made if not torch.equal(made[key], before[key])}
        for key in changed[count]:  # only the order changes, never the values themselves
            np.testing.assert_array_equal(
                made[key].flatten().sort().values, before[key].flatten().sort().values
            )
    assert changed[0] == set()
    assert all(few < more for few, more in pairwise(changed[:5]))
    assert all(key.startswith("readings") for key in changed[1])
    weights = {key for key in before if key.endswith("weight") and before[key].ndim > 1}
    assert weights <= changed[6]
    after = net.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)
    again = randomised(net, n_layers=2, seed=3).state_dict()
    more = randomised(net, n_layers=4, seed=3).state_dict()
    assert all(torch.equal(again[key], more[key]) for key in changed[2])
    for count, (name, step) in enumerate(cascade(net, seed=3), start=1):
        assert name == layers(net)[count - 1]
        whole = randomised(net, n_layers=count, seed=3).state_dict()
        assert all(torch.equal(value, whole[key]) for key, value in step.state_dict().items())
    with pytest.raises(ValueError, match="8 layers of 6"):
        randomised(net, n_layers=8, seed=0)


def test_separate_trunks_are_all_randomised() -> None:
    net = network(sharing="separate")
    made = randomised(net, n_layers=6, seed=0)
    for own, other in zip(net.trunks, made.trunks, strict=True):
        assert not torch.equal(own.layers[0].weight, other.layers[0].weight)


def test_maps_of_the_chosen_side_are_the_chosen_maps() -> None:
    net = network()
    x = net.normalise(torch.randint(0, 255, (5, 1, 48, 64)))
    found = stage_cams(net, x)
    higher = net.stage_log_odds(found.raw).numpy() > 0
    np.testing.assert_array_equal(cams_of_side(net, x, higher), found.cams.numpy())
    same = cams_of_side(randomised(net, n_layers=0, seed=0), x, higher)
    np.testing.assert_array_equal(same, found.cams.numpy())
