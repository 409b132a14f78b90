"""Where 95 % intervals held the true value in fewer than 93 or more than 97 % of panels.

Written by `python benchmarks/agreement_coverage.py --out DIR --write FILE`;
docs/statistics.md says how it was measured.
"""

from __future__ import annotations

from typing import Final

SIZES: Final = (30, 100, 225)
"""Patients of the simulated panels."""
OUTSIDE: Final[dict[tuple[str, str, str | None], dict[int, tuple[float, float]]]] = {
    ("bootstrap", "light_kappa", None): {30: (92.6, 95.9)},
    ("bootstrap", "specific_agreement", "pair"): {30: (95.1, 99.9), 100: (94.8, 97.6)},
    ("bootstrap", "bias_index", "pair"): {30: (92.6, 96.0)},
    ("bootstrap", "fleiss_kappa", "category"): {30: (91.0, 95.8)},
    ("bootstrap", "krippendorff_alpha", None): {30: (93.5, 97.1), 225: (92.9, 95.2)},
    ("bootstrap", "icc", "ICC(A,k)"): {30: (95.5, 98.4)},
    ("bootstrap", "icc", "ICC(C,k)"): {30: (95.5, 98.1)},
    ("bootstrap", "icc", "ICC(k)"): {30: (95.5, 97.8)},
    ("bootstrap", "kendall_w", "tie-corrected"): {30: (95.0, 97.4)},
    ("bootstrap", "cohen_kappa", "intra-reader"): {30: (95.6, 98.5)},
    ("bootstrap", "percent_agreement", "intra-reader"): {30: (96.5, 99.4)},
    ("bootstrap", "specific_agreement", "intra-reader"): {
        30: (98.4, 100.0),
        100: (96.3, 99.8),
        225: (95.1, 98.9),
    },
    ("bootstrap", "specific_agreement", "intra-reader, all readers"): {30: (95.9, 98.1)},
    ("bootstrap", "light_kappa", "intra-reader, mean of readers"): {
        30: (92.6, 97.2),
        100: (92.7, 96.0),
    },
    ("bootstrap", "intra_minus_inter", "mean intra-reader less mean inter-reader kappa"): {
        30: (93.9, 97.7)
    },
    ("bootstrap", "reader_higher", "leave-one-out consensus"): {30: (97.0, 97.4)},
    ("bootstrap", "reader_lower", "leave-one-out consensus"): {30: (95.3, 97.9)},
    ("bootstrap", "percent_agreement", "leave-one-out consensus"): {
        30: (95.0, 98.2),
        100: (95.6, 97.2),
    },
    ("bootstrap", "disagreement_share", "1/3"): {30: (94.9, 97.1)},
    ("bootstrap", "swap_rate", "pair"): {30: (95.1, 97.9)},
    ("bootstrap", "swap_rate_within", "pair"): {30: (96.6, 99.1), 100: (94.9, 97.1)},
    ("bootstrap", "swap_kappa", "all items"): {30: (92.1, 93.7)},
    (
        "bootstrap",
        "cohen_kappa_difference",
        "model minus reader v leave-one-out consensus, four_grades",
    ): {30: (93.5, 97.1)},
    ("bootstrap", "accuracy_difference", "model minus reader v leave-one-out consensus, stage1"): {
        30: (88.6, 93.7)
    },
    ("bootstrap", "accuracy_difference", "model minus reader v leave-one-out consensus, stage2b"): {
        30: (92.3, 94.2)
    },
    ("formula", "cohen_kappa", "pair"): {30: (90.1, 91.9)},
    ("formula", "fleiss_kappa", "category"): {30: (87.5, 94.2)},
    ("formula", "cohen_kappa", "intra-reader"): {30: (90.6, 91.7)},
    ("formula, several items a patient", "cohen_kappa", "pair"): {
        30: (88.2, 91.7),
        100: (89.7, 93.7),
        225: (89.6, 93.6),
    },
    ("formula, several items a patient", "percent_agreement", "pair"): {
        30: (92.3, 92.8),
        100: (92.7, 93.7),
        225: (91.9, 93.7),
    },
    ("formula, several items a patient", "pabak", "pair"): {
        30: (92.3, 92.8),
        100: (92.7, 93.7),
        225: (91.9, 93.7),
    },
    ("formula, several items a patient", "fleiss_kappa", "overall"): {
        30: (85.4, 87.9),
        100: (87.1, 89.6),
        225: (86.2, 89.0),
    },
    ("formula, several items a patient", "fleiss_kappa", "category"): {
        30: (86.6, 93.2),
        100: (88.7, 94.7),
        225: (88.4, 94.3),
    },
    ("formula, several items a patient", "conger_kappa", None): {
        30: (85.4, 87.7),
        100: (87.1, 89.8),
        225: (86.4, 88.9),
    },
    ("formula, several items a patient", "krippendorff_alpha", None): {
        30: (85.6, 87.4),
        100: (87.1, 89.9),
        225: (86.6, 88.8),
    },
    ("formula, several items a patient", "gwet_ac", "AC1"): {
        30: (87.0, 88.2),
        100: (87.6, 88.4),
        225: (86.9, 88.1),
    },
    ("formula, several items a patient", "gwet_ac", "AC2"): {
        30: (87.0, 90.3),
        100: (87.4, 89.8),
        225: (87.1, 89.8),
    },
    ("formula, several items a patient", "pabak", "all readers"): {
        30: (87.1, 91.1),
        100: (88.2, 91.6),
        225: (87.7, 91.3),
    },
    ("formula, several items a patient", "icc", "ICC(A,1)"): {
        30: (85.5, 91.0),
        100: (87.9, 90.9),
        225: (88.8, 91.6),
    },
    ("formula, several items a patient", "icc", "ICC(A,k)"): {
        30: (85.6, 91.0),
        100: (87.9, 90.9),
        225: (89.0, 91.8),
    },
    ("formula, several items a patient", "icc", "ICC(C,1)"): {
        30: (84.6, 90.6),
        100: (87.1, 90.6),
        225: (87.4, 91.1),
    },
    ("formula, several items a patient", "icc", "ICC(C,k)"): {
        30: (84.6, 90.6),
        100: (87.1, 90.6),
        225: (87.4, 91.1),
    },
    ("formula, several items a patient", "icc", "ICC(1)"): {
        30: (85.3, 85.3),
        100: (87.0, 87.0),
        225: (87.4, 87.4),
    },
    ("formula, several items a patient", "icc", "ICC(k)"): {
        30: (85.3, 85.3),
        100: (87.0, 87.0),
        225: (87.4, 87.4),
    },
    ("formula, several items a patient", "percent_agreement", "all readers"): {
        30: (87.1, 94.2),
        100: (88.2, 97.6),
        225: (87.7, 98.2),
    },
    ("formula, several items a patient", "cohen_kappa", "intra-reader"): {
        30: (90.6, 92.7),
        100: (90.7, 94.4),
        225: (91.4, 94.2),
    },
}
"""Way of the interval, statistic and form to patients, to the lowest and the highest
percentage over weightings, grades and kinds of panels. What is not here was inside."""
