"""Randomness from one seed: independent streams named by what they are for."""

from __future__ import annotations

import hashlib

import numpy as np


def stream_seed(seed: int, *names: object) -> int:
    """A 63-bit seed for one named use, the same on every machine.

    Args:
        seed: The seed of the run, 0 or more.
        names: What the stream is for, such as `("augment", epoch, batch)`.
    """
    text = "\x1f".join([str(seed), *map(str, names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(seed: int, *names: object) -> np.random.Generator:
    """A generator for one named use, independent of the order in which others are drawn."""
    return np.random.default_rng(stream_seed(seed, *names))
