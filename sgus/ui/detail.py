"""One graded image: verdict, region, decision tree, activation maps, small print."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from sgus.core.grades import STAGES
from sgus.core.region import Region
from sgus.phantom.export import with_mark
from sgus.ui import theme
from sgus.ui.frame import SYNTHETIC_CHIP
from sgus.ui.pictures import data_url, draw_region
from sgus.ui.region_editor import edit_region
from sgus.ui.results import Results
from sgus.ui.tree import tree_svg, tree_text
from sgus.ui.words import LEARNT, NEXT_STEP, off_path, stage_sentences, verdict

if TYPE_CHECKING:
    from sgus.images.decode import DecodedImage
    from sgus.workflows.grading import GradedImage

CAM_WIDTH = 560
MAPS_HELP = (
    "A map shows where the network found what spoke for the side it chose, scaled by itself: "
    "where, never how much. It is no proof that the network looks at the right thing "
    "(saliency methods fail trust tests: Arun et al. 2020, arXiv 2008.02766)."
)


def show_detail(graded: GradedImage, results: Results, *, name: str) -> None:
    """Everything about one graded image.

    Args:
        graded: The result with its maps.
        results: Where a region set by hand is kept.
        name: File name, for the heading only.
    """
    mark = f" {SYNTHETIC_CHIP}" if graded.synthetic else ""
    st.html(f'<h3 class="sgus-name">{html.escape(name)}{mark}</h3>')
    left, right = st.columns([6, 7], gap="medium")
    with left:
        _picture(graded)
    with right:
        st.html(verdict_html(graded))
        with st.expander("Adjust the ultrasound region"):
            height, width = graded.pixels.shape
            edit_region(results, graded.sha256, graded.region, width=width, height=height)
    st.subheader("How it came to the grade")
    p = [float(value) for value in graded.p]
    with st.container(key="sgus-tree"):
        st.image(tree_svg(p, graded.stages), width="stretch", alt=tree_text(p))
    st.caption(
        "A line is as thick as the probability that flows along it. A grade's probability is its "
        "branch times its leaf, so a wrong turn at stage 1 stays visible."
    )
    _maps(graded)
    _small_print(graded, by_hand=graded.sha256 in results.regions)


def verdict_html(graded: GradedImage) -> str:
    """Badge and sentences."""
    grade = int(graded.grade)
    lead, *rest = map(html.escape, verdict([float(value) for value in graded.p]))
    style = f"background:{theme.GRADE_COLOURS[grade]};color:{theme.ON_GRADE[grade]}"
    rest[:0] = [f"<b>{html.escape(caution)}</b>" for caution in graded.cautions]
    if graded.origin_caution:
        rest.insert(0, f"<b>{html.escape(graded.origin_caution)}</b>")
    if graded.learnt:
        rest.insert(0, f"<b>{LEARNT}</b>")
    sentences = "".join(f"<p>{line}</p>" for line in rest)
    return (
        f'<div class="sgus-verdict"><div class="sgus-badge" style="{style}">'
        f'<small>Grade</small>{grade}</div><div><p class="sgus-lead">{lead}</p>{sentences}'
        f'<p class="sgus-muted">{NEXT_STEP}</p></div></div>'
    )


def _picture(graded: GradedImage) -> None:
    rgb = draw_region(
        graded.pixels, graded.region, window=graded.window, text_mask=graded.text_mask
    )
    st.image(data_url(rgb), width="stretch", alt="The image with its ultrasound region")
    keys = [
        ("Ultrasound region", theme.REGION_COLOUR),
        ("What the network sees", theme.WINDOW_COLOUR),
    ]
    if graded.text_mask.any():
        keys.append(("Masked text", theme.TEXT_COLOUR))
    marks = (
        f'<span><i style="border-color:rgb{colour}"></i>{name}</span>' for name, colour in keys
    )
    st.html(f'<div class="sgus-keys">{"".join(marks)}</div>')


@st.fragment
def _maps(graded: GradedImage) -> None:
    from sgus.explain.overlay import overlay  # OpenCV, which the first page does without

    st.subheader("Where each stage looked", help=MAPS_HELP)
    narrow, _ = st.columns([1, 2])
    percent = narrow.slider("Opacity of the maps", 0, 100, 65, format="%d %%", key="sgus_opacity")
    sides = stage_sentences(graded.stages)
    window = graded.pixels[graded.window.slices]
    cams = graded.cams
    finish = with_mark if graded.synthetic else np.asarray
    for column, stage in zip(st.columns(len(STAGES)), STAGES, strict=True):
        with column:
            st.image(
                data_url(
                    finish(overlay(window, cams[stage.name], opacity=percent / 100)),
                    max_width=CAM_WIDTH,
                ),
                width="stretch",
            )
            label = stage.name.removeprefix("stage")
            empty = stage.name in graded.empty_cams
            found = "nothing in the image spoke for" if empty else "what spoke for"
            st.markdown(f"**Stage {label}: {stage.title}**  \n{found} {sides[stage.name]}")
            if stage.name == off_path(graded.stages):
                st.caption("Stage 1 went the other way: this decision matters little here.")


def _small_print(graded: GradedImage, *, by_hand: bool) -> None:
    with st.expander("Small print: file, region, conversions"):
        height, width = graded.pixels.shape
        share = 100 * float(graded.text_mask[graded.region.slices].mean())
        lines = [
            f"SHA-256 of the file: `{graded.sha256}`",
            f"Picture: {width} x {height} pixels",
            f"Region ({'set by hand' if by_hand else 'found'}): {_box(graded.region)}",
            f"Part the network sees: {_box(graded.window)}",
            f"Masked as text: {share:.1f} % of the region",
            f"Model: {html.escape(graded.model)}",
            *(html.escape(note) for note in graded.notes),
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))


def _box(region: Region) -> str:
    return (
        f"columns {region.x0} to {region.x1}, rows {region.y0} to {region.y1} "
        f"({region.width} x {region.height} pixels)"
    )


def show_region_by_hand(image: DecodedImage, results: Results) -> None:
    """A picture that decoded but could not be graded: let a person set the region."""
    height, width = image.pixels.shape
    current = results.regions.get(image.sha256) or Region(0, 0, width, height)
    left, right = st.columns([5, 6], gap="large")
    left.image(data_url(draw_region(image.pixels, current)), width="stretch")
    with right:
        st.write("Set the ultrasound region by hand and it is graded at once.")
        edit_region(results, image.sha256, current, width=width, height=height)
