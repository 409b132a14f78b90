from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.core.errors import RunError
from sgus.review.suspects import label_quality


def slow(grade: list[int], p: list[list[float]]) -> tuple[list[float], list[float]]:
    """Self-confidence and normalised margin by their definition (Kuan & Mueller 2022)."""
    confidence, margin = [], []
    for label, row in zip(grade, p, strict=True):
        others = [value for at, value in enumerate(row) if at != label]
        confidence.append(row[label])
        margin.append((row[label] - max(others) + 1) / 2)
    return confidence, margin


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_label_quality__is_that_of_its_definition(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.5] * 4, n)
    grade = rng.integers(0, 4, n)
    found = label_quality(grade, p, split=["test"] * n)
    confidence, margin = slow(grade.tolist(), p.tolist())
    assert found.self_confidence == pytest.approx(confidence)
    assert found.normalized_margin == pytest.approx(margin)
    right = p.argmax(axis=1) == grade
    assert ((found.normalized_margin >= 0.5) == right).all()


def test_label_quality__of_labels_that_not_every_grade_has() -> None:
    p = np.array([[0.7, 0.2, 0.1, 0.0], [0.7, 0.2, 0.1, 0.0]])
    found = label_quality(np.array([0, 3]), p, split=["test", "validation"])
    assert found.self_confidence == pytest.approx([0.7, 0.0])
    assert found.normalized_margin == pytest.approx([0.75, 0.15])


def test_label_quality__is_refused_where_the_model_learnt_from_an_image() -> None:
    p = np.full((3, 4), 0.25)
    with pytest.raises(RunError, match=r"learnt from 2 of these 3 images.* --split kfold"):
        label_quality(np.zeros(3, dtype=int), p, split=["train", "test", "train"])
    with pytest.raises(RunError, match="no image was held out"):
        label_quality(np.zeros(0, dtype=int), np.zeros((0, 4)), split=[])


def test_cleanlab_is_loaded_only_by_who_asks_for_scores() -> None:
    code = "import sys, sgus.workflows.confusions; sys.exit('cleanlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
