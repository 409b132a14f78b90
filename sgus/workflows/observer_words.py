"""What the figures of agreement are called for people."""

from __future__ import annotations

from typing import Final

from sgus.stats.agreement.family import Label

STATISTICS: Final = {
    "cohen_kappa": "Cohen's kappa",
    "light_kappa": "Light's kappa",
    "mean_kappa": "Mean of Cohen's kappas",
    "fleiss_kappa": "Fleiss' kappa",
    "conger_kappa": "Conger's kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac": "Gwet's",
    "icc": "",
    "kendall_w": "Kendall's W",
    "percent_agreement": "Percent agreement",
    "specific_agreement": "Specific agreement",
    "prevalence_index": "Prevalence index",
    "bias_index": "Bias index",
    "pabak": "PABAK",
    "reader_bias": "Bias",
    "intra_minus_inter": "Within less between readers",
    "disagreement_rate": "Pairs of readings that differ",
    "disagreement_share": "Of these, on",
    "crossing_share": "Of these, across the threshold",
    "crossing_rate": "Pairs of readings across the threshold",
    "swap_rate": "Swaps with the next grade",
    "swap_rate_within": "Swaps among readings of this and the next grade",
}
"""Statistic to its name in a table."""
_FORMS: Final = {
    ("disagreement_share", "two or more"): "grades two or more apart",
}
_SILENT_FORMS: Final = ("overall", "category", "pair", "all readers", "all items")
UNITS: Final = {"item": "image", "patient": "patient", "grouping key": "grouping key"}


def figure_name(label: Label) -> str:
    """The name of a figure without its readers: `Fleiss' kappa, quadratic, grade 1`.

    Statistics this module does not know keep the name they have in JSON.
    """
    name = STATISTICS.get(label.statistic, label.statistic)
    form = _FORMS.get((label.statistic, label.form or ""), label.form)
    if label.statistic == "intra_minus_inter" or form in _SILENT_FORMS:
        form = None
    joined = label.statistic in ("gwet_ac", "icc", "disagreement_share", "crossing_share",
                                 "crossing_rate")  # fmt: skip
    if form and joined:
        name, form = f"{name} {form}".strip(), None
    parts = [name, label.weights, form]
    if label.grade is not None:
        parts.append(f"grade {label.grade}")
    return ", ".join(part for part in parts if part)


def count(n: int, what: str) -> str:
    """`1 patient`, `2,000 patients`."""
    plural = what if n == 1 else f"{what[:-1]}ies" if what.endswith("py") else f"{what}s"
    return f"{n:,} {plural}"
