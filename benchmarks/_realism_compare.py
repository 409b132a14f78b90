"""Comparing figures of two cohorts: intervals, distances, change with grade."""

from __future__ import annotations

import numpy as np
import pandas as pd
from _realism_figures import RINGS
from _realism_images import Pictures
from numpy.typing import NDArray
from scipy import stats

from sgus.core.rng import generator
from sgus.stats.bootstrap import patient_weights, percentile_interval, with_observed

N_RESAMPLES = 500
Floats = NDArray[np.float64]
Cell = dict[str, float | None]


def resamples(patients: pd.Series, *, seed: int) -> Floats:
    """`(1 + N_RESAMPLES, n)` weights, the first row all ones."""
    rng = generator(seed, "realism", "bootstrap")
    codes = patients.to_numpy(dtype=str)
    return with_observed(patient_weights(codes, n_resamples=N_RESAMPLES, rng=rng))


def with_interval(values: Floats) -> Cell:
    """A figure as observed (first) and its percentile interval."""
    interval = percentile_interval(float(values[0]), values[1:])
    return {"value": float(values[0]), "low": interval.low, "high": interval.high}


def means(values: Floats, weights: Floats) -> Floats:
    """Weighted means of `(n,)` values for each row of weights, NaN values left out."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))


def mean_table(figures: pd.DataFrame, table: pd.DataFrame, *, seed: int) -> dict[str, object]:
    """Mean of each figure with its interval: for each group, and pooled."""
    scopes = {str(name): (table["group"] == name).to_numpy() for name in table["group"].unique()}
    scopes = dict(sorted(scopes.items())) | {"pooled": np.ones(len(table), dtype=bool)}
    result: dict[str, object] = {}
    for scope, rows in scopes.items():
        weights = resamples(table.loc[rows, "patient_id"], seed=seed)
        part = figures.loc[rows]
        cells = {name: with_interval(means(part[name].to_numpy(), weights)) for name in part}
        result[scope] = {"n": int(rows.sum()), "figures": cells}
    return result


def differences(real: pd.DataFrame, phantom: pd.DataFrame) -> dict[str, float]:
    """Phantom minus real mean in standard deviations of the real images, for each figure."""
    return {
        str(name): float((phantom[name].mean() - real[name].mean()) / max(real[name].std(), 1e-9))
        for name in real
    }


def histogram_distances(real: Pictures, phantom: Pictures) -> dict[str, float]:
    """Wasserstein distance of the grey values of each third of the depth, in grey values."""
    grey = np.arange(256)
    result: dict[str, float] = {}
    for index, name in enumerate(("upper", "middle", "lower")):
        shares = []
        for pixels in (real.pixels, phantom.pixels):
            third = np.array_split(pixels, 3, axis=1)[index]
            shares.append(np.bincount(third.ravel(), minlength=256) / third.size)
        result[name] = float(stats.wasserstein_distance(grey, grey, shares[0], shares[1]))
    return result


def spectrum_distance(real: Pictures, phantom: Pictures) -> float:
    """Root mean square difference of the mean log10 spectra, in decades of power."""
    mean = [pictures.figures[list(RINGS)].mean().to_numpy() for pictures in (real, phantom)]
    return float(np.sqrt(np.nanmean((mean[0] - mean[1]) ** 2)))


def grade_table(figures: pd.DataFrame, table: pd.DataFrame, *, seed: int) -> dict[str, object]:
    """How each figure changes with grade, the means of the groups (machines) and glands taken off.

    For each figure: its mean by grade, the difference of grade 1 and 0 and of 2-3 and 0-1 in
    standard deviations, and the rank correlation with grade, with patient-bootstrap intervals.
    """
    weights = resamples(table["patient_id"], seed=seed)
    grade = table["grade"].to_numpy()
    result: dict[str, object] = {}
    for name in figures:
        strata = [table["group"], table["gland"]]
        centred = figures[name] - figures[name].groupby(strata).transform("mean")
        values = stats.zscore(centred.to_numpy(), nan_policy="omit")
        result[str(name)] = {
            "by_grade": [float(figures.loc[grade == k, name].mean()) for k in range(4)],
            "one_v_zero": with_interval(_gap(values, grade == 0, grade == 1, weights)),
            "high_v_low": with_interval(_gap(values, grade <= 1, grade >= 2, weights)),
            "rank": with_interval(_rank(values, grade, weights)),
        }
    return result


def _gap(values: Floats, low: Floats, high: Floats, weights: Floats) -> Floats:
    return means(values[high], weights[:, high]) - means(values[low], weights[:, low])


def _rank(values: Floats, grade: NDArray[np.int64], weights: Floats) -> Floats:
    """Spearman's correlation in each resample; ranks are those of the data as observed."""
    x, y = stats.rankdata(values), stats.rankdata(grade)
    total = weights.sum(axis=1, keepdims=True)
    x = x - weights @ x[:, None] / total
    y = y - weights @ y[:, None] / total
    covariance = (weights * x * y).sum(axis=1)
    return np.asarray(
        covariance / np.sqrt((weights * x**2).sum(axis=1) * (weights * y**2).sum(axis=1))
    )
