from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import percentileofscore, spearmanr

from sgus.core.errors import CohortError, ImageError
from sgus.core.files import sha256_file
from sgus.core.region import Region
from sgus.images.decode import read_image
from sgus.images.measures import NAMES, measure
from sgus.workflows.look_measures import measure_trends, measures_of
from tests.finished_run import save_cohort

IMAGE = "P05-parotid-right"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Never changed."""
    folder = tmp_path_factory.mktemp("whole")
    return save_cohort(folder / "made-up", n_patients=20, pictures=True)


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    return save_cohort(tmp_path / "made-up", n_patients=8, pictures=True)


def change(cohort: Path, **columns: object) -> pd.DataFrame:
    table = pd.read_csv(cohort / "images.csv", dtype=str)
    for name, value in columns.items():
        table[name] = value
    table.to_csv(cohort / "images.csv", index=False)
    return table


@pytest.fixture(scope="module")
def values(whole: Path) -> pd.DataFrame:
    table = pd.read_csv(whole / "images.csv")
    found = [
        measure(read_image(whole / path).pixels, Region(10, 8, 118, 88)).values
        for path in table["path"]
    ]
    return table.join(pd.DataFrame(found))


@pytest.mark.parametrize("same_gland", [False, True])
def test_an_image_is_placed_among_those_of_other_patients(
    whole: Path, values: pd.DataFrame, same_gland: bool
) -> None:
    found = measures_of(whole, IMAGE, same_gland=same_gland)
    own = values.set_index("image_id").loc[IMAGE]
    others = values[values["patient_id"] != "P05"]
    if same_gland:
        others = others[others["gland"] == "parotid"]
    assert [one.name for one in found.measures] == list(NAMES)
    for one in found.measures:
        assert one.value == pytest.approx(own[one.name])
        assert [place.grade for place in one.places] == [0, 1, 2, 3]
        for place in one.places:
            here = others[others["grade"] == place.grade]
            if len(here) >= 5:
                expected = percentileofscore(here[one.name], own[one.name], kind="mean")
                assert place.percentile == pytest.approx(expected)
            assert place.n_images == len(here)
            assert place.n_patients == here["patient_id"].nunique()
    n, patients = len(others), others["patient_id"].nunique()
    kind = " of the same gland (parotid)" if same_gland else ""
    said = f"Compared with {n} graded images{kind} of {patients} other patients."
    assert found.compared_words == said
    assert not found.by_mask
    assert "central part" in found.area_words
    assert "45 mm wide" in found.area_words
    assert found.synthetic


def test_a_mask_and_a_spacing_are_used_and_said(cohort: Path) -> None:
    inside = np.zeros((96, 128), np.uint8)
    inside[20:70, 30:100] = 255
    Image.fromarray(inside).save(cohort / "mask.png")
    change(
        cohort, mask_path="mask.png", mask_sha256=sha256_file(cohort / "mask.png"), spacing_mm="0.4"
    )
    found = measures_of(cohort, IMAGE)
    pixels = read_image(cohort / "images" / f"{IMAGE}.png").pixels
    expected = measure(pixels, Region(10, 8, 118, 88), mask=inside > 0, spacing_mm=0.4)
    assert {one.name: one.value for one in found.measures} == expected.values
    assert found.by_mask
    assert found.area_words == (
        "Measured inside the mask of the gland; millimetres by the file's pixel spacing."
    )


def test_a_mask_outside_the_cohort_is_not_opened(cohort: Path) -> None:
    change(cohort, mask_path="../secret.png")
    assert not measures_of(cohort, IMAGE).by_mask


def test_what_cannot_be_measured_has_a_reason_and_no_place(cohort: Path) -> None:
    Image.fromarray(np.full((96, 128), 255, np.uint8)).save(cohort / "mask.png")
    change(cohort, mask_path="mask.png")
    echo = next(one for one in measures_of(cohort, IMAGE).measures if one.name == "echogenicity")
    assert echo.value is None
    assert "too little tissue" in echo.reason
    assert echo.places == ()
    trend = measure_trends(cohort)["echogenicity"]
    assert (trend.rho, trend.n_images) == (None, 0)


def test_an_ungraded_image_is_placed_and_not_compared_with(cohort: Path) -> None:
    table = change(cohort)
    table.loc[table["image_id"].isin([IMAGE, "P06-parotid-left"]), "grade"] = ""
    table.loc[table["image_id"] == "P07-parotid-left", "excluded"] = "true"
    table.loc[table["image_id"] == "P07-parotid-left", "exclusion_reason"] = "blurred"
    table.to_csv(cohort / "images.csv", index=False)
    assert f"{24 - 3 - 2} graded images" in measures_of(cohort, IMAGE).compared_words


def test_trends_are_those_of_scipy(whole: Path, values: pd.DataFrame) -> None:
    for gland in ("", "submandibular"):
        here = values[values["gland"] == gland] if gland else values
        for name, trend in measure_trends(whole, gland=gland).items():
            if trend.rho is None:
                assert here[name].nunique() == 1
                continue
            assert trend.rho == pytest.approx(spearmanr(here[name], here["grade"]).statistic)
            assert (trend.n_images, trend.n_patients) == (len(here), here["patient_id"].nunique())


def test_other_images_that_cannot_be_read_are_counted(cohort: Path) -> None:
    (cohort / "images" / "P06-parotid-left.png").write_bytes(b"no image")
    found = measures_of(cohort, IMAGE)
    assert found.compared_words.endswith("1 images of the cohort could not be measured.")
    with pytest.raises(ImageError, match="P06-parotid-left"):
        measures_of(cohort, "P06-parotid-left")


def test_what_is_not_there_or_excluded_is_refused(cohort: Path) -> None:
    with pytest.raises(CohortError, match="it is not in made-up"):
        measures_of(cohort, "nobody")
    table = change(cohort)
    table.loc[0, ["excluded", "exclusion_reason"]] = ["true", "blurred"]
    table.loc[1, "region"] = ""
    table.to_csv(cohort / "images.csv", index=False)
    with pytest.raises(CohortError, match="it is excluded"):
        measures_of(cohort, str(table["image_id"][0]))
    with pytest.raises(CohortError, match="no ultrasound region"):
        measures_of(cohort, str(table["image_id"][1]))


def test_figures_are_kept_in_the_cohort(cohort: Path) -> None:
    calls: list[tuple[int, int]] = []
    measures_of(cohort, IMAGE, progress=lambda *n: calls.append(n))
    assert calls[-1] == (24, 24)
    calls.clear()
    measures_of(cohort, "P06-parotid-left", progress=lambda *n: calls.append(n))
    assert calls == []
    (kept,) = (cohort / "cache").glob("measures-*.json")
    assert len(json.loads(kept.read_text())) == 24
