from __future__ import annotations

from types import SimpleNamespace

import pytest

from sgus.ui.confusions.examples import nearest_words


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (0.05, 0.3, "nearer to an example of grade 0 than to any of grade 1"),
        (0.3, 0.05, "nearer to an example of grade 1 than to any of grade 0"),
        (0.10, 0.11, "about as near to grade 0 as to grade 1"),
    ],
)
def test_nearest(lower: float, upper: float, words: str) -> None:
    found = SimpleNamespace(
        lower=[SimpleNamespace(distance=0.5), SimpleNamespace(distance=lower)],
        upper=[SimpleNamespace(distance=upper)],
    )
    assert words in nearest_words(found, (0, 1))  # same gland first: the nearest is not the first


def test_nearest__of_one_grade_only() -> None:
    found = SimpleNamespace(lower=[], upper=[SimpleNamespace(distance=0.1)])
    assert nearest_words(found, (0, 1)) == (
        "No other patient has a surely graded example of grade 0: no comparison."
    )
