"""Panels for the tests of this folder."""

from __future__ import annotations

import numpy as np

from sgus.stats.agreement.panel import MISSING, Panel

SCALE = (0, 1, 2, 3)


def panel_of(codes, *, patients=None, scale=SCALE):
    codes = np.asarray(codes, dtype=np.int8)
    return Panel(
        codes=codes,
        items=tuple(f"i{at:04d}" for at in range(codes.shape[0])),
        readers=tuple(f"r{at:02d}" for at in range(codes.shape[1])),
        scale=scale,
        patients=None if patients is None else tuple(patients),
        unit="item" if patients is None else "patient",
    )


def random_codes(rng, *, n, readers, k=4, noise=0.8, missing=0.0):
    """Graded severities: every column a reader of the same process."""
    severity = rng.uniform(-0.5, k - 0.5, n)
    seen = severity[:, None] + noise * rng.standard_normal((n, readers))
    codes = np.clip(np.round(seen), 0, k - 1).astype(np.int8)
    codes[rng.random(codes.shape) < missing] = MISSING
    return codes


def random_study(seed, *, n=60, readers=5, missing=0.2, per_patient=1, noise=0.8):
    """A panel and the codes of a model drawn from the same process."""
    rng = np.random.default_rng(seed)
    codes = random_codes(rng, n=n, readers=readers + 1, missing=missing, noise=noise)
    patients = [f"p{at // per_patient:03d}" for at in range(n)]
    return panel_of(codes[:, :-1], patients=patients), codes[:, -1]
