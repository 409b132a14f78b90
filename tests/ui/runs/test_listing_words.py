from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sgus.ui.runs.listing_words import HEADS, figure_html, head_html, row_html
from sgus.workflows.run_list import MainFigure, RunSummary

FIGURE = MainFigure(0.654, 0.5512, 0.75, n_images=120, n_patients=15, reason=None)
RUN = RunSummary(
    name="mine", directory=Path("mine"), state="done", reason="", cohort="demo", split="kfold",
    scheme="kfold", trained="head alone", n_test_images=1204, n_test_patients=50,
    patient_unit="patient", changed_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC), synthetic=False,
    accuracy=FIGURE, kappa=replace(FIGURE, value=0.8, low=None, high=None),
)  # fmt: skip


def test_row__says_what_the_run_is() -> None:
    said = row_html(RUN)
    for text in ("✓ done", "demo · kfold", "head alone", "1,204 images<br>50 patients"):
        assert text in said
    assert "SYNTHETIC PHANTOM" not in said
    assert "SYNTHETIC PHANTOM" in row_html(replace(RUN, synthetic=True))
    assert "every image" in row_html(replace(RUN, split="everything"))
    assert "not judged" in row_html(replace(RUN, n_test_images=None))
    assert "50 groups" in row_html(replace(RUN, patient_unit="grouping key"))
    assert said.count("<div>") == head_html(HEADS).count("<b>")


def test_row__why_it_is_not_done_and_names_as_they_are_written() -> None:
    run = replace(RUN, state="failed", reason="no <room>", cohort="<b>x</b>")
    assert "✕ failed" in row_html(run)
    assert "no &lt;room&gt;" in row_html(run)
    assert "&lt;b&gt;x" in row_html(run)
    assert "no" not in row_html(replace(RUN, reason="no reason")).split("head alone")[0]


@pytest.mark.parametrize(
    ("figure", "share", "words"),
    [
        (FIGURE, True, "<b>65\u00a0%</b><br>"),
        (FIGURE, True, "55 to 75"),
        (FIGURE, False, "0.55 to 0.75"),
        (replace(FIGURE, low=None), True, "no interval"),
        (replace(FIGURE, value=None), True, "–"),
        (None, True, "–"),
        (replace(FIGURE, n_patients=9), True, "italic"),
    ],
)
def test_figure__words(figure: MainFigure | None, share: bool, words: str) -> None:
    assert words in figure_html(figure, share=share)


def test_figure__is_not_grey_with_enough_patients() -> None:
    assert "italic" not in figure_html(replace(FIGURE, n_patients=10), share=True)
