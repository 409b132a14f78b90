"""Which of several hypotheses to reject when the tests depend on each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rejected_by_benjamini_yekutieli(p: NDArray[np.float64], *, q: float) -> NDArray[np.bool_]:
    """Reject so that false rejections are a share of at most q of them, whatever the dependence.

    All hypotheses up to the largest rank i with p(i) <= i q / (m (1 + 1/2 + ... + 1/m)).

    Args:
        p: `(m,)` p values.
        q: Expected share of false rejections, in (0, 1).

    Returns:
        `(m,)`, whether each is rejected; empty for none.

    References:
        Benjamini & Yekutieli 2001, 10.1214/aos/1013699998.
    """
    m = len(p)
    if m == 0:
        return np.zeros(0, dtype=np.bool_)
    rank = np.arange(1, m + 1)
    limit = rank * q / (m * (1.0 / rank).sum())
    held = np.flatnonzero(np.sort(p) <= limit)
    if len(held) == 0:
        return np.zeros(m, dtype=np.bool_)
    return np.asarray(p <= np.sort(p)[held[-1]], dtype=np.bool_)
