import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.region import find_region
from tests.images.pictures import framed, speckle, written

TISSUE = speckle(300, 420)
WHOLE = Region(0, 0, 420, 300)


def near(found, expected, pixels=2):
    edges = zip(
        (found.x0, found.y0, found.x1, found.y1),
        (expected.x0, expected.y0, expected.x1, expected.y1),
        strict=True,
    )
    return all(abs(a - b) <= pixels for a, b in edges)


def test_plain_crop_comes_back_whole():
    assert find_region(TISSUE) == WHOLE


@settings(max_examples=25, deadline=None)
@given(
    left=st.integers(0, 150),
    top=st.integers(0, 90),
    right=st.integers(0, 150),
    bottom=st.integers(0, 90),
)
def test_black_margins_shift_the_box_and_nothing_else(left, top, right, bottom):
    found = find_region(framed(TISSUE, left=left, top=top, right=right, bottom=bottom))
    assert near(found, Region(left, top, left + 420, top + 300))


@settings(max_examples=20, deadline=None)
@given(width=st.integers(60, 300), level=st.integers(0, 120), gap=st.integers(3, 20))
def test_flat_side_panel_with_text_is_left_out(width, level, gap):
    panel = np.full((300, width), level, np.uint8)
    for y in range(40, 280, 25):
        panel = written(panel, "Gn 60", x=4, y=y, scale=0.5)
    frame = np.hstack([panel, np.zeros((300, gap), np.uint8), TISSUE])
    left = width + gap
    assert near(find_region(frame), Region(left, 0, left + 420, 300))


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(0.6, 1.8), gamma=st.floats(0.7, 1.4))
def test_gain_and_gamma_hardly_move_it(gain, gamma):
    frame = framed(TISSUE, left=70, top=12, right=40, bottom=25)
    changed = np.clip(255 * (gain * (frame / 255)) ** gamma, 0, 255).astype(np.uint8)
    assert near(find_region(changed), find_region(frame))


