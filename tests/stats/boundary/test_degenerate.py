from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.bias import bias_families
from sgus.stats.agreement.engine import estimate
from sgus.stats.agreement.intra import intra_families
from sgus.stats.agreement.panel import Readings
from sgus.stats.boundary import (
    boundaries,
    contested_items,
    disagreement_family,
    intra_disagreement_family,
    intra_swap_family,
    swap_family,
    swap_kappa_family,
    swap_matrix,
)
from tests.stats.boundary.tables import figures, panel_of


@pytest.mark.parametrize("scale", [(0, 1, 2, 3), (0, 1), (2, 5, 6)])
@pytest.mark.parametrize(
    "codes",
    [
        np.zeros((0, 3, 2)),
        np.zeros((0, 0, 1)),
        np.zeros((4, 1, 1)),
        np.full((3, 2, 2), -1),
        np.zeros((3, 0, 2)),
        np.zeros((1, 3, 2)),
        np.zeros((6, 3, 2)),
    ],
    ids=["no item", "nothing", "one reader", "never read", "no reader", "one item", "one grade"],
)
def test_what_cannot_be_computed_has_a_reason_and_no_number(codes, scale):
    panel = panel_of(codes[..., 0], scale)
    readings = Readings(panel, codes.astype(np.int8))
    lowest = boundaries(scale)[0]
    families = [
        swap_family(panel, lowest, reader_groups={"all": panel.readers}),
        swap_kappa_family(panel, lowest),
        disagreement_family(panel),
        intra_disagreement_family(readings),
        intra_swap_family(readings, lowest),
        *bias_families(panel),
        *intra_families(readings),
    ]
    for family in families:
        figures(family)
    rng = np.random.default_rng(0)
    for row in estimate(panel, families, n_resamples=20, rng=rng):
        assert (row.value is None or row.low is None) == (row.reason is not None)
        assert row.value is None or np.isfinite(row.value)
    assert np.isnan(np.diag(swap_matrix(panel, lowest).rate)).all()
    assert all(row.disagreement == 0 for row in contested_items(panel))
