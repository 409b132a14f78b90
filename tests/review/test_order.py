from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.core.errors import ConfigError
from sgus.review.order import ORDERS, positions


def table(**columns: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array(c, dtype="Float64") for name, c in columns.items()})


def test_positions__of_each_order_begin_at_the_right_end() -> None:
    rows = table(
        margin=[0.9, -0.1, 0.2, -0.8],
        readers_apart=[0.0, 0.6, None, 0.6],
        readers_entropy=[0.0, 1.0, None, 1.5],
        readers_against=[0.2, None, 0.9, 0.2],
        label_quality=[0.7, 0.1, None, 0.4],
        fold_spread=[None, 0.3, 0.0, 0.8],
    )
    assert positions(rows, "margin").tolist() == [1, 2, 3, 0]
    assert positions(rows, "readers").tolist() == [3, 1, 0, 2]
    assert positions(rows, "against").tolist() == [2, 3, 0, 1]
    assert positions(rows, "suspect").tolist() == [1, 3, 0, 2]
    assert positions(rows, "folds").tolist() == [3, 1, 2, 0]


@given(st.lists(st.one_of(st.none(), st.sampled_from([0.0, 0.25, 1.0])), max_size=12))
def test_positions__equal_ones_keep_their_order_and_missing_ones_come_last(
    values: list[float | None],
) -> None:
    found = positions(table(fold_spread=values), "folds").tolist()
    known = [at for at, value in enumerate(values) if value is not None]
    slow = sorted(known, key=lambda at: -(values[at] or 0.0))  # sorted() is stable
    assert found == slow + [at for at, value in enumerate(values) if value is None]


def test_positions__of_no_images() -> None:
    assert positions(table(label_quality=[]), "suspect").tolist() == []


def test_positions__plain_numpy_columns_work_too() -> None:
    rows = pd.DataFrame({"margin": np.array([0.5, -0.25])})
    assert positions(rows, "margin").tolist() == [1, 0]


def test_orders__say_what_they_mean_and_an_unknown_one_names_them() -> None:
    assert list(ORDERS) == ["margin", "readers", "against", "suspect", "folds"]
    assert all(order.words.endswith(".") and order.needs for order in ORDERS.values())
    assert len({order.title for order in ORDERS.values()}) == len(ORDERS)
    assert ORDERS["suspect"].column == "label_quality"
    with pytest.raises(ConfigError, match="Use one of: margin, readers, against, suspect, folds"):
        positions(table(margin=[0.0]), "random")
