from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images import measure_store
from sgus.images.decode import read_image
from sgus.images.measure_store import Gland, measure_table
from sgus.images.measures import measure
from tests.conftest import speckled

REGION = Region(10, 8, 118, 88)


@pytest.fixture
def glands(tmp_path: Path) -> list[Gland]:
    made = []
    for seed in range(3):
        path, mask = tmp_path / f"{seed}.png", tmp_path / f"mask-{seed}.png"
        Image.fromarray(speckled(seed)).save(path)
        inside = np.zeros((96, 128), np.uint8)
        inside[20:70, 30:100] = 255
        Image.fromarray(inside).save(mask)
        made.append(
            Gland(f"g{seed}", path, sha256_file(path), REGION, 0.4, mask, sha256_file(mask))
        )
    return made


def test_measures_are_those_of_each_picture(glands: list[Gland]) -> None:
    calls: list[tuple[int, int]] = []
    table = measure_table(glands, directory=None, progress=lambda *n: calls.append(n))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    for item in glands:
        mask = np.asarray(Image.open(item.mask_path)) > 0
        pixels = read_image(item.path).pixels
        assert table.found[item.name] == measure(pixels, REGION, mask=mask, spacing_mm=0.4)


def test_what_is_kept_is_not_measured_again(
    glands: list[Gland], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = measure_table(glands, directory=tmp_path / "cache")
    monkeypatch.setattr(measure_store, "measure", None)
    assert measure_table(glands, directory=tmp_path / "cache") == first


@pytest.mark.parametrize("change", ["region", "spacing_mm", "mask_sha256"])
def test_another_area_is_measured_anew(glands: list[Gland], tmp_path: Path, change: str) -> None:
    first = measure_table(glands[:1], directory=tmp_path / "cache")
    new = {"region": Region(10, 8, 110, 80), "spacing_mm": 0.3, "mask_sha256": ""}[change]
    other = replace(glands[0], **{change: new}, **({"mask_path": None} if new == "" else {}))
    second = measure_table([other], directory=tmp_path / "cache")
    assert second.found["g0"] != first.found["g0"]


def test_the_store_does_not_grow_beyond_the_cohort(glands: list[Gland], tmp_path: Path) -> None:
    measure_table(glands, directory=tmp_path / "cache")
    measure_table([replace(glands[0], spacing_mm=0.3)], directory=tmp_path / "cache")
    (path,) = (tmp_path / "cache").iterdir()
    assert path.read_text().count('"by_mask"') == 1


def test_a_damaged_store_is_made_again(glands: list[Gland], tmp_path: Path) -> None:
    first = measure_table(glands, directory=tmp_path / "cache")
    (path,) = (tmp_path / "cache").iterdir()
    whole = path.read_text()
    for damage in ("{", "[1]", whole.replace('"dark_share"', '"dark"')):
        path.write_text(damage)
        assert measure_table(glands[:1], directory=tmp_path / "cache").found == {
            "g0": first.found["g0"]
        }


def test_changed_and_missing_files_are_named_and_the_rest_is_measured(
    glands: list[Gland], tmp_path: Path
) -> None:
    Image.fromarray(speckled(9)).save(glands[0].path)
    glands[1].path.unlink()
    table = measure_table(glands, directory=tmp_path / "cache")
    assert list(table.found) == ["g2"]
    assert "not the one that was imported" in str(table.problems["g0"])
    assert "cannot be read" in str(table.problems["g1"])


def test_a_changed_mask_is_refused(glands: list[Gland]) -> None:
    glands[0].mask_path.write_bytes(glands[1].mask_path.read_bytes() + b"x")
    glands[1].mask_path.unlink()
    table = measure_table(glands, directory=None)
    assert "not the one that was imported" in str(table.problems["g0"])
    assert "mask cannot be read" in str(table.problems["g1"])
