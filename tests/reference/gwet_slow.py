"""Chance-corrected agreement of several readers as the handbook writes it, with plain loops.

No package that installs beside current numpy offers these with weights and missing readings. The
functions take `rows`, one a list of places on the scale per item with None where a reader did not
read it, and `weights`, a list of lists. `times` says how often each item counts; complex numbers
are allowed there, which gives derivatives without differences (see `standard_error`).

References:
    Gwet 2014, Handbook of Inter-Rater Reliability, 4th edition, chapters 2 and 3; Gwet 2008,
    10.1348/000711006X126600 (AC1 and its variance); Conger 1980, 10.1037/0033-2909.88.2.322;
    Brennan & Prediger 1981, 10.1177/001316448104100307; Fleiss 1971, 10.1037/h0031619.
"""

from __future__ import annotations

from math import comb, sqrt


def scale_weights(scale, name):
    """Agreement weights by the name used in the handbook; the scale's values are the scores."""
    k, width = len(scale), scale[-1] - scale[0]

    def one(i, j):
        if i == j:
            return 1.0
        if name == "linear":
            return 1.0 - abs(scale[i] - scale[j]) / width
        if name == "quadratic":
            return 1.0 - (scale[i] - scale[j]) ** 2 / width**2
        if name == "ordinal":
            return 1.0 - comb(abs(i - j) + 1, 2) / comb(k, 2)
        return 0.0

    return [[one(i, j) for j in range(k)] for i in range(k)]


def counted(row, k):
    """How many readers put the item into each category."""
    return [sum(1 for grade in row if grade == at) for at in range(k)]


def item_agreement(row, weights):
    """Weighted share of agreeing pairs of the item's readers; None with fewer than two."""
    k = len(weights)
    r = counted(row, k)
    n = sum(r)
    if n < 2:
        return None
    met = 0.0
    for at in range(k):
        weighted = sum(weights[at][other] * r[other] for other in range(k))
        met += r[at] * (weighted - 1.0)
    return met / (n * (n - 1))


def observed_agreement(rows, weights, times):
    """The mean of the items that two readers or more read."""
    met, n = 0.0, 0.0
    for row, often in zip(rows, times, strict=True):
        one = item_agreement(row, weights)
        if one is not None:
            met, n = met + often * one, n + often
    return met / n


def propensities(rows, k, times):
    """Chance that a reading of an item is of each category, items that anybody read."""
    total, n = [0.0] * k, 0.0
    for row, often in zip(rows, times, strict=True):
        r = counted(row, k)
        if sum(r):
            n += often
            for at in range(k):
                total[at] += often * r[at] / sum(r)
    return [part / n for part in total]


def chance_fleiss(rows, weights, times):
    pi = propensities(rows, len(weights), times)
    return sum(
        weights[i][j] * pi[i] * pi[j] for i in range(len(weights)) for j in range(len(weights))
    )


def chance_gwet(rows, weights, times):
    k = len(weights)
    pi = propensities(rows, k, times)
    whole = sum(sum(row) for row in weights)
    return whole / (k * (k - 1)) * sum(p * (1.0 - p) for p in pi)


def chance_brennan(rows, weights, times):
    return sum(sum(row) for row in weights) / len(weights) ** 2


def reader_shares(rows, k, times):
    """Each reader's share of each category among what this reader read; who read nothing drops."""
    shares = []
    for reader in range(len(rows[0])):
        got, n = [0.0] * k, 0.0
        for row, often in zip(rows, times, strict=True):
            if row[reader] is not None:
                got[row[reader]] += often
                n += often
        if n != 0:
            shares.append([part / n for part in got])
    return shares


