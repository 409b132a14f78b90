"""The view that explains: the shortcut audit of the run, and maps beside their sanity checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from sgus.report.figures import unit_noun
from sgus.ui.charts.export import download_csv, show_figure
from sgus.ui.confusions.explain_chart import audit_figure, audit_rows, key_of
from sgus.ui.confusions.explain_image import show_map_checks
from sgus.ui.confusions.units import said_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sgus.review.boundary import Boundary
    from sgus.workflows.run_view import RunView

_WHAT: Final = (
    "The gland is hidden, or all but the border, and each fold's model is asked again about its "
    "test images. A model that still knows the grade looks at something else."
)
AUC: Final = (
    "AUC (area under the ROC curve): of two images, one from each side of the boundary, how often "
    "the model puts the one of the higher side higher; 0.5 is guessing, 1 is always."
)
_GONE: Final = (
    "The cohort of this run is not on this machine as it was when the run was made: neither audit "
    "nor maps can be made."
)


def show(view: RunView, boundary: Boundary) -> None:
    """Draw the view.

    Args:
        view: The run.
        boundary: The boundary; its stage is what maps and figures are about.

    Raises:
        SgusError: A file of the run is damaged or missing.
    """
    if view.cohort is None:
        st.warning(_GONE)
        return
    from sgus.workflows.audit import read_audit

    st.subheader("Shortcut audit", help=_WHAT)
    found = read_audit(view.directory)
    if found is None:
        st.info(f"This run has not been audited. {_WHAT} It takes one to a few minutes.")
    asked = st.button(
        "Audit this run" if found is None else "Audit it again", key="confusions-audit",
        type="primary" if found is None else "secondary", icon=":material/policy:",
    )  # fmt: skip
    if asked:
        found = _run(view)
    if found is not None:
        _say(found)
        _figures(found, boundary, synthetic=view.synthetic)
        _maps(found, boundary, synthetic=view.synthetic)
    show_map_checks(view, boundary)


def _run(view: RunView) -> dict[str, Any]:
    from sgus.workflows.audit import audit

    bar = st.progress(0.0, "Opening the models")
    try:
        return audit(view.directory, cohort=view.cohort, progress=_to(bar.progress))
    finally:
        bar.empty()


def _to(draw: Callable[..., Any]) -> Callable[[str, int, int], None]:
    def progress(what: str, done: int, of: int) -> None:
        draw(min(1.0, done / max(1, of)), f"{what[:1].upper()}{what[1:]}: {done} of {of}")

    return progress


def _say(found: dict[str, Any]) -> None:
    from sgus.workflows.audit_words import NO_ALARM

    for text in found["alarms"]:
        st.error(f"**Alarm.** {text}", icon=":material/warning:")
    if not found["alarms"]:
        st.success(NO_ALARM, icon=":material/check:")
    for text in found["notices"]:
        st.warning(text, icon=":material/info:")


def _figures(found: dict[str, Any], boundary: Boundary, *, synthetic: bool) -> None:
    key = key_of(boundary.stage.name)
    show_figure(
        audit_figure(found, key), audit_rows(found, key), name="shortcut-audit",
        synthetic=synthetic, key="confusions-audit-chart",
    )  # fmt: skip
    if key[1] == "auc":
        st.caption(AUC)
    with st.expander("What has to be known to read this"):
        lines = "\n".join(f"- {text}" for text in [*found["limits"], found["caution"]])
        st.markdown(said_of(lines, found["unit"]))
    download_csv(
        audit_rows(found, None), name="shortcut-audit-all", synthetic=synthetic,
        key="confusions-audit-csv", label="Download all figures of the audit (CSV)",
    )  # fmt: skip


def _maps(found: dict[str, Any], boundary: Boundary, *, synthetic: bool) -> None:
    """What the checks of maps say of the boundary's stage, over the images of the run."""
    maps = found.get("maps")
    if maps is None:
        return
    title = boundary.stage.title
    st.subheader(f"Can the maps of {title} be believed?")
    own = [row for row in maps["figures"] if row["stage"] == title]
    n = max((row["n_images"] for row in own), default=0)
    st.markdown(
        "\n".join(f"- {text.split(': ', 1)[1]}" for text in maps["sentences"]
                  if text.startswith(f"{title}: "))
    )  # fmt: skip
    st.caption(f"Means over {n} images of the test parts, each with the model of its own fold.")
    rows = [
        {
            "check": row["title"], "value": row["value"], "low": row["low"], "high": row["high"],
            "images": row["n_images"], unit_noun(found["unit"]): row["n_patients"],
            "remark": row["reason"],
        }
        for row in own
    ]  # fmt: skip
    with st.expander("All figures of the maps"):
        st.dataframe(rows, hide_index=True, width="stretch")
        download_csv(rows, name="map-sanity", synthetic=synthetic, key="confusions-maps-csv")
