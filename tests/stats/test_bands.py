from __future__ import annotations

import numpy as np

from sgus.stats.bands import percentile_band
from sgus.stats.bootstrap import percentile_interval


def test_each_column_is_the_interval_of_that_figure():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(301, 6))
    values[rng.random((301, 6)) < [0, 0.05, 0.5, 0, 0, 0]] = np.nan
    values[0] = 0.0
    values[:, 3] = 0.7  # does not vary
    values[0, 4] = 9.0  # outside its own interval
    values[0, 5] = np.nan  # undefined
    band = percentile_band(values)
    for i in range(5):
        one = percentile_interval(float(values[0, i]), values[1:, i])
        ends = [np.nan if end is None else end for end in (one.low, one.high)]
        np.testing.assert_allclose([band.low[i], band.high[i]], ends, rtol=1e-12)
    assert np.isnan([band.low[5], band.high[5]]).all()
    assert np.isfinite(band.low[:2]).all()
