"""Where 95 % intervals held the true value in fewer than 93 or more than 97 % of panels.

Written by `python benchmarks/agreement_coverage.py --out DIR --write FILE`;
docs/statistics.md says how it was measured.
"""

from __future__ import annotations

from typing import Final

SIZES: Final = (30, 100, 225)
"""Patients of the simulated panels."""
OUTSIDE: Final[dict[tuple[str, str, str | None], dict[int, tuple[float, float]]]] = {
    ("bootstrap", "light_kappa", None): {30: (92.8, 96.8), 100: (93.9, 97.4), 225: (92.8, 94.3)},
    ("bootstrap", "cohen_kappa", "pair"): {225: (92.8, 95.0)},
    ("bootstrap", "percent_agreement", "pair"): {100: (94.4, 97.2), 225: (92.7, 95.2)},
    ("bootstrap", "specific_agreement", "pair"): {30: (94.9, 100.0), 100: (94.9, 98.4)},
    ("bootstrap", "prevalence_index", "pair"): {100: (92.8, 96.6)},
    ("bootstrap", "bias_index", "pair"): {30: (92.7, 96.7), 225: (92.0, 95.8)},
    ("bootstrap", "pabak", "pair"): {225: (92.8, 95.2)},
    ("bootstrap", "fleiss_kappa", "overall"): {30: (92.7, 96.8), 100: (94.1, 97.2)},
    ("bootstrap", "fleiss_kappa", "category"): {30: (91.6, 95.8)},
    ("bootstrap", "conger_kappa", None): {30: (92.7, 96.8), 100: (93.9, 97.4)},
    ("bootstrap", "krippendorff_alpha", None): {30: (92.8, 96.8), 100: (94.1, 97.4)},
    ("bootstrap", "gwet_ac", "AC1"): {100: (94.3, 97.4)},
    ("bootstrap", "pabak", "all readers"): {100: (94.3, 97.6)},
    ("bootstrap", "icc", "ICC(A,1)"): {30: (92.8, 97.3)},
    ("bootstrap", "icc", "ICC(A,k)"): {30: (94.5, 98.8)},
    ("bootstrap", "icc", "ICC(C,1)"): {30: (92.4, 96.7)},
    ("bootstrap", "icc", "ICC(C,k)"): {30: (94.7, 98.4)},
    ("bootstrap", "icc", "ICC(1)"): {30: (92.9, 96.6)},
    ("bootstrap", "icc", "ICC(k)"): {30: (94.5, 98.4)},
    ("bootstrap", "kendall_w", "tie-corrected"): {30: (94.4, 98.1)},
    ("bootstrap", "percent_agreement", "all readers"): {100: (94.3, 97.4)},
    ("bootstrap", "specific_agreement", "all readers"): {30: (92.7, 96.2)},
    ("bootstrap", "cohen_kappa", "intra-reader"): {30: (95.3, 98.8), 100: (93.6, 97.4)},
    ("bootstrap", "percent_agreement", "intra-reader"): {30: (96.9, 99.4)},
    ("bootstrap", "specific_agreement", "intra-reader"): {
        30: (97.8, 100.0),
        100: (96.3, 100.0),
        225: (94.7, 98.6),
    },
    ("bootstrap", "percent_agreement", "intra-reader, all readers"): {30: (94.9, 97.2)},
    ("bootstrap", "specific_agreement", "intra-reader, all readers"): {30: (95.5, 98.1)},
    ("bootstrap", "light_kappa", "intra-reader, mean of readers"): {100: (91.6, 96.0)},
    ("bootstrap", "light_kappa", "inter-reader, same readers and items"): {
        100: (92.8, 96.2),
        225: (92.8, 96.0),
    },
    ("bootstrap", "intra_minus_inter", "mean intra-reader less mean inter-reader kappa"): {
        30: (93.4, 97.8),
        100: (94.3, 97.4),
    },
    ("bootstrap", "reader_higher", "leave-one-out consensus"): {30: (96.6, 97.1)},
    ("bootstrap", "reader_lower", "leave-one-out consensus"): {30: (95.6, 97.4)},
    ("bootstrap", "percent_agreement", "leave-one-out consensus"): {
        30: (95.2, 98.4),
        100: (95.2, 97.8),
    },
    ("bootstrap", "disagreement_rate", "all readers"): {100: (93.7, 97.4)},
    ("bootstrap", "disagreement_share", "0/3"): {100: (94.7, 97.4)},
    ("bootstrap", "disagreement_share", "1/3"): {30: (94.1, 98.0)},
    ("bootstrap", "disagreement_share", "two or more"): {100: (94.9, 97.2)},
    ("bootstrap", "crossing_rate", ">= 2"): {100: (92.8, 95.6)},
    ("bootstrap", "swap_rate", "pair"): {30: (95.5, 97.9)},
    ("bootstrap", "swap_rate_within", "pair"): {30: (96.8, 98.4), 100: (94.1, 97.6)},
    ("bootstrap", "swap_kappa", "all items"): {30: (92.4, 93.3)},
    ("bootstrap", "swap_kappa", "pair"): {100: (94.3, 97.2)},
    (
        "bootstrap",
        "cohen_kappa_difference",
        "model minus reader v leave-one-out consensus, four_grades",
    ): {30: (92.8, 97.3)},
    (
        "bootstrap",
        "accuracy_difference",
        "model minus reader v leave-one-out consensus, four_grades",
    ): {100: (92.9, 95.1)},
    ("bootstrap", "accuracy_difference", "model minus reader v leave-one-out consensus, stage1"): {
        30: (88.4, 94.3),
        100: (92.8, 95.1),
    },
    ("formula", "cohen_kappa", "pair"): {30: (89.8, 91.2)},
    ("formula", "fleiss_kappa", "category"): {30: (87.6, 94.0)},
    ("formula", "pabak", "all readers"): {30: (92.8, 94.6), 100: (95.4, 97.2)},
    ("formula", "percent_agreement", "all readers"): {30: (92.8, 94.6), 100: (95.4, 97.2)},
    ("formula", "cohen_kappa", "intra-reader"): {30: (91.6, 91.6)},
    ("formula, several items a patient", "cohen_kappa", "pair"): {
        30: (88.4, 92.1),
        100: (89.2, 93.6),
        225: (88.9, 94.0),
    },
    ("formula, several items a patient", "percent_agreement", "pair"): {
        100: (92.5, 93.2),
        225: (90.4, 94.0),
    },
    ("formula, several items a patient", "pabak", "pair"): {100: (92.5, 93.2), 225: (90.4, 94.0)},
    ("formula, several items a patient", "fleiss_kappa", "overall"): {
        30: (84.1, 88.3),
        100: (86.1, 88.9),
        225: (86.2, 89.8),
    },
    ("formula, several items a patient", "fleiss_kappa", "category"): {
        30: (86.8, 93.6),
        100: (87.7, 95.5),
        225: (87.4, 94.5),
    },
    ("formula, several items a patient", "conger_kappa", None): {
        30: (84.4, 88.1),
        100: (86.4, 89.2),
        225: (87.0, 89.8),
    },
    ("formula, several items a patient", "krippendorff_alpha", None): {
        30: (84.7, 88.4),
        100: (86.7, 89.1),
        225: (86.6, 90.0),
    },
    ("formula, several items a patient", "gwet_ac", "AC1"): {
        30: (86.5, 89.5),
        100: (86.9, 88.3),
        225: (86.8, 88.8),
    },
    ("formula, several items a patient", "gwet_ac", "AC2"): {
        30: (87.3, 90.7),
        100: (86.9, 89.3),
        225: (86.8, 90.6),
    },
    ("formula, several items a patient", "pabak", "all readers"): {
        30: (87.2, 92.0),
        100: (87.3, 91.1),
        225: (87.3, 91.1),
    },
    ("formula, several items a patient", "icc", "ICC(A,1)"): {
        30: (84.4, 92.7),
        100: (87.5, 90.3),
        225: (88.9, 92.2),
    },
    ("formula, several items a patient", "icc", "ICC(A,k)"): {
        30: (84.5, 92.7),
        100: (87.5, 90.3),
        225: (89.2, 92.4),
    },
    ("formula, several items a patient", "icc", "ICC(C,1)"): {
        30: (83.5, 91.9),
        100: (86.8, 90.0),
        225: (87.6, 92.2),
    },
    ("formula, several items a patient", "icc", "ICC(C,k)"): {
        30: (83.5, 91.9),
        100: (86.8, 90.0),
        225: (87.6, 92.2),
    },
    ("formula, several items a patient", "icc", "ICC(1)"): {
        30: (84.1, 84.1),
        100: (86.4, 86.4),
        225: (87.5, 87.5),
    },
    ("formula, several items a patient", "icc", "ICC(k)"): {
        30: (84.1, 84.1),
        100: (86.4, 86.4),
        225: (87.5, 87.5),
    },
    ("formula, several items a patient", "percent_agreement", "all readers"): {
        30: (87.2, 94.8),
        100: (87.3, 98.0),
        225: (87.3, 97.8),
    },
    ("formula, several items a patient", "cohen_kappa", "intra-reader"): {
        30: (90.4, 93.6),
        100: (90.3, 95.1),
        225: (90.9, 94.4),
    },
}
"""Way of the interval, statistic and form to patients, to the lowest and the highest
percentage over weightings, grades and kinds of panels. What is not here was inside."""
