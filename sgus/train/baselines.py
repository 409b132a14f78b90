"""What a network has to beat: answers that need no network.

They see the training images only, and choose nothing on validation or test images.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import RunError
from sgus.core.grades import N_GRADES
from sgus.core.registry import Registry

N_TREES: Final = 500
LEAST_IN_LEAF: Final = 2

Features = NDArray[np.float32]
Grades = NDArray[np.int64]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """A way to answer without a network.

    Attributes:
        title: For people.
        method: What it does, a sentence.
        uses_texture: It looks at the pictures.
        answers: `(train_features, train_grades, test_features, seed)` to `(n_test, 4)`.
    """

    title: str
    method: str
    uses_texture: bool
    answers: Callable[[Features, Grades, Features, int], Probabilities]


def majority(train: Features, grades: Grades, test: Features, seed: int) -> Probabilities:
    """Answer every image with the shares of the training grades.

    Args:
        train: `(n_train, n_features)`, not looked at.
        grades: `(n_train,)`.
        test: `(n_test, n_features)`; only how many there are counts.
        seed: Not used: nothing is drawn.

    Returns:
        `(n_test, 4)`: the most probable grade is the most frequent one, the lower of two that
        are equally frequent.

    Raises:
        RunError: There is no training image.
    """
    _refuse_empty(grades)
    share = np.bincount(grades, minlength=N_GRADES) / len(grades)
    return np.tile(share, (len(test), 1))


def extra_trees(train: Features, grades: Grades, test: Features, seed: int) -> Probabilities:
    """Extremely randomised trees (Geurts 2006, 10.1007/s10994-006-6226-1), grades balanced.

    Args:
        train: `(n_train, n_features)`.
        grades: `(n_train,)`.
        test: `(n_test, n_features)`.
        seed: Of the trees.

    Returns:
        `(n_test, 4)`; a grade without a training image has probability zero.

    Raises:
        RunError: There is no training image.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    _refuse_empty(grades)
    trees = ExtraTreesClassifier(
        N_TREES,
        class_weight="balanced",
        min_samples_leaf=LEAST_IN_LEAF,
        random_state=seed,
        n_jobs=1,
    )
    trees.fit(train, grades)
    p = np.zeros((len(test), N_GRADES))
    p[:, trees.classes_] = trees.predict_proba(test)
    return p


def _refuse_empty(grades: Grades) -> None:
    if not len(grades):
        raise RunError("baseline", "there is no training image", "Choose a split with some")


BASELINES: Final[Registry[Baseline]] = Registry(
    "baseline",
    {
        "majority": Baseline(
            "Majority grade",
            "Every image is answered with the shares of the training grades.",
            uses_texture=False,
            answers=majority,
        ),
        "texture": Baseline(
            "Texture, extra trees",
            f"{N_TREES} extremely randomised trees on hand-made texture features of the "
            "prepared picture, grades balanced.",
            uses_texture=True,
            answers=extra_trees,
        ),
    },
)
