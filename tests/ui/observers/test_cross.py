from __future__ import annotations

import numpy as np
import pytest

from sgus.stats.agreement.panel import Panel
from sgus.ui.observers.cross import cross_html, cross_table, differing
from sgus.workflows.observers import uploaded_readings

TABLE = """image_id,patient_id,A,B
i1,P1,0,1
i2,P1,1,0
i3,P2,0,3
i4,P2,2,3
i5,P3,2,2
i6,P3,,1
"""


@pytest.fixture
def panel() -> Panel:
    return uploaded_readings(TABLE.encode(), name="t.csv").panel


def test_cross_table__counts_images_both_read_on_the_whole_scale(panel: Panel) -> None:
    table = cross_table(panel, "A", "B")
    expected = [[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]]
    np.testing.assert_array_equal(table, expected)
    np.testing.assert_array_equal(cross_table(panel, "B", "A"), table.T)


def test_differing__far_apart_first_then_zero_against_one(panel: Panel) -> None:
    found = differing(panel, "A", "B")
    assert [(one.item, one.first, one.second, one.apart) for one in found] == [
        ("i3", 0, 3, 3), ("i1", 0, 1, 1), ("i2", 1, 0, 1), ("i4", 2, 3, 1),
    ]  # fmt: skip
    assert [one.patient for one in found] == ["P2", "P1", "P1", "P2"]


def test_differing__nobody_disagrees() -> None:
    panel = uploaded_readings(b"image_id,A,B\n1,0,0\n2,3,3\n", name="t.csv").panel
    assert differing(panel, "A", "B") == []


def test_cross_html__has_counts_sums_and_no_markup_of_names(panel: Panel) -> None:
    text = cross_html(cross_table(panel, "A", "B"), panel.scale, "<b>A", "B")
    assert "<b>A" not in text.replace("<b>&lt;b&gt;A", "")
    assert text.count("<tr") == 6
    assert text.count("sgus-same") == 4
    assert "<th>all</th><td>1</td><td>1</td><td>1</td><td>2</td><td>5</td>" in text
