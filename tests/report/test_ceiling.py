from __future__ import annotations

from typing import Any

from sgus.report.ceiling import ceiling_lines, ceiling_note

ROW: dict[str, Any] = {
    "scope": "stage2a", "figure": "accuracy", "label": "median", "value": 0.941, "low": 0.89,
    "high": 0.96, "n_items": 404, "n_readers": 5,
}  # fmt: skip
REPORT: dict[str, Any] = {"ceiling": {"cohort": "demo", "figures": [ROW], "reason": None}}
FIGURE: dict[str, Any] = {"scope": "stage2a", "figure": "accuracy", "subset": "truth"}


def test_ceiling_lines__stand_below_the_figure_they_are_about() -> None:
    (line,) = ceiling_lines(REPORT, FIGURE)
    said = "its ceiling 0.94 (0.89 to 0.96), where readers' median is the truth"
    assert " ".join(line.split()) == said
    for other in ({"subset": "routed"}, {"scope": "stage2b"}, {"figure": "auc"}):
        assert ceiling_lines(REPORT, FIGURE | other) == []


def test_ceiling_lines__a_report_of_before_has_none() -> None:
    assert ceiling_lines({}, FIGURE) == []
    assert ceiling_note({}, width=96) == []


def test_ceiling_lines__no_interval_and_no_value() -> None:
    bare = {"ceiling": {"figures": [ROW | {"low": None, "high": None}], "reason": None}}
    assert "0.94, where" in ceiling_lines(bare, FIGURE)[0]
    empty = {"ceiling": {"figures": [ROW | {"value": None}], "reason": "2 readers"}}
    assert ceiling_lines(empty, FIGURE) == []


def test_ceiling_note__says_on_what_it_rests_or_why_there_is_none() -> None:
    said = " ".join(ceiling_note(REPORT, width=60))
    assert "all readings of demo: 404 images, 5 readers" in said
    assert all(len(line) <= 60 for line in ceiling_note(REPORT, width=60))
    without = {"ceiling": {"cohort": None, "figures": [], "reason": "demo has no ratings.csv"}}
    assert ceiling_note(without, width=96)[-1] == (
        "No ceiling of readers' errors: demo has no ratings.csv."
    )
