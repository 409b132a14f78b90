"""From a request to one plane of tissue."""

from __future__ import annotations

from typing import Final

import numpy as np

from sgus.core.rng import generator
from sgus.phantom.devices import Device, device_of
from sgus.phantom.fields import FloatArray, smooth_field, soft_step
from sgus.phantom.grid import Grid
from sgus.phantom.interfaces import ComplexArray, Reflectors, add_bone, add_line
from sgus.phantom.layers import blend, deep_tissue, paint_ellipse, paint_muscles, paint_surface
from sgus.phantom.layouts import LAYOUTS
from sgus.phantom.layouts.frame import Frame
from sgus.phantom.layouts.parts import Layout
from sgus.phantom.parenchyma import Parenchyma, draw_parenchyma, enlarge, gland_septa
from sgus.phantom.request import PhantomRequest
from sgus.phantom.severity import Appearance, draw_appearance
from sgus.phantom.streams import Streams
from sgus.phantom.strokes import add_all_strokes
from sgus.phantom.tissue import Tissue
from sgus.phantom.transmission import cast_shadows, path_gain, transmission
from sgus.phantom.variation import Variation, draw_variation

_USUAL_SHIFT: Final = 0.35
"""Plane shift between two operators; how they hold the probe differs in proportion."""

_OPERATOR_MM: Final = 2.0
"""Standard deviation of where operators hold the probe along the gland."""


def build_tissue(request: PhantomRequest) -> Tissue:
    """The plane of tissue that a request asks for.

    Args:
        request: What is asked for.

    Raises:
        ConfigError: There is no device of that name.
    """
    device = device_of(request.device, request.scan_seed, variation=request.device_variation)
    streams = Streams(request)
    frame = _place(request, device)
    look = draw_appearance(request.severity, generator(request.anatomy_seed, "severity"))
    variation = draw_variation(streams("variation"))
    layout = LAYOUTS[f"{request.gland} {request.view}"](frame, streams("layout"), look)
    tissue = assemble(streams, frame, layout=layout, look=look, variation=variation)
    if generator(request.anatomy_seed, "side").random() < 0.5:
        return _mirrored(tissue)
    return tissue


def _place(request: PhantomRequest, device: Device) -> Frame:
    """How deep and wide the picture is and which part of the anatomy it shows."""
    usual = generator(request.anatomy_seed, "depth").random()
    centring, tilt = generator(request.anatomy_seed, "hold").standard_normal(2)
    away = request.plane_shift / _USUAL_SHIFT
    setting, sideways, turn = generator(request.scan_seed, "operator").standard_normal(3)
    share = float(np.clip(usual + 0.08 * away * setting, 0, 1))
    depth = device.depth_mm[0] + share * (device.depth_mm[1] - device.depth_mm[0])
    return Frame(
        Grid(depth_mm=depth, width_mm=device.field_width_mm(depth)),
        offset_mm=float(2.5 * centring + _OPERATOR_MM * away * sideways),
        tilt=float(0.07 * tilt + 0.025 * away * turn),
    )


def assemble(
    streams: Streams, frame: Frame, *, layout: Layout, look: Appearance, variation: Variation
) -> Tissue:
    """Paints from the depth to the skin, then the reflectors, then the shadows.

    Args:
        streams: The request's draws.
        frame: The place of the picture in the anatomy.
        layout: What lies where.
        look: What the severity makes of the gland.
        variation: What the gland is without any disease.
    """
    grid = frame.grid
    reflectors = Reflectors(grid)
    echogenicity = deep_tissue(
        streams("deep"), grid, level_db=layout.deep_db, mosaic_db=layout.deep_mosaic_db
    )
    muscle = paint_muscles(echogenicity, streams("muscle"), layout, grid)
    gland = gland_share(layout, grid)
    tissue = draw_parenchyma(
        streams("texture"),
        streams("areas"),
        look,
        variation=variation,
        layout=layout,
        grid=grid,
        gland=gland,
        origin_mm=frame.x(0.0),
    )
    blend(echogenicity, gland, tissue.echogenicity)
    paint_surface(echogenicity, streams("surface"), layout, reflectors=reflectors)
    fluid = _paint_round(streams, echogenicity, layout, grid)
    specular = _reflections(
        streams,
        reflectors,
        tissue,
        layout=layout,
        look=look,
        variation=variation,
        gland=gland,
        fluid=fluid,
        muscle=muscle,
    )
    gain = path_gain(fluid, muscle, gland, areas=tissue.areas, grid=grid)
    through = transmission(streams("path"), gain, variation, layout=layout, grid=grid)
    cast_shadows(
        streams("bone"),
        layout,
        grid,
        echogenicity=echogenicity,
        specular=specular,
        gland=gland,
    )
    return Tissue(grid, echogenicity, specular, through, gland)


def gland_share(layout: Layout, grid: Grid) -> FloatArray:
    """1 inside the gland, 0 outside, `(n_z, n_x)`."""
    # The border is as soft across it where it is steep, at the ends, as where it lies flat.
    slope = np.gradient(layout.bottom) / np.float32(grid.dx)
    edge = layout.edge_mm * np.sqrt(1 + np.minimum(np.abs(slope), 4) ** 2)
    share = soft_step((grid.z - layout.top[None, :]) / np.float32(0.25))
    share *= soft_step((layout.bottom[None, :] - grid.z) / edge[None, :])
    return share


def _paint_round(
    streams: Streams, echogenicity: FloatArray, layout: Layout, grid: Grid
) -> FloatArray:
    """Paints vessels, nodes and ducts; returns the share of fluid."""
    warp = smooth_field(streams("round"), grid, 1.3, 1.6)
    fluid = np.zeros(grid.shape, np.float32)
    for ellipse in layout.ellipses:
        painted = paint_ellipse(echogenicity, warp, ellipse, grid)
        if painted and ellipse.fluid:
            box, inside = painted
            np.maximum(fluid[box], inside, out=fluid[box])
    return fluid


def _reflections(
    streams: Streams,
    reflectors: Reflectors,
    tissue: Parenchyma,
    *,
    layout: Layout,
    look: Appearance,
    variation: Variation,
    gland: FloatArray,
    fluid: FloatArray,
    muscle: FloatArray,
) -> ComplexArray:
    """Fasciae, bones and fine bright lines, with those of skin and fat already collected."""
    grid = reflectors.grid
    ill = bool(tissue.areas.any())
    areas = enlarge(tissue.areas, grid) if ill else np.zeros((1, 1), np.float32)
    draws = streams("lines")
    for line in layout.lines:
        add_line(reflectors, line, draws)
    for bone in layout.bones:
        add_bone(reflectors, bone, draws)
    add_all_strokes(
        streams,
        reflectors,
        layout=layout,
        look=look,
        variation=variation,
        solid=gland * np.clip(1 + areas / 3, 0, 1) * (1 - fluid),
        borders=enlarge(tissue.borders, grid) * gland if ill and look.septa_db > 0 else None,
        muscle=muscle,
    )
    specular = reflectors.total()
    specular += gland_septa(streams("septa"), look, variation, grid, gland=gland, areas=areas)
    return specular


def _mirrored(tissue: Tissue) -> Tissue:
    """The other side of the head."""
    flip = np.s_[:, ::-1]
    return Tissue(
        grid=tissue.grid,
        echogenicity=np.ascontiguousarray(tissue.echogenicity[flip]),
        specular=np.ascontiguousarray(tissue.specular[flip]),
        transmission=np.ascontiguousarray(tissue.transmission[flip]),
        gland=np.ascontiguousarray(tissue.gland[flip]),
    )
