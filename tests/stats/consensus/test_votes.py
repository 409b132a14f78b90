"""Counting the readings of each grade."""

from __future__ import annotations

import numpy as np

from sgus.stats.agreement.panel import Panel
from sgus.stats.consensus.votes import leave_one_out_votes, votes


def test_missing_readings_count_for_nothing_and_unused_grades_stay():
    codes = np.array([[0, 2, -1], [-1, -1, -1], [1, 1, 1]], np.int8)
    panel = Panel(codes, ("i", "j", "k"), ("a", "b", "c"), (0, 1, 2, 3))
    assert votes(panel).tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [0, 3, 0, 0]]
    assert leave_one_out_votes(panel)[0].tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0]]
