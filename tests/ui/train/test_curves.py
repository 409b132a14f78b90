from __future__ import annotations

from sgus.ui.train.curves import folds_in, kappa_figure, loss_figure, rows_of
from sgus.ui.train.tail import Epoch

EPOCHS = [
    Epoch("b", 1, 1.0, 0.9, 0.1), Epoch("b", 2, 0.8, 0.7, None), Epoch("a<", 1, 0.6, None, -0.3),
]  # fmt: skip


def test_folds_stand_in_the_order_of_training() -> None:
    assert folds_in(EPOCHS) == ["b", "a<"]


def test_loss_figure__the_last_fold_strong_those_before_faint() -> None:
    figure = loss_figure(EPOCHS)
    drawn = [(line.name, tuple(line.y), line.opacity, line.showlegend) for line in figure.data]
    assert drawn == [
        ("training", (1.0, 0.8, None), 0.35, False),
        ("training", (0.6, None), 1.0, True),
        ("validation", (0.9, 0.7, None), 0.35, False),
    ]
    assert figure.layout.title.text == "Loss, fold a&lt; (faint: earlier)"
    assert figure.data[0].line.dash != figure.data[2].line.dash


def test_kappa_figure__below_chance_is_in_the_picture() -> None:
    figure = kappa_figure(EPOCHS)
    low, high = figure.layout.yaxis.range
    assert low < -0.3
    assert high > 1
    assert tuple(figure.data[0].y) == (0.1, None, None)


def test_kappa_figure__without_values_says_why() -> None:
    figure = kappa_figure([Epoch("a", 1, 1.0, None, None)])
    assert not figure.data
    assert "without a validation part" in figure.layout.annotations[0].text
    assert "after the first epoch" in kappa_figure([]).layout.annotations[0].text


def test_rows_of() -> None:
    assert rows_of(EPOCHS)[2] == {
        "fold": "a<", "epoch": 1, "training loss": 0.6, "validation loss": None,
        "validation quadratic kappa": -0.3,
    }  # fmt: skip
