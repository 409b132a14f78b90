import numpy as np

from sgus.review.learning import learning_curve
from sgus.ui.adjudicate.learning_chart import basis_words, curve_chart, curve_rows, table_rows


def curve(n: int):
    consensus = np.arange(n) % 2
    given = np.where(np.arange(n) < n // 2, 1 - consensus, consensus)
    patients = np.array([f"P{at}" for at in range(n)])
    return learning_curve(given, consensus, patients=patients, block=10, n_not_graded=1)


def test_curve_chart__a_point_a_block_with_its_interval() -> None:
    made = curve(20)
    (line,) = curve_chart(made).data
    assert list(line.x) == ["1-10", "11-20"]
    assert list(line.y) == [0.0, 100.0]
    assert basis_words(made) == (
        "20 cases of 20 patients, 1 case could not be graded; bars: 95 % intervals by patient"
    )


def test_rows__blocks_and_whole() -> None:
    rows = curve_rows(curve(20))
    assert [row["cases"] for row in rows] == ["1-10", "11-20", "all"]
    assert [row["exact agreement"] for row in rows] == [0.0, 1.0, 0.5]
    assert table_rows(curve(20))[2]["exact agreement"].startswith("50 % (")


def test_rows__too_few_are_said_and_not_drawn() -> None:
    (row, whole) = table_rows(curve(6))
    assert row["exact agreement"] == whole["exact agreement"]
    assert "too little data" in row["exact agreement"]