def test_grey_bar_and_ticks_stay_outside():
    frame = framed(TISSUE, left=40, right=60, top=10)
    frame[20:220, 4:20] = np.linspace(255, 0, 200).astype(np.uint8)[:, None]
    for y in range(30, 300, 30):
        frame[y : y + 2, 480:492] = 255
        frame = written(frame, str(y // 30), x=495, y=y + 6, scale=0.5)
    assert near(find_region(frame), Region(40, 10, 460, 310))


def test_thin_grey_bar_one_pixel_beside_the_tissue():
    bar = np.repeat(np.linspace(255, 30, 300).astype(np.uint8)[:, None], 4, axis=1)
    frame = np.hstack([bar, np.zeros((300, 1), np.uint8), TISSUE])
    assert near(find_region(frame), Region(5, 0, 425, 300))


def test_shadow_that_fades_to_black_belongs_to_it():
    fading = speckle(500, 420) * np.clip(1.5 - np.linspace(0, 2.2, 500), 0.012, 1)[:, None]
    found = find_region(framed(np.rint(fading).astype(np.uint8), left=30, right=30))
    assert near(found, Region(30, 0, 450, 500))


def test_upright_shadow_does_not_cut_it():
    shadowed = TISSUE.copy()
    shadowed[30:, 150:230] //= 40
    assert near(find_region(framed(shadowed, left=50, right=20)), Region(50, 0, 470, 300))


def test_ruler_drawn_over_a_side_is_cut_off():
    ruled = TISSUE.copy()
    ruled[40:240, 390:392] = 255
    found = find_region(ruled)
    assert found.x1 in range(375, 390)
    assert (found.x0, found.y0, found.y1) == (0, 0, 300)


def test_white_frame_line_is_cut_off():
    lined = TISSUE.copy()
    lined[:3] = 255
    assert find_region(lined) == Region(0, 3, 420, 300)


def test_sector_gives_its_bounding_box():
    mask = np.zeros((400, 600), np.uint8)
    cv2.ellipse(mask, (300, 20), (330, 330), 90, -40, 40, 1, -1)
    cv2.ellipse(mask, (300, 20), (60, 60), 90, -40, 40, 0, -1)
    frame = speckle(400, 600, bottom=0.8) * mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    truth = Region(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    assert find_region(frame).iou(truth) > 0.85


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((300, 300), np.uint8),
        np.full((300, 300), 90, np.uint8),
        written(np.zeros((300, 300), np.uint8), "SMG LEFT", x=20, y=150),
        framed(TISSUE[:40, :40], left=100, right=100, top=100, bottom=100),
    ],
)
def test_nothing_to_find(frame):
    with pytest.raises(ImageError, match="no ultrasound area of at least 48 x 48"):
        find_region(frame)


# Measured by hand on the enlarged images: half-open x0 y0 x1 y1.
BOXES = {
    "001": "8 10 916 641",  # a bone's shadow makes the right side black from top to bottom
    "003": "8 10 916 641",  # deep part almost black, text across it
    "015": "8 10 916 641",  # lower half black but for speckle of one grey level
    "018": "0 10 921 641",  # enlarged: no margin at the sides
    "023": "8 10 916 641",
    "029": "8 10 916 641",
    "035": "64 10 859 641",  # narrow, logo beside it, text across its edge
    "036": "64 10 859 641",
    "037": "64 10 859 641",
    "048": "0 10 921 641",  # cysts without echoes
    "055": "8 10 916 641",
    "056": "8 10 916 641",
    "076": "0 0 846 584",  # ruler and panel text drawn over the tissue
    "077": "49 0 846 584",
    "081": "49 0 846 584",
    "082": "55 13 846 555",  # white line above, margins on all sides, ruler inside
    "090": "107 0 825 584",
    "095": "107 0 825 584",  # lost contact at the right edge
    "100": "107 0 825 584",  # lost contact at the left, shadow
    "105": "55 13 846 555",
    "106": "55 0 846 584",
    "115": "107 0 825 584",  # dark gel above the skin
    "117": "51 0 846 584",
    "119": "51 0 846 584",
    "124": "107 0 825 584",
    "126": "5 0 606 459",  # grey bar of four columns at the left
    "130": "66 0 561 459",
    "132": "66 0 561 459",  # lost contact at the right edge
    "133": "107 0 520 459",
    "141": "5 0 606 459",
    "160": "5 0 606 459",
    "170": "5 0 606 459",  # lost contact at the left edge
}


@pytest.mark.real
@pytest.mark.parametrize("image_id", BOXES)
def test_difficult_real_images(real_region, image_id):
    expected = Region.parse(BOXES[image_id])
    found = real_region(image_id)
    assert near(found, expected, 4), (found, expected)
    assert found.iou(expected) >= 0.98


@pytest.mark.real
def test_every_real_image(real_image, real_region, real_ids):
    for image_id in real_ids:
        pixels, found = real_image(image_id), real_region(image_id)
        share = found.width * found.height / pixels.size
        assert 0.65 < share <= 1, (image_id, found)
        assert 0.85 < found.width / found.height < 1.7, (image_id, found)
        inside = pixels[found.slices]
        assert (inside.mean(axis=0) > 1).all(), f"{image_id}: a black column inside"
        white = (inside > 230).mean(axis=0)
        assert white.max() < 0.12, f"{image_id}: a ruler inside"
        assert (inside > 2).mean() > 0.25, image_id


@pytest.mark.real
@pytest.mark.parametrize("image_id", ["001", "036", "080", "105", "130", "150"])
def test_real_image_in_a_larger_frame(real_image, real_region, image_id):
    found = find_region(framed(real_image(image_id), left=83, top=41, right=120, bottom=9))
    own = real_region(image_id)
    assert near(found, Region(own.x0 + 83, own.y0 + 41, own.x1 + 83, own.y1 + 41), 9)


@pytest.mark.real
@pytest.mark.parametrize("image_id", ["001", "037", "080", "119", "133", "150"])
def test_crop_of_a_real_image_comes_back_whole(real_image, real_region, image_id):
    crop = real_image(image_id)[real_region(image_id).slices]
    assert near(find_region(crop), Region(0, 0, crop.shape[1], crop.shape[0]), 1)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "box"),
    {
        "pydicomdata_US1_UNCR.dcm": "12 108 623 336",  # two halves, grey bars at the sides
        "pydicom_examples_rgb_color.dcm": "6 54 312 168",
        "pydicom_examples_ybr_color.dcm": "70 30 234 202",  # sector
    }.items(),
)
def test_other_scanners(shared_data, name, box):
    found = find_region(read_image(shared_data / "dicom_us" / name).pixels)
    assert found.iou(Region.parse(box)) > 0.9
