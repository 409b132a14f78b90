"""Differences between glands that say nothing about the grade."""

from __future__ import annotations

import numpy as np

from sgus.phantom.variation import draw_variation


def test_brightness_alone_cannot_tell_a_grade() -> None:
    offsets = np.array([draw_variation(np.random.default_rng(s)).offset_db for s in range(600)])
    # 27 % of adults with normal glands have a hypoechoic submandibular gland.
    assert 0.15 < (offsets < -3).mean() < 0.4
    assert offsets.std() > 2.5


def test_fatty_glands_are_brighter_and_fade_faster() -> None:
    drawn = [draw_variation(np.random.default_rng(seed)) for seed in range(600)]
    fatty = [one for one in drawn if one.fatty > 0.5]
    lean = [one for one in drawn if one.fatty == 0]
    assert 0.05 < len(fatty) / len(drawn) < 0.2
    assert np.mean([f.offset_db for f in fatty]) > np.mean([n.offset_db for n in lean]) + 1
    assert np.mean([f.fade_db_mm for f in fatty]) > np.mean([n.fade_db_mm for n in lean]) + 0.15
