"""What is shown of real images: the ultrasound alone, with nothing to read in it or beside it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.images.text import text_mask
from sgus.workflows.adjudication_pictures import shown_picture
from sgus.workflows.adjudication_store import cohort_of
from tests.workflows.adjudicated import HEIGHT, WIDTH, save_cohort


@pytest.mark.real
def test_no_writing_and_no_margin_on_real_images(real_cohort):
    images = real_cohort.images
    for row in range(0, len(images), 9):
        shown = shown_picture(real_cohort, row)
        picture = Image.open(io.BytesIO(shown.data))
        pixels = np.asarray(picture)
        region = Region.parse(images["region"].iat[row])
        assert pixels.shape == (region.height, region.width) == (shown.height_px, shown.width_px)
        assert not text_mask(pixels, Region(0, 0, region.width, region.height)).any()
        assert picture.info == {}
        assert (shown.sha256, shown.synthetic) == (images["sha256"].iat[row], False)


def test_an_image_without_a_region_shows_the_area_that_is_found(tmp_path):
    root = save_cohort(tmp_path / "cohort")
    lines = (root / "images.csv").read_text().splitlines()
    head, *rows = (line.split(",") for line in lines)
    at = head.index("region")
    rows[0][at], rows[1][at], rows[2][at] = "", "5000 5000 6000 6000", "20 20 9999 9999"
    (root / "images.csv").write_text("\n".join(map(",".join, [head, *rows])) + "\n")
    cohort = cohort_of(root)
    found = shown_picture(cohort, 0)
    assert abs(found.width_px - WIDTH) <= 8
    assert abs(found.height_px - HEIGHT) <= 8
    with pytest.raises(ImageError, match="region lies outside the picture"):
        shown_picture(cohort, 1)
    assert shown_picture(cohort, 2).width_px == WIDTH + 20  # cut to the picture


def test_a_cohort_is_read_again_when_its_table_changes(tmp_path):
    root = save_cohort(tmp_path / "cohort")
    one = cohort_of(root)
    assert cohort_of(root) is one
    text = (root / "images.csv").read_text()
    (root / "images.csv").write_text(text.replace("idevice", "other-device"))
    assert set(cohort_of(root).images["device"]) == {"other-device"}
    assert cohort_of(root).manifest_hash != one.manifest_hash
