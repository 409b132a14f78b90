from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from sgus.explain.deletion import (
    STEPS,
    area_under,
    blurred,
    deletion_curves,
    removal_order,
    shuffled,
)


class Spot(nn.Module):
    """Stage log-odds are the contrast of one spot: what a good map has to point at."""

    @staticmethod
    def normalise(pixels: Tensor) -> Tensor:
        return pixels.float()

    def forward(self, x: Tensor) -> Tensor:
        contrast = x[:, 0, 10:16, 12:20].std((1, 2)) / 10.0 - 3.0
        return torch.stack([contrast, -contrast, contrast], dim=1)

    @staticmethod
    def stage_log_odds(raw: Tensor) -> Tensor:
        return raw


def images(n: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, 32, 40), dtype=np.uint8)


def test_the_order_is_a_permutation_from_bright_to_dark() -> None:
    rng = np.random.default_rng(0)
    cams = rng.random((2, 4, 5)).astype(np.float32)
    order = removal_order(cams, height=32, width=40, rng=rng)
    assert all((np.sort(row) == np.arange(1280)).all() for row in order)
    from sgus.explain.cam import upsample_cams

    large = upsample_cams(cams, height=32, width=40).reshape(2, -1)
    for row, values in zip(order, large, strict=True):
        by_place = values[np.argsort(row)]
        assert (np.diff(by_place) <= 1e-4).all()
    reverse = removal_order(-cams, height=32, width=40, rng=rng)
    assert np.abs(order + reverse - 1279).mean() < 2


def test_ties_are_broken_at_random_not_from_the_top() -> None:
    flat = np.zeros((200, 4, 5), np.float32)
    order = removal_order(flat, height=8, width=10, rng=np.random.default_rng(0))
    assert abs(order[:, :40].mean() - order[:, 40:].mean()) < 3


def test_a_good_map_falls_first_and_its_reverse_last() -> None:
    pixels, network = images(6), Spot()
    cams = np.zeros((6, 8, 10), np.float32)
    cams[:, 2:4, 3:5] = 1.0
    rng = np.random.default_rng(1)
    higher = np.ones(6, bool)
    areas = {}
    for name, maps in {"map": cams, "random": shuffled(cams, rng), "reverse": -cams}.items():
        order = removal_order(maps, height=32, width=40, rng=rng)
        curves = deletion_curves(network, pixels, order, stage=0, higher=higher)
        assert curves.shape == (6, STEPS + 1)
        areas[name] = area_under(curves).mean()
        ends = curves[:, [0, -1]]
        for at, end in enumerate(ends):  # slowly: untouched, and all blurred
            for value, picture in zip(end, (pixels[at], blurred(pixels)[at]), strict=True):
                raw = network(torch.from_numpy(picture)[None, None].float())[0, 0]
                assert value == pytest.approx(float(raw.sigmoid()), abs=1e-6)
    assert areas["map"] < areas["random"] < areas["reverse"]


def test_each_step_takes_its_share_and_sides_mirror() -> None:
    pixels, network = images(3), Spot()
    order = np.tile(np.random.default_rng(2).permutation(1280), (3, 1))
    up = deletion_curves(network, pixels, order, stage=1, higher=np.ones(3, bool), steps=4)
    down = deletion_curves(network, pixels, order, stage=1, higher=np.zeros(3, bool), steps=4)
    np.testing.assert_allclose(up + down, 1.0, atol=1e-12)
    half = np.where(order.reshape(3, 32, 40) < 640, blurred(pixels), pixels)
    slow = network(torch.from_numpy(half)[:, None].float())[:, 1].sigmoid()
    np.testing.assert_allclose(up[:, 2], slow.numpy(), atol=1e-6)


def test_area_by_trapezoids() -> None:
    np.testing.assert_allclose(area_under(np.array([[1.0, 0.5, 0.0], [1.0, 1.0, 1.0]])), [0.5, 1])


def test_shuffled_maps_keep_their_values() -> None:
    cams = np.random.default_rng(3).random((2, 3, 4)).astype(np.float32)
    other = shuffled(cams, np.random.default_rng(4))
    np.testing.assert_array_equal(np.sort(cams.reshape(2, -1)), np.sort(other.reshape(2, -1)))
    assert not np.array_equal(cams, other)
