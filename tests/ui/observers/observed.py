"""Readings to draw on, made by hand."""

from __future__ import annotations

from sgus.stats.agreement.everything import agreement_figures
from sgus.ui.observers.state import Figures
from sgus.workflows.observers import Observed, uploaded_readings

PATIENTS = 12


def table(*, n_readers: int = 3, repeats: bool = True) -> bytes:
    """A long table: 24 images of 12 patients; reader B is one grade above A on every third image,
    and everybody but the last reader reads the first twelve images again."""
    lines = ["image_id,patient_id,rater_id,reading,grade"]
    for at in range(2 * PATIENTS):
        for reader in range(n_readers):
            grade = min(3, at % 4 + (reader == 1 and at % 3 == 0))
            lines.append(f"i{at:02d},P{at // 2},{'ABCDEF'[reader]},1,{grade}")
            if repeats and reader < n_readers - 1 and at < PATIENTS:
                again = min(3, grade + (at == 5))
                lines.append(f"i{at:02d},P{at // 2},{'ABCDEF'[reader]},2,{again}")
    return "\n".join(lines).encode()


def observed(**wishes: object) -> Observed:
    return uploaded_readings(table(**wishes), name="table.csv")  # type: ignore[arg-type]


def figures(readings: Observed) -> Figures:
    return Figures(agreement_figures(readings.readings, n_resamples=100))
