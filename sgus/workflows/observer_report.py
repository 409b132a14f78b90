"""The figures of agreement as one JSON object and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from sgus import __version__
from sgus.core.cells import printable, spreadsheet_safe
from sgus.stats.agreement.family import Agreement
from sgus.stats.bootstrap import LEVEL
from sgus.workflows.observers import Observed

CSV_COLUMNS: Final = (
    "statistic", "weights", "form", "raters", "grade", "value", "low", "high", "se", "n_items",
    "n_units", "n_raters", "n_pairs", "method", "reason",
)  # fmt: skip
RATERS_JOINED_BY: Final = " | "


def agreement_document(
    observed: Observed, figures: Sequence[Agreement], *, n_resamples: int, seed: int
) -> dict[str, Any]:
    """All that `agreement --json` prints.

    Args:
        observed: The readings.
        figures: What was computed from them.
        n_resamples: Resamples they were asked for with.
        seed: Of the resamples.

    Returns:
        `estimates`, `panel`, `notes`, `resampling`, `synthetic` (null where a table does not say)
        and `version`. It holds no path.
    """
    panel = observed.panel
    return {
        "estimates": [figure.row() for figure in figures],
        "panel": {
            "name": observed.name,
            "n_items": panel.n_items,
            "n_readers": panel.n_readers,
            "n_readings": observed.n_readings,
            "n_repeated": int((observed.readings.codes >= 0).sum() - panel.given.sum()),
            "unit": panel.unit,
            "n_units": observed.n_units,
            "scale": list(panel.scale),
            "readers": list(panel.readers),
            "counts": {
                "n_rows_read": observed.n_rows_read,
                "n_empty": observed.n_empty,
                "n_never_rated": observed.n_never_rated,
                "n_excluded": observed.n_excluded,
            },
            "sha256": observed.sha256,
            "manifest_hash": observed.manifest_hash or None,
        },
        "notes": list(observed.notes),
        "resampling": {"n_resamples": n_resamples, "seed": seed, "level": LEVEL},
        "synthetic": observed.synthetic,
        "version": __version__,
    }


def agreement_csv(figures: Sequence[Agreement]) -> str:
    """A row a figure, columns `CSV_COLUMNS`, raters joined; what does not apply is empty."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for figure in figures:
        raters = spreadsheet_safe(printable(RATERS_JOINED_BY.join(figure.label.raters)))
        writer.writerow({**figure.row(), "raters": raters})
    return stream.getvalue()
