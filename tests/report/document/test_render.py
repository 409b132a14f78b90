from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from sgus.report.document.material import Material
from sgus.report.document.render import html_document
from sgus.report.explore import explore
from tests.report.document.conftest import BASELINES
from tests.report.document.reading import Reader

DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def html(material: Material) -> str:
    return html_document(material)


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    return Reader(html)


def printed(value: float | None, digits: int) -> str:
    """A slow, obvious version of what a number should look like."""
    if value is None:
        return DASH
    if isinstance(value, int):
        return str(value)
    text = f"{value:.{digits}f}"
    negative = text.startswith("-") and text.strip("-0.") != ""
    return (MINUS if negative else "") + text.lstrip("-")


def assert_same(row: Mapping[str, str], figure: Mapping[str, Any], digits: int) -> None:
    assert row["value"].lstrip("+") == printed(figure["value"], digits)
    if figure["low"] is None:
        assert row["ends"] == DASH
    else:
        low, high = row["ends"].split(" to ")
        assert low.lstrip("+") == printed(figure["low"], digits)
        assert high.lstrip("+") == printed(figure["high"], digits)
    assert int(row["images"]) == figure["n_images"]
    assert int(row["patients"]) == figure["n_patients"]
    assert row.get("why", "") == (figure["reason"] or "")
    assert row["few"] == ("few" if figure["n_patients"] < 10 else "")


def of(read: Reader, source: str) -> dict[int, Mapping[str, str]]:
    return {
        int(key.split("/")[1]): row
        for key, row in read.rows.items()
        if key.startswith(f"{source}/")
    }


def check(read: Reader, source: str, figures: Iterable[Mapping[str, Any]], digits: int) -> int:
    listed, rows = list(figures), of(read, source)
    for at, row in rows.items():
        assert_same(row, listed[at], digits)
    return len(rows)


def test_every_figure_of_the_report_is_in_the_document(read: Reader, material: Material) -> None:
    figures = material.report["figures"]
    assert check(read, "all", figures, 4) == len(figures) > 100
    assert check(read, "report", figures, 2) > 40


def test_every_other_figure_is_the_one_it_was_taken_from(read: Reader, material: Material) -> None:
    explored = material.explored
    assert check(read, "curves", explored["curves"]["figures"], 2) == 21
    assert check(read, "temperature", explored["temperature"]["figures"], 2) == 3
    assert check(read, "reliability", explored["reliability"]["figures"], 3) > 10
    assert check(read, "conformal", explored["conformal"]["figures"], 2) > 10
    assert check(read, "patients", explored["patients"]["figures"], 2) > 10
    assert check(read, "subgroups", explored["subgroups"]["figures"], 2) == len(
        explored["subgroups"]["figures"]
    )
    assert check(read, "baselines", BASELINES["figures"], 2) == 1
    assert check(read, "differences", BASELINES["differences"], 3) == 1
    assert of(read, "differences")[0]["value"] == "+0.250"


def test_the_matrices_are_those_of_the_report(read: Reader, material: Material) -> None:
    confusion = material.report["confusion"]
    wanted = {
        f"confusion/{at}": [n for row in matrix["counts"] for n in row]
        for at, matrix in enumerate(confusion)
        if matrix["where"] == "test"
    }
    assert read.counts == wanted
    assert len(wanted) == 6


def test_several_folds_show_each(make_material: Callable[..., Material]) -> None:
    material = make_material("folds")
    read = Reader(html_document(material))
    figures = material.report["figures"]
    folds = [at for at, one in enumerate(figures) if one["where"].startswith("test fold")]
    assert set(folds) <= set(of(read, "report"))
    assert check(read, "all", figures, 4) == len(figures)
    assert "each of the 2 models answers the images of its own fold" in read.text
    assert "No baseline was computed" in read.text


def test_it_is_one_file_without_scripts(html: str, read: Reader) -> None:
    assert not read.tags & {"script", "iframe", "object", "embed", "link", "img", "base", "form"}
    assert all(address.startswith("#") for address in read.addresses)
    assert not re.findall(r"url\(|@import|javascript:|\son\w+=", html)
    assert "default-src 'none'" in html
    ids = re.findall(r'id="(\w+)"', html)
    assert {address[1:] for address in read.addresses} <= set(ids)


def test_it_says_what_it_is_of(read: Reader) -> None:
    assert "Research use only" in read.text
    assert "SYNTHETIC PHANTOM" in read.text
    assert "NaN" not in read.text
    assert "None" not in read.text.replace("None:", "").replace("None computed", "")


def test_images_that_are_not_simulated_carry_no_mark(
    material: Material,
) -> None:
    origin = {**material.report["origin"], "synthetic": False}
    real = replace(material, report={**material.report, "origin": origin}, images=None)
    text = Reader(html_document(real)).text
    assert "SYNTHETIC" not in text
    unknown = {**origin, "synthetic": None}
    silent = replace(material, report={**material.report, "origin": unknown})
    assert "does not say whether its images are simulated" in Reader(html_document(silent)).text


def test_no_patient_is_named(html: str, material: Material) -> None:
    patients = set(material.predictions["patient_id"]) | set(material.predictions["image_id"])
    assert not [name for name in patients if name in html]


HOSTILE = "<script>alert(1)</script>&\"'<b>"


def test_every_name_is_escaped(material: Material) -> None:
    images = material.images.assign(centre=HOSTILE, device=f"x{HOSTILE}")
    facts = {
        **material.facts,
        "cohort": {"name": HOSTILE, "source": HOSTILE, "terms": HOSTILE},
        "split": HOSTILE,
        "scheme": HOSTILE,
        "versions": {HOSTILE: HOSTILE},
        "config": {**material.config, HOSTILE: HOSTILE, "weights": HOSTILE},
    }
    metrics = [{**line, "fold": HOSTILE} for line in material.metrics]
    baselines = {**BASELINES, "caution": HOSTILE, "baselines": [
        {"name": "majority", "title": HOSTILE, "method": HOSTILE}]}  # fmt: skip
    explored = explore(material.predictions, images, n_resamples=60)
    html = html_document(
        replace(
            material, name=HOSTILE, facts=facts, images=images, metrics=metrics,
            baselines=baselines, explored=explored,
        )
    )  # fmt: skip
    read = Reader(html)
    assert not read.tags & {"script", "b"}
    assert read.text.count("<script>alert(1)</script>") >= 12


def test_groups_that_are_no_patients_are_not_called_so(
    material: Material,
) -> None:
    origin = {**material.report["origin"], "patient_unit": "grouping key"}
    html = html_document(replace(material, report={**material.report, "origin": origin}))
    read = Reader(html)
    assert "no number of groups is a number of patients" in read.text
    assert '<th class="n patients">Groups</th>' in html
    assert '">Patients</th>' not in html


def test_without_a_cohort_there_are_reasons(material: Material) -> None:
    explored = explore(material.predictions, None, n_resamples=60)
    bare = replace(material, images=None, explored=explored)
    text = Reader(html_document(bare)).text
    assert "the cohort does not say gland and side of these images" in text


def test_the_same_material_gives_the_same_text(html: str, material: Material) -> None:
    assert html_document(material) == html
