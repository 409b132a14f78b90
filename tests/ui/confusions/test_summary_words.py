from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sgus.ui.confusions.summary_words import (
    found_words,
    groups_html,
    lead_words,
    next_words,
    said,
    share_of,
    sure_words,
)
from sgus.workflows.confusions import Share, readers_divided, summary
from tests.ui.confusions.seen import ROWS, seen_view


def plain(words: str) -> str:
    return words.replace("\u00a0", " ")


def test_summary__counts_and_intervals_are_said() -> None:
    seen = seen_view()
    shares = summary(seen, n_resamples=200)
    whole = share_of(shares, "crossed")
    assert (whole.n_crossed, whole.n_images, whole.n_patients) == (4, 8, 8)
    divided = readers_divided(seen, n_resamples=200)
    lead = plain(lead_words(seen, shares))
    assert lead.startswith(
        "On patients it never saw, model and readers are on different sides of 0/1 in 50 % (4 of 8 "
        "images, 8 patients; 95 % interval"
    )
    up, down, readers = (plain(line) for line in found_words(seen, shares, divided))
    assert "of the images that readers graded 0, 50 % (2 of 4 images" in up
    assert "of those graded 1 or above, 50 % (2 of 4 images" in down
    assert "divided themselves on 2 (50 %)" in readers
    assert (
        "Of the other 3 they are divided on 1 (33 %; 7 images, 7 patients; no interval: only 4 "
        "patients of the crossed images, fewer than 5)."
    ) in readers


def test_readers_divided__the_difference_has_an_interval_by_patient() -> None:
    rows = tuple(
        one | {"image_id": f"{one['image_id']}{k}", "patient_id": f"P{k}"}
        for one in ROWS for k in range(9)
    )  # fmt: skip
    found = readers_divided(seen_view(rows), n_resamples=200)
    # Every patient has the same images, so that nothing varies between resamples.
    assert (found.n_crossed, found.n_crossed_divided) == (36, 18)
    assert (found.n_others, found.n_others_divided) == (27, 9)
    assert found.difference == pytest.approx(1 / 2 - 1 / 3)
    assert found.low is None
    gone = {("P2-b0", "P0"), ("P2-b1", "P1"), ("P3-b2", "P2")}
    varied = tuple(one for one in rows if (one["image_id"], one["patient_id"]) not in gone)
    seen = seen_view(varied)
    found = readers_divided(seen, n_resamples=200)
    assert found.low is not None
    assert found.high is not None
    assert found.difference is not None
    assert found.low < found.difference < found.high
    table = seen.rows
    apart = table["readers_apart"] >= 0.4
    known = table["readers_apart"].notna()
    slow = [apart[known & mask].mean() for mask in (table["crossed"], ~table["crossed"])]
    assert found.difference == pytest.approx(slow[0] - slow[1])
    words = plain(found_words(seen, summary(seen, n_resamples=200), found)[2])
    assert "percentage points, 95 % interval" in words
    assert "9 patients)" in words


def test_readers_divided__without_readings_nothing_is_said() -> None:
    rows = tuple(one | {"readers_apart": pd.NA} for one in ROWS)
    seen = seen_view(rows)
    found = readers_divided(seen, n_resamples=200)
    assert (found.n_crossed, found.difference) == (0, None)
    assert len(found_words(seen, summary(seen, n_resamples=200), found)) == 2


def test_summary__how_sure_and_what_next() -> None:
    seen = seen_view()
    shares = summary(seen, n_resamples=200)
    sure = " ".join(sure_words(seen, shares))
    assert "The interval is wide" in sure
    assert "Only 8 patients" in sure
    assert "A note." in sure
    assert "The images are simulated" in sure
    assert "Suspected label error" in " ".join(next_words(seen, shares))
    real = seen_view(synthetic=False, reasons={"suspect": "learnt"})
    assert "simulated" not in " ".join(sure_words(real, shares))
    assert "Suspected label error" not in " ".join(next_words(real, shares))


def test_summary__nothing_crossed() -> None:
    seen = seen_view(tuple(one for one in ROWS if not one["crossed"]))
    shares = summary(seen, n_resamples=200)
    assert "on the same side of 0/1 on all 4 images" in lead_words(seen, shares)
    assert "another boundary" in next_words(seen, shares)[0]


def test_said__without_an_interval_says_why() -> None:
    share = Share(
        "crossed", False, "all", "all", 1, 2, 1, 0.5, None, None, "one patient", "patient"
    )
    assert plain(said(share)) == "50 % (1 of 2 images, 1 patient; no interval: one patient)"
    empty = replace(share, n_crossed=0, n_images=0, share=None, reason="no such image")
    assert "no share" in said(empty)


def test_groups__a_row_a_group_and_names_are_escaped() -> None:
    rows = tuple(one | {"gland": ("parotid", "<b>odd</b>")[at % 2]} for at, one in enumerate(ROWS))
    shares = summary(seen_view(rows), n_resamples=200)
    table = groups_html(shares)
    assert "&lt;b&gt;odd" in table
    assert "<b>odd" not in table
    assert table.count("<tr") == 1 + 1 + 2  # heads, all, two glands
    assert groups_html(summary(seen_view(), n_resamples=200)) == ""
