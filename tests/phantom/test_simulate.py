"""Whole images: masks, physics that shows in the picture, sameness and difference by seed."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sgus.core.errors import ConfigError
from sgus.phantom.devices import DEVICES
from sgus.phantom.request import VIEWS, PhantomRequest
from sgus.phantom.simulate import Phantom, simulate

PLANES = [(gland, view) for gland in VIEWS for view in VIEWS[gland]]


def _request(severity: float = 1.2, plane: int = 0, **changes: object) -> PhantomRequest:
    gland, view = PLANES[plane % len(PLANES)]
    values: dict[str, object] = {
        "severity": severity,
        "gland": gland,
        "view": view,
        "device": "premium",
        "anatomy_seed": 11,
        "scan_seed": 12,
    }
    return PhantomRequest.model_validate(values | changes)


def _on_common_grid(phantom: Phantom) -> NDArray[np.bool_]:
    """The mask within 36 x 28 mm around the middle of the skin, in steps of 0.25 mm."""
    mask = phantom.mask[phantom.region.slices]
    row = (np.arange(0, 28, 0.25) / phantom.spacing_mm).astype(int)
    column = (mask.shape[1] / 2 + np.arange(-16, 16, 0.25) / phantom.spacing_mm).astype(int)
    common: NDArray[np.bool_] = mask[np.clip(row, 0, mask.shape[0] - 1)[:, None], column]
    return common


@settings(max_examples=25)
@given(
    plane=st.integers(0, 3),
    device=st.sampled_from(sorted(DEVICES)),
    severity=st.floats(0, 3.99),
    seeds=st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
    variation=st.sampled_from([0.0, 1.0]),
)
def test_every_image_shows_a_gland_within_its_frame(
    plane: int, device: str, severity: float, seeds: tuple[int, int], variation: float
) -> None:
    request = _request(
        severity,
        plane,
        device=device,
        anatomy_seed=seeds[0],
        scan_seed=seeds[1],
        device_variation=variation,
    )
    phantom = simulate(request)
    assert phantom.pixels.dtype == np.uint8
    assert phantom.mask.dtype == np.bool_
    assert phantom.pixels.shape == phantom.mask.shape
    inside = phantom.mask[phantom.region.slices]
    assert inside.sum() == phantom.mask.sum()
    assert 0.015 < inside.mean() < 0.9
    assert phantom.pixels[phantom.region.slices].std() > 8
    assert phantom.request == request


def test_equal_requests_are_equal_to_the_bit_also_after_others() -> None:
    first = simulate(_request(2.4))
    simulate(_request(3.3, 2, device="cart-d", anatomy_seed=99))
    again = simulate(_request(2.4))
    assert np.array_equal(first.pixels, again.pixels)
    assert np.array_equal(first.mask, again.mask)


def test_another_process_makes_the_same_image() -> None:
    request = _request(2.4, 2, device="cart-d")
    program = (
        "import hashlib, sys\n"
        "from sgus.phantom.request import PhantomRequest\n"
        "from sgus.phantom.simulate import simulate\n"
        "phantom = simulate(PhantomRequest.model_validate_json(sys.argv[1]))\n"
        "sys.stdout.write(hashlib.sha256(phantom.pixels.tobytes()).hexdigest())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, request.model_dump_json()],
        check=True,
        capture_output=True,
        text=True,
    )
    assert ran.stdout == hashlib.sha256(simulate(request).pixels.tobytes()).hexdigest()


@pytest.mark.parametrize("plane", range(4))
def test_another_scan_shows_the_same_gland_with_other_speckle(plane: int) -> None:
    overlaps, correlations = [], []
    for seed in range(4):
        first = simulate(_request(0.5, plane, anatomy_seed=seed, scan_seed=1))
        second = simulate(_request(0.5, plane, anatomy_seed=seed, scan_seed=2))
        one, two = _on_common_grid(first), _on_common_grid(second)
        overlaps.append(float((one & two).sum() / (one | two).sum()))
        rows, columns = first.region.slices
        a = first.pixels[rows, columns][100:200, 150:350].astype(float)
        b = second.pixels[second.region.slices][100:200, 150:350].astype(float)
        a, b = np.diff(a, axis=1), np.diff(b, axis=1)
        correlations.append(abs(float(np.corrcoef(a.ravel(), b.ravel())[0, 1])))
    assert np.median(overlaps) > 0.65
    assert max(correlations) < 0.35


def test_another_gland_is_another_gland() -> None:
    masks = [_on_common_grid(simulate(_request(0.5, 2, anatomy_seed=seed))) for seed in range(6)]
    overlaps = [
        float((a & b).sum() / (a | b).sum()) for i, a in enumerate(masks) for b in masks[:i]
    ]
    assert min(overlaps) < 0.55


def test_an_unknown_device_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="premium"):
        simulate(_request(device="toaster"))


def test_without_burn_in_the_surroundings_are_black() -> None:
    phantom = simulate(_request(), burn_in=False)
    outside = phantom.pixels.copy()
    outside[phantom.region.slices] = 0
    assert outside.max() == 0
    written = simulate(_request())
    outside = written.pixels.copy()
    outside[written.region.slices] = 0
    assert outside.max() > 100


def test_with_severity_the_gland_becomes_less_homogeneous() -> None:
    def roughness(severity: float) -> float:
        found = []
        for seed in range(6):
            for plane in (0, 2):
                phantom = simulate(_request(severity, plane, anatomy_seed=seed))
                grey, mask = phantom.pixels.astype(float), phantom.mask
                blocks = [
                    grey[r : r + 10, c : c + 10].mean()
                    for r in range(0, grey.shape[0] - 10, 10)
                    for c in range(0, grey.shape[1] - 10, 10)
                    if mask[r : r + 10, c : c + 10].all()
                ]
                found.append(np.std(np.diff(blocks)))
        return float(np.median(found))

    rough = [roughness(severity) for severity in (0.2, 1.6, 2.7, 3.6)]
    assert rough[0] < rough[1] < rough[2] < rough[3]
    assert rough[1] > 1.15 * rough[0]
