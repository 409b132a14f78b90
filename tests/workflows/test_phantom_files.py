from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgus.cohort.duplicates import HASH_COLUMN
from sgus.core.errors import CohortError
from sgus.core.files import sha256_bytes
from sgus.phantom.protocols import make_plan
from sgus.phantom.request import PhantomRequest
from sgus.workflows.phantom_files import make_image, write_images
from tests.phantom_fakes import dying_simulate, fake_simulate

PLAN = make_plan("demo", patients=2, seed=0)


def test_make_image__says_that_it_is_synthetic_and_how_to_make_it_again() -> None:
    made = make_image(PLAN.images[0], simulate=fake_simulate)
    picture = Image.open(io.BytesIO(made.image))
    assert picture.mode == "L"
    assert picture.info["Comment"].startswith("SYNTHETIC PHANTOM")
    values = json.loads(picture.info["sgus"].removeprefix("SYNTHETIC PHANTOM"))
    assert PhantomRequest.parse(values) == PLAN.images[0].request


def test_make_image__pixels_and_mask_are_those_simulated() -> None:
    made = make_image(PLAN.images[0], simulate=fake_simulate)
    phantom = fake_simulate(PLAN.images[0].request)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(made.image))), phantom.pixels)
    mask = np.asarray(Image.open(io.BytesIO(made.mask)).convert("L"))
    assert np.array_equal(mask, np.where(phantom.mask, 255, 0))


def test_make_image__what_it_says_of_the_files() -> None:
    made = make_image(PLAN.images[0], simulate=fake_simulate)
    assert made.cells.pop(HASH_COLUMN)
    assert made.cells == {
        "path": "images/P0001-parotid-left-1.png",
        "sha256": sha256_bytes(made.image),
        "device_class": "high_end",
        "width_px": "128",
        "height_px": "96",
        "spacing_mm": "0.4",
        "region": "16 8 112 88",
        "mask_path": "masks/P0001-parotid-left-1.png",
        "mask_sha256": sha256_bytes(made.mask),
    }


def test_write_images__does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    said: list[tuple[int, int]] = []
    cells = []
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        folder.mkdir()
        cells.append(
            write_images(
                PLAN.images,
                folder,
                processes=processes,
                progress=lambda *now: said.append(now),
                simulate=fake_simulate,
            )
        )
    assert cells[0] == cells[1]
    n = len(PLAN.images)
    assert said == [(done, n) for done in range(1, n + 1)] * 2
    for image in PLAN.images:
        for kind in ("images", "masks"):
            one, two = (tmp_path / p / kind / f"{image.image_id}.png" for p in "12")
            assert one.read_bytes() == two.read_bytes()


def test_write_images__a_process_that_dies(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="2 processes: a process ended before its work was done"):
        write_images(PLAN.images, tmp_path, processes=2, simulate=dying_simulate)
