"""Which images of a cohort are looked at: one choice for all pages of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from sgus.workflows.cohort_view import BoolArray, CohortView, Facet

FILTERS: Final = "sgus_filters"
"""In the session: values by name of facet."""
_WIDGET: Final = "sgus_filter"
_COLUMNS: Final = 4


def chosen() -> dict[str, tuple[str, ...]]:
    """What is filtered by, also what the cohort at hand may not have."""
    found: dict[str, tuple[str, ...]] = st.session_state.get(FILTERS, {})
    return {name: values for name, values in found.items() if values}


def put(name: str, *values: str) -> None:
    """Filter by values of a facet, in place of what was chosen of it; none of them: not at all."""
    st.session_state[FILTERS] = {**chosen(), name: values}


def reset() -> None:
    """Look at everything again."""
    st.session_state[FILTERS] = {}


def shown_images(view: CohortView) -> BoolArray:
    """The images that the session's filters leave, without drawing anything; `(n_images,)`."""
    from sgus.workflows.cohort_filters import select

    return select(view, chosen())


def show_filters(view: CohortView) -> BoolArray:
    """Draw what is shown, a reset and the filters; say what is empty and why.

    Args:
        view: The cohort.

    Returns:
        The images to show, `(n_images,)`.
    """
    from sgus.workflows.cohort_filters import applied, ignored, shown_line, why_empty

    mask, said = shown_images(view), chosen()
    active = applied(view, said)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{shown_line(view, mask)}**")
        if said:
            st.button("Show all", icon=":material/filter_alt_off:", on_click=reset,
                      key="sgus-filters-reset")  # fmt: skip
    for phrase in ignored(view, said):
        st.caption(f"Not filtered, because this cohort has no such images: {phrase}.")
    named = [f"{view.facets[name].title}: {', '.join(values)}" for name, values in active.items()]
    label = f"Filters ({'; '.join(named)})" if named else "Filters (none)"
    with st.expander(label, icon=":material/filter_alt:", key="sgus-filters"):
        _draw(view, active)
    if not mask.any():
        st.info(why_empty(view, said))
    return mask


def _draw(view: CohortView, active: dict[str, tuple[str, ...]]) -> None:
    facets = [facet for facet in view.facets.values() if len(facet.options) > 1]
    for start in range(0, len(facets), _COLUMNS):
        row = facets[start : start + _COLUMNS]
        for column, facet in zip(st.columns(_COLUMNS), row, strict=False):
            with column:
                _choose(facet, active.get(facet.name, ()))


def _choose(facet: Facet, values: tuple[str, ...]) -> None:
    key = f"{_WIDGET}_{facet.name}"
    st.session_state[key] = list(values)
    sizes = dict(zip(facet.options, facet.members.sum(axis=1).tolist(), strict=True))
    st.multiselect(
        facet.title, facet.options, key=key, on_change=_take, args=(facet.name,),
        format_func=lambda value: f"{value} ({sizes[value]:,})", placeholder="all",
    )  # fmt: skip


def _take(name: str) -> None:
    put(name, *st.session_state[f"{_WIDGET}_{name}"])
