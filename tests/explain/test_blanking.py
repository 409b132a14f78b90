from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.explain.blanking import FILLS, box_around, central, hide, surround


@given(seed=st.integers(0, 50), fill=st.sampled_from(sorted(FILLS)))
def test_what_is_hidden_says_nothing(seed: int, fill: str) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (3, 24, 32), dtype=np.uint8)
    hidden = rng.random((3, 24, 32)) < 0.4
    learnt = rng.uniform(0, 255, (24, 32))
    other = np.where(hidden, rng.integers(0, 256, pixels.shape), pixels).astype(np.uint8)
    first = hide(pixels, hidden, fill=fill, learnt=learnt)
    np.testing.assert_array_equal(first, hide(other, hidden, fill=fill, learnt=learnt))
    np.testing.assert_array_equal(first[~hidden], pixels[~hidden])


def test_each_fill_is_what_its_words_say() -> None:
    pixels = np.full((1, 24, 32), 50, np.uint8)
    hidden = central(24, 32, share=0.5)[None]
    learnt = np.arange(24 * 32, dtype=float).reshape(24, 32) / 4
    constant = hide(pixels, hidden, fill="constant", learnt=learnt)
    assert set(constant[hidden]) == {round(learnt.mean())}
    mean = hide(pixels, hidden, fill="mean image", learnt=learnt)
    np.testing.assert_array_equal(mean[0][hidden[0]], np.rint(learnt[hidden[0]]))
    assert set(hide(pixels, hidden, fill="surround", learnt=learnt)[hidden]) == {50}


def test_the_surround_is_a_weighted_mean_of_the_pixels_left() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (20, 26), dtype=np.uint8)
    hidden = central(20, 26, share=0.4)
    found = surround(pixels, hidden)
    # one pixel by hand; far enough from the edge for the kernel, cut at 4 sigma, to lie inside
    big = np.full((60, 60), 90, np.uint8)
    big[:30] = 30
    gone = np.zeros((60, 60), bool)
    gone[20:40, 20:40] = True
    sigma = 0.15 * 60
    rows, columns = np.mgrid[:60, :60]
    weight = np.exp(-((rows - 25) ** 2 + (columns - 30) ** 2) / (2 * sigma**2)) * ~gone
    inside = (np.abs(rows - 25) <= 25) & (np.abs(columns - 30) <= 29)
    by_hand = (weight * big)[inside].sum() / weight[inside].sum()
    assert surround(big, gone)[25, 30] == pytest.approx(by_hand, abs=1.5)
    assert pixels[~hidden].min() <= found.min()
    assert found.max() <= pixels[~hidden].max()
    assert not surround(pixels, np.ones_like(hidden)).any()


def test_boxes_and_middles() -> None:
    mask = np.zeros((100, 200), bool)
    mask[40:60, 50] = mask[50, 50:90] = True
    box = box_around(mask, margin=0.05)
    assert box[35:65, 40:100].all()
    assert box.sum() == 30 * 60
    assert not box_around(np.zeros((4, 4), bool)).any()
    assert central(100, 200, share=0.6).mean() == pytest.approx(0.36)


def test_what_cannot_be_done() -> None:
    pixels, hidden = np.zeros((1, 4, 4), np.uint8), np.zeros((1, 4, 4), bool)
    with pytest.raises(ConfigError, match="Use one of: constant, mean image, surround"):
        hide(pixels, hidden, fill="black", learnt=np.zeros((4, 4)))
    with pytest.raises(ValueError, match="shapes differ"):
        hide(pixels, hidden, fill="surround", learnt=np.zeros((3, 4)))