def chance_conger(rows, weights, times):
    """By the mean shares and their covariance over readers, as the handbook has it."""
    k = len(weights)
    shares = reader_shares(rows, k, times)
    r = len(shares)
    mean = [sum(share[at] for share in shares) / r for at in range(k)]
    expected = 0.0
    for i in range(k):
        for j in range(k):
            products = sum(share[i] * share[j] for share in shares)
            covariance = (products - r * mean[i] * mean[j]) / (r - 1)
            expected += weights[i][j] * (mean[i] * mean[j] - covariance / r)
    return expected


CHANCE = {
    "fleiss_kappa": chance_fleiss,
    "gwet_ac": chance_gwet,
    "pabak": chance_brennan,
    "conger_kappa": chance_conger,
}


def coefficient(statistic, rows, weights, times=None):
    """Agreement beyond chance.

    Returns:
        None where no item has two readings or where chance leaves no disagreement.
    """
    if not any(item_agreement(row, weights) is not None for row in rows):
        return None
    often = times or [1.0] * len(rows)
    expected = CHANCE[statistic](rows, weights, often)
    if abs(1.0 - expected) < 1e-12:
        return None
    return (observed_agreement(rows, weights, often) - expected) / (1.0 - expected)


def standard_error(statistic, rows, weights):
    """How the coefficient moves with the weight of each item; for panels without gaps.

    Without gaps this is the linearised variance of the handbook, `sum of squared terms / (n (n -
    1))`: a term is n times the derivative of the coefficient by how often the item counts. The
    derivative is that of a step into the complex plane, exact to rounding.
    """
    n, step = len(rows), 1e-30
    total = 0.0
    for at in range(n):
        times = [1.0 + (step * 1j if item == at else 0.0) for item in range(n)]
        total += (n * coefficient(statistic, rows, weights, times).imag / step) ** 2
    return sqrt(total / (n * (n - 1)))


def gwet_standard_error(rows, weights):
    """Standard error of AC1 and AC2 by the handbook's formula, gaps allowed."""
    k = len(weights)
    rated = [row for row in rows if any(grade is not None for grade in row)]
    n = len(rated)
    n_paired = sum(1 for row in rated if item_agreement(row, weights) is not None)
    ones = [1.0] * n
    pe = chance_gwet(rated, weights, ones)
    value = coefficient("gwet_ac", rated, weights)
    pi = propensities(rated, k, ones)
    per_spread = sum(sum(row) for row in weights) / (k * (k - 1))
    total = 0.0
    for row in rated:
        r = counted(row, k)
        pe_i = per_spread * sum(r[at] / sum(r) * (1.0 - pi[at]) for at in range(k))
        pa_i = item_agreement(row, weights)
        kappa_i = 0.0 if pa_i is None else n / n_paired * (pa_i - pe) / (1.0 - pe)
        term = kappa_i - 2.0 * (1.0 - value) * (pe_i - pe) / (1.0 - pe)
        total += (term - value) ** 2
    return sqrt(total / (n * (n - 1)))


def fleiss_standard_error(rows, weights):
    """Standard error of (weighted) Fleiss' kappa by the handbook's formula, gaps allowed."""
    k = len(weights)
    rated = [row for row in rows if any(grade is not None for grade in row)]
    n = len(rated)
    n_paired = sum(1 for row in rated if item_agreement(row, weights) is not None)
    ones = [1.0] * n
    pe = chance_fleiss(rated, weights, ones)
    value = coefficient("fleiss_kappa", rated, weights)
    pi = propensities(rated, k, ones)
    total = 0.0
    for row in rated:
        r = counted(row, k)
        pe_i = 0.0
        for at in range(k):
            met = sum((weights[at][o] + weights[o][at]) / 2.0 * pi[o] for o in range(k))
            pe_i += r[at] / sum(r) * met
        pa_i = item_agreement(row, weights)
        kappa_i = 0.0 if pa_i is None else n / n_paired * (pa_i - pe) / (1.0 - pe)
        total += (kappa_i - 2.0 * (1.0 - value) * (pe_i - pe) / (1.0 - pe) - value) ** 2
    return sqrt(total / (n * (n - 1)))
