from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.complete import complete_items, why_incomplete
from tests.stats.agreement.rated import rated


def test_readers_who_read_nothing_do_not_count():
    panel = rated([[0, 1, -1], [1, -1, -1], [2, 2, -1]])
    assert complete_items(panel).tolist() == [True, False, True]
    assert why_incomplete(panel) is None


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        (np.zeros((0, 2)), "no item was read"),
        ([[0], [1]], "only one reader"),
        ([[0, -1], [1, -1]], "no item was read by two readers"),
        ([[0, 1], [1, -1]], "1 of 2 items were read by all 2 readers; it takes two such items"),
    ],
)
def test_reasons(codes, why):
    assert why_incomplete(rated(codes)) == why
