"""Which images a queue is made of; no streamlit here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sgus.core.rng import generator
from sgus.review.boundary import Boundary, boundary
from sgus.stats.boundary import ContestedItem
from sgus.workflows.cohort_view import BoolArray, CohortView, IntArray
from sgus.workflows.observer_boundary import contested
from sgus.workflows.observers import cohort_readings

CONTESTED: Final = "Most contested by readers"
BY_GRADE: Final = "By the grade of the cohort"
BY_IDS: Final = "A list of image ids"


@dataclass(frozen=True)
class Chosen:
    """Images for a queue.

    Attributes:
        image_ids: The images.
        n_patients: Different patients among them.
        words: Why these, for the queue.
        problem: What is wrong with the choice, or "".
    """

    image_ids: tuple[str, ...]
    n_patients: int
    words: str
    problem: str = ""


def sources(view: CohortView) -> list[str]:
    """Where images can come from: readers' disagreement only where readers can disagree."""
    several = bool((view.disagreement >= 0).any())
    return [*([CONTESTED] if several else []), BY_GRADE, BY_IDS]


def most_contested(view: CohortView, mask: BoolArray, name: str, *, n: int) -> Chosen:
    """The images with most disagreement on a boundary.

    Args:
        view: The cohort.
        mask: Images that may be taken, `(n_images,)`.
        name: Of the boundary.
        n: At most so many.

    Returns:
        Images by the share of pairs of readings on the boundary, the largest first; of equally
        contested ones the patients take turns, or a short queue would be of a few patients.
    """
    usable = set(view.ids[mask & _usable(view)].tolist())
    at = boundary(name)
    found = contested(cohort_readings(view.cohort.root), at.grades)
    ids = _in_turn([item for item in found if item.item in usable])[:n]
    problem = "" if ids else f"No image that is left was given both {at.lower} and {at.upper}."
    return _chosen(view, ids, f"Most contested by readers at {name}.", problem)


def by_grade(view: CohortView, mask: BoolArray, name: str, *, n: int, seed: int) -> Chosen:
    """Images of the two grades of a boundary, both equally often as far as there are enough.

    Args:
        view: The cohort.
        mask: Images that may be taken, `(n_images,)`.
        name: Of the boundary.
        n: At most so many.
        seed: Of the draw.
    """
    at = boundary(name)
    pools = _pools(view, mask, at, seed)
    half = min(len(pools[0]), max(n // 2, n - len(pools[1])))
    rows = np.concatenate([pools[0][:half], pools[1][: n - half]])
    problem = "" if rows.size else f"No image that is left has grade {at.lower} or {at.upper}."
    words = f"Drawn from images of grades {at.lower} and {at.upper} (seed {seed})."
    return _chosen(view, view.ids[rows].tolist(), words, problem)


def by_ids(view: CohortView, text: str) -> Chosen:
    """Images that were typed in, each once.

    Args:
        view: The cohort.
        text: Ids, apart by lines, commas or blanks.
    """
    asked = list(dict.fromkeys(text.replace(",", " ").split()))
    known, usable = set(view.ids.tolist()), set(view.ids[_usable(view)].tolist())
    unknown = [one for one in asked if one not in known]
    excluded = [one for one in asked if one in known and one not in usable]
    said = [
        f"{what}: {', '.join(ids[:5])}{' and more' if len(ids) > 5 else ''}."
        for what, ids in (("Not in this cohort", unknown), ("Excluded", excluded))
        if ids
    ]
    ids = [one for one in asked if one in usable]
    return _chosen(view, ids, "Chosen by hand.", " ".join(said))


def _in_turn(items: Sequence[ContestedItem]) -> list[str]:
    """Names of items, in their order but for ties: first one of each patient, then the second."""
    met: Counter[tuple[float, float, str | None]] = Counter()
    ranked = []
    for place, item in enumerate(items):
        tie = (-item.on_boundary, -item.variance)
        turn = met[*tie, item.patient]
        met[*tie, item.patient] += 1
        ranked.append((tie, turn, place, item.item))
    return [name for _, _, _, name in sorted(ranked)]


def _usable(view: CohortView) -> BoolArray:
    return ~view.cohort.images["excluded"].to_numpy(dtype=np.bool_)


def _pools(view: CohortView, mask: BoolArray, at: Boundary, seed: int) -> list[IntArray]:
    """Rows of either grade, shuffled."""
    free = mask & _usable(view)
    pools = [np.flatnonzero(free & (view.grade == grade)) for grade in at.grades]
    rng = generator(seed, "queue by grade", at.name)
    return [rng.permutation(pool) for pool in pools]


def _chosen(view: CohortView, ids: list[str], words: str, problem: str) -> Chosen:
    mask = np.isin(view.ids, ids)
    return Chosen(tuple(ids), view.n_patients(mask) if ids else 0, words, problem)
