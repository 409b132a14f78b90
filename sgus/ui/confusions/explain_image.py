"""One image's map with its checks: where it lies, whether it depends on what was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import streamlit as st

from sgus.core.grades import STAGE_NAMES, STAGES
from sgus.phantom.export import with_mark
from sgus.ui.charts.export import show_figure
from sgus.ui.charts.kept import keep, recall
from sgus.ui.confusions.explain_chart import ORDERS, deletion_figure
from sgus.ui.detail import MAPS_HELP
from sgus.ui.pictures import data_url

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sgus.review.boundary import Boundary
    from sgus.workflows.audit_bench import Bench
    from sgus.workflows.cam_sanity import MapChecks
    from sgus.workflows.run_view import RunView

_IMAGE: Final = "sgus_confusions_map_image"
_KEPT: Final = "sgus_confusions_map_checks"
_WIDTH: Final = 320
_OPACITY: Final = 0.65
_MANY: Final = 2


def show_map_checks(view: RunView, boundary: Boundary) -> None:
    """Choose an image of the test part and put its map to the test.

    Args:
        view: The run, with its cohort at hand.
        boundary: Its stage is mapped.

    Raises:
        SgusError: The image or its model cannot be read.
    """
    st.subheader("The map of one image, tested", help=MAPS_HELP)
    names = images_to_test(view, boundary)
    if not names:
        st.info("No test image of this run touches this boundary.")
        return
    recall(_IMAGE, names[0], names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Image (those called wrongly first)", names, key=_IMAGE,
                            on_change=keep, args=(_IMAGE,))  # fmt: skip
        asked = st.button("Test its map", icon=":material/science:", key="confusions-map-test")
    key = f"{view.key} {boundary.name} {name}"
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {})
    if asked and key not in kept:
        while len(kept) >= _MANY:
            kept.pop(next(iter(kept)))
        with st.spinner("Randomising the model layer by layer"):
            kept[key] = _checked(view, boundary, name)
    if key in kept:
        _draw(kept[key], STAGE_NAMES.index(boundary.stage.name), name, synthetic=view.synthetic)


def images_to_test(view: RunView, boundary: Boundary) -> list[str]:
    """Test images that touch the boundary, those called wrongly first, then by name."""
    rows = view.predictions[view.predictions["split"] == "test"]
    grade, said = rows["grade"].to_numpy(), rows["predicted"].to_numpy()
    rows = rows.assign(right=np.asarray(boundary.crossing(grade, said)) == 0)
    touching = rows[np.asarray(boundary.touches(grade, said))]
    return [str(name) for name in touching.sort_values(["right", "image_id"])["image_id"]]


def _checked(
    view: RunView, boundary: Boundary, name: str
) -> tuple[MapChecks, NDArray[np.uint8], str]:
    """Checks, the pixels the network saw, and where light is looked for."""
    from sgus.workflows.cam_sanity import checks_of_image

    bench = _bench(view.key, view)
    stage = STAGE_NAMES.index(boundary.stage.name)
    found = checks_of_image(bench, name, stage=stage)
    where = "the middle of the image (no mask is known)" if bench.glands is None else "the gland"
    return found, np.array(bench.pictures.pixels[found.rows[0]]), where


@st.cache_resource(max_entries=_MANY, show_spinner="Loading the run's models")
def _bench(key: str, _view: RunView) -> Bench:
    from sgus.workflows.audit_bench import bench_of_run

    del key
    return bench_of_run(_view.directory, cohort=_view.cohort)


def _draw(
    checked: tuple[MapChecks, NDArray[np.uint8], str], stage: int, name: str, *, synthetic: bool
) -> None:
    found, pixels, where = checked
    side = STAGES[stage].higher if found.higher[0, stage] else STAGES[stage].lower
    st.markdown(f"**{name}**: what spoke for grade {' or '.join(map(str, side))} "
                f"({STAGES[stage].title}). {words_of_image(found, stage, where)}")  # fmt: skip
    every = [found.cams[0, stage], *(step[0, stage] for step in found.random_cams)]
    titles = ["the map", *(f"forgot {'' if at == 0 else 'down to '}{layer}"
                           for at, layer in enumerate(found.cascade))]  # fmt: skip
    for column, cam, title in zip(st.columns(len(every)), every, titles, strict=True):
        with column:
            st.image(data_url(_laid(pixels, cam, synthetic=synthetic), max_width=_WIDTH),
                     width="stretch", alt=f"{name}: {title}")  # fmt: skip
            st.caption(title)
    curves = found.curves[:, 0, stage]
    if np.isnan(curves).any():
        st.caption("The map is empty: nothing spoke for the side chosen, and nothing is removed.")
        return
    steps = curves.shape[1] - 1
    rows = [
        {"order": order, "removed": at / steps, "probability": float(curve[at])}
        for order, curve in zip(ORDERS, curves, strict=True)
        for at in range(steps + 1)
    ]
    show_figure(deletion_figure(curves), rows, name="deletion", synthetic=synthetic,
                key="confusions-deletion", basis="one image: no interval")  # fmt: skip


def _laid(
    pixels: NDArray[np.uint8], cam: NDArray[np.float32], *, synthetic: bool
) -> NDArray[np.uint8]:
    from sgus.explain.cam import upsample_cams
    from sgus.explain.overlay import overlay

    height, width = pixels.shape
    large = upsample_cams(cam[None], height=height, width=width)[0]
    laid = overlay(pixels, large, opacity=_OPACITY)
    return with_mark(laid) if synthetic else laid


def words_of_image(found: MapChecks, stage: int, where: str) -> str:
    """What the checks of one image say; one image decides nothing, so no verdict.

    Args:
        found: Of one image.
        stage: Place of the stage.
        where: What light is looked for in.
    """
    share, area = found.share[0, stage], found.area[0]
    if np.isnan(share):
        return "The map is empty."
    last = found.correlation[-1, 0, stage]
    forgot = f"rank correlation with the map of a model that forgot everything {last:.2f}"
    if np.isnan(last):
        forgot = "the map of a model that forgot everything is empty or flat"
    return (
        f"{share:.0%} of the map lies in {where}, which takes {area:.0%} of the area; {forgot} "
        "(1: the map does not depend on what was learnt)."
    )
