from __future__ import annotations

import pytest

from sgus.review.boundary import boundary
from sgus.ui.confusions.choose import cell_title
from sgus.ui.confusions.choose_next import FACTORS, HOW
from sgus.ui.confusions.image_words import verdict_of
from sgus.ui.confusions.units import said_of
from sgus.workflows.confusions import ORDERS
from tests.ui.confusions.seen import ROWS, seen_view


def test_groups_are_not_called_patients() -> None:
    words = "of other patients; it never saw the patient, nor this patient's images"
    assert said_of(words, "patient") == words
    for unit in ("grouping key", "unknown"):
        assert said_of(words, unit) == (
            "of other groups; it never saw the group, nor this group's images"
        )


def test_names_are_left_alone() -> None:
    words = "the run by-patient, patient-3, patient_id, outpatient"
    assert said_of(words, "grouping key") == words


@pytest.mark.parametrize("text", [HOW, FACTORS, *(order.words for order in ORDERS.values())])
def test_sentences_of_the_page_can_be_said_of_groups(text: str) -> None:
    assert "patient" not in said_of(text, "grouping key")


def test_an_image_of_a_group() -> None:
    rows = tuple(one | {"n_held_out": 2, "fold_spread": 0.1, "folds_higher": 0.5} for one in ROWS)
    verdict = verdict_of(seen_view(rows, unit="grouping key"), "P1-a")
    assert verdict is not None
    lines = dict(verdict.lines)
    assert lines["Folds"].startswith("2 models that did not learn from this group: ")
    assert "Label quality: how well the model" in lines["Grade"]
    alone = verdict_of(seen_view(reasons={}, unit="grouping key"), "P1-a")
    assert "patient" not in str(alone)


def test_cells_are_named_by_the_boundary() -> None:
    assert cell_title(boundary("0/1"), "all") == "All with 0 or 1"
    assert cell_title(boundary("2/3"), "all") == "All with 2 or 3"
    assert cell_title(boundary("0/1"), "agreed") == "Same side"
