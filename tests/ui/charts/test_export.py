from __future__ import annotations

import csv
import io
import json

import plotly.graph_objects as go
import pytest

from sgus.ui.charts.export import (
    file_stem,
    json_bytes,
    mark_synthetic,
    picture_config,
    rows_csv,
)


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_rows_csv__full_digits_empty_cells_and_no_formulas() -> None:
    rows = [
        {"reader": "=2+3", "kappa": 0.1 + 0.2, "low": None, "raters": ("A", "B")},
        {"reader": "Ünal", "kappa": -0.25, "extra": 1},
    ]
    data = rows_csv(rows, synthetic=False)
    assert data.startswith(b"\xef\xbb\xbfreader,kappa,low,raters,extra\n")
    first, second = read(data)
    assert first == {
        "reader": "'=2+3", "kappa": "0.30000000000000004", "low": "", "raters": "A; B", "extra": "",
    }  # fmt: skip
    assert second["reader"] == "Ünal"
    assert float(second["kappa"]) == -0.25


def test_rows_csv__phantoms_say_so_in_every_row() -> None:
    rows = read(rows_csv([{"a": 1}, {"a": 2}], synthetic=True))
    assert [row["data"] for row in rows] == ["SYNTHETIC PHANTOM"] * 2
    assert "data" not in read(rows_csv([{"a": 1}], synthetic=None))[0]


def test_rows_csv__nothing_to_write() -> None:
    assert read(rows_csv([], synthetic=False)) == []


@pytest.mark.parametrize(("form", "scale"), [("PNG", 3), ("SVG", None)])
def test_picture_config__holds_the_camera_alone(form: str, scale: int | None) -> None:
    config = picture_config("pairs", form)
    assert config["modeBarButtons"] == [["toImage"]]
    assert config["displayModeBar"] is True
    options = config["toImageButtonOptions"]
    assert (options["format"], options["filename"]) == (form.lower(), "pairs")
    assert options.get("scale") == scale


def test_file_stem__says_phantoms_once() -> None:
    assert file_stem("pairs", synthetic=None) == "pairs"
    once = file_stem("pairs", synthetic=True)
    assert once == "synthetic-phantom-pairs"
    assert file_stem(once, synthetic=True) == once


def test_mark_synthetic__is_below_the_title() -> None:
    figure = go.Figure(layout={"title": {"text": "Pairs"}})
    mark_synthetic(figure)
    assert figure.layout.title.text == "Pairs"
    assert figure.layout.title.subtitle.text == "<b>SYNTHETIC PHANTOM</b>"
    bare = go.Figure()
    mark_synthetic(bare)
    assert bare.layout.title.text == "<b>SYNTHETIC PHANTOM</b>"


def test_json_bytes__refuses_what_is_no_json() -> None:
    assert json.loads(json_bytes({"a": [1, None]})) == {"a": [1, None]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"a": float("nan")})
