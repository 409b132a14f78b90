from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import SgusError
from sgus.explain.overlay import overlay
from sgus.images.decode import decode_image, read_image
from sgus.phantom.export import with_mark
from sgus.workflows.cam_files import NOTICE, plan_cam_files, write_cam_files
from sgus.workflows.grading import GradedImage, Grader
from tests.made_up import encoded, marked, ultrasound


@pytest.fixture
def graded(model_dir: Path, scans: Path) -> GradedImage:
    return Grader.load(model_dir).grade(read_image(scans / "001.png"))


def test_write_cam_files__shows_the_window_plain_and_under_its_map(
    graded: GradedImage, tmp_path: Path
) -> None:
    paths = write_cam_files(tmp_path / "maps", graded, stem="001")
    names = ["001-stage1.png", "001-stage2a.png", "001-stage2b.png"]
    assert [path.name for path in paths] == names
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == names
    shown = np.asarray(Image.open(paths[1]))
    height, width = graded.window.height, graded.window.width
    assert shown.shape == (height, 2 * width, 3)
    grey = graded.pixels[graded.window.slices]
    assert (shown[:, :width] == grey[:, :, None]).all()
    assert np.array_equal(shown[:, width:], overlay(grey, graded.cams["stage2a"]))


def test_write_cam_files__says_in_the_file_what_it_is(graded: GradedImage, tmp_path: Path) -> None:
    path, *_ = write_cam_files(tmp_path, graded, stem="001")
    facts = Image.open(path).text
    assert facts["Warning"] == NOTICE
    assert "Research use only" in NOTICE
    assert graded.sha256 in facts["Source"]
    assert facts["Software"] == graded.model
    side = "higher" if graded.stages["stage1"] > 0.5 else "lower"
    assert facts["Title"] == f"Grad-CAM of stage1 (0/1 v 2/3) for its {side} side"


def test_plan_cam_files__refuses_two_images_of_one_name(tmp_path: Path) -> None:
    files = [Path("a/001.jpg"), Path("b/001.png"), Path("b/002.png")]
    with pytest.raises(SgusError, match="several images would be called 001"):
        plan_cam_files(tmp_path, files, force=True)


def test_plan_cam_files__refuses_to_replace_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "Scan-stage2b.png").write_bytes(b"earlier")
    with pytest.raises(SgusError, match=r"there already \(scan-stage2b.png\).* add --force"):
        plan_cam_files(tmp_path, [Path("Scan.jpg")], force=False)
    plan_cam_files(tmp_path, [Path("Scan.jpg")], force=True)
    plan_cam_files(tmp_path, [Path("other.jpg")], force=False)


def test_write_cam_files__of_a_phantom_say_so_in_picture_and_file(
    model_dir: Path, tmp_path: Path
) -> None:
    grader = Grader.load(model_dir)
    picture = ultrasound()
    real = grader.grade(decode_image(encoded(picture), name="a.png"))
    phantom = grader.grade(decode_image(marked(picture), name="p.png"))
    (plain, *_) = write_cam_files(tmp_path / "real", real, stem="a")
    (stamped, *_) = write_cam_files(tmp_path / "phantom", phantom, stem="p")
    before, after = np.asarray(Image.open(plain)), np.asarray(Image.open(stamped))
    assert np.array_equal(after[: len(before)], before)
    assert np.array_equal(after, with_mark(before))
    assert "SYNTHETIC" not in Image.open(plain).text["Comment"]
    assert Image.open(stamped).text["Comment"].startswith("SYNTHETIC PHANTOM: ")
    assert decode_image(stamped.read_bytes(), name="map").synthetic
