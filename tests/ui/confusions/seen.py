"""A boundary view made by hand."""

from __future__ import annotations

import pandas as pd

from sgus.review.boundary import boundary
from sgus.workflows.confusions import BoundaryView


def row(name: str, grade: int, p: tuple[float, float, float, float], **more: object) -> dict:
    """An image; `readers` are the shares that the readers' columns follow from."""
    up = sum(p[1:])
    said = p.index(max(p))
    crossing = (said >= 1) - (grade >= 1)
    n, high = more.pop("readers", (5, 0 if grade == 0 else 5))
    known = n > 0
    return {
        "image_id": name, "patient_id": name, "split": "test", "fold": "1", "grade": grade,
        "predicted": said, **{f"p{k}": p[k] for k in range(4)}, "gland": "parotid",
        "side": "left", "centre": "c1", "device": "d1", "log_odds": 0.0,
        "margin": (2 * up - 1) * (1 if grade >= 1 else -1), "touches": True,
        "crossed": crossing != 0,
        "direction": {1: "called higher", -1: "called lower", 0: ""}[crossing],
        "n_readings": n if known else pd.NA,
        "readers_higher": high / n if known else pd.NA,
        "readers_apart": high * (n - high) / (n * (n - 1) / 2) if n > 1 else pd.NA,
        "readers_entropy": 0.0 if n > 1 else pd.NA,
        "readers_against": ((n - high) if grade >= 1 else high) / n if known else pd.NA,
        "self_confidence": p[grade], "label_quality": (p[grade] - max(
            p[k] for k in range(4) if k != grade) + 1) / 2,
        "n_held_out": pd.NA, "fold_spread": pd.NA, "folds_higher": pd.NA,
    } | more  # fmt: skip


ROWS = (
    row("P1-a", 1, (0.85, 0.14, 0.01, 0.0), readers=(5, 2)),
    row("P1-b", 0, (0.1, 0.8, 0.1, 0.0)),
    row("P2-a", 0, (0.46, 0.53, 0.01, 0.0)),
    row("P2-b", 1, (0.7, 0.2, 0.1, 0.0), readers=(5, 3)),
    row("P3-a", 0, (0.9, 0.1, 0.0, 0.0)),
    row("P3-b", 1, (0.1, 0.8, 0.1, 0.0)),
    row("P4-a", 0, (0.9, 0.1, 0.0, 0.0), readers=(0, 0)),
    row("P4-b", 1, (0.1, 0.8, 0.1, 0.0), readers=(5, 3)),
)


def seen_view(rows: tuple[dict, ...] = ROWS, **more: object) -> BoundaryView:
    table = pd.DataFrame(rows).sort_values("image_id", ignore_index=True)
    kinds = {
        "Int64": ["n_readings", "n_held_out"],
        "Float64": ["readers_higher", "readers_apart", "readers_entropy", "readers_against",
                    "self_confidence", "label_quality", "fold_spread", "folds_higher"],
    }  # fmt: skip
    for kind, names in kinds.items():
        table[names] = table[names].astype(kind)
    said = {"reasons": {"folds": "it has one fold"}, "notes": ("a note",), "unit": "patient",
            "synthetic": True, "key": "key 0/1 test"}  # fmt: skip
    return BoundaryView(boundary=boundary("0/1"), part="test", rows=table, **(said | more))
