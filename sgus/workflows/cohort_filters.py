"""Which images are looked at: chosen values of facets, how many that leaves, and why none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sgus.workflows.cohort_view import BoolArray, CohortView

Chosen = Mapping[str, Sequence[str]]
"""Values by the name of their facet; a facet without any is not filtered."""


def applied(view: CohortView, chosen: Chosen) -> dict[str, tuple[str, ...]]:
    """The choices that mean something in this cohort."""
    found = {
        name: tuple(value for value in values if value in view.facets[name].options)
        for name, values in chosen.items()
        if name in view.facets
    }
    return {name: values for name, values in found.items() if values}


def ignored(view: CohortView, chosen: Chosen) -> list[str]:
    """Choices made for another cohort that this one has not, a phrase each."""
    said = []
    for name, values in chosen.items():
        facet = view.facets.get(name)
        known = () if facet is None else facet.options
        missing = [value for value in values if value not in known]
        if missing:
            said.append(f"{name if facet is None else facet.title}: {', '.join(missing)}")
    return said


def select(view: CohortView, chosen: Chosen) -> BoolArray:
    """The images that have one of the chosen values of every filtered facet, `(n_images,)`."""
    mask = np.ones(view.n_images, dtype=np.bool_)
    for name, values in applied(view, chosen).items():
        facet = view.facets[name]
        mask &= facet.members[[facet.options.index(value) for value in values]].any(axis=0)
    return mask


def shown_line(view: CohortView, mask: BoolArray) -> str:
    """How much is shown, such as `Shown: 120 of 404 images (12 of 50 patients)`."""
    n, patients = int(mask.sum()), view.n_patients(mask)
    return (
        f"Shown: {n:,} of {view.n_images:,} images "
        f"({patients:,} of {len(view.patients):,} {view.unit}s)"
    )


def why_empty(view: CohortView, chosen: Chosen) -> str:
    """Why no image is left, and which single filter to take away; sentences.

    Args:
        view: The cohort.
        chosen: Choices that leave no image.
    """
    if not view.n_images:
        return "The cohort has no images."
    active = applied(view, chosen)
    named = ", ".join(f"{view.facets[name].title} {_or(values)}" for name, values in active.items())
    ways = []
    for name in active:
        n = int(select(view, {key: values for key, values in active.items() if key != name}).sum())
        if n:
            ways.append(f"without {view.facets[name].title} there are {n:,}")
    more = f" But {'; '.join(ways)}." if ways else " Take more than one filter away."
    return f"No image has all of these: {named}.{more}"


def _or(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
