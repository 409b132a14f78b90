from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sgus.review.boundary import boundary
from sgus.ui.charts.export import mark_synthetic
from sgus.ui.confusions.explain import AUC
from sgus.ui.confusions.explain_chart import (
    audit_figure,
    audit_rows,
    deletion_figure,
    key_of,
    made_of,
)
from sgus.ui.confusions.explain_image import images_to_test
from sgus.workflows.audit import read_audit
from sgus.workflows.run_view import open_run
from tests.finished_run import save_cohort, save_run
from tests.workflows.conftest import tiny_network, write_model


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("explain")
    cohort = save_cohort(root / "data" / "made-up", n_patients=10, pictures=True)
    run = save_run(root / "run", cohort, folds=2, evaluated=False)
    for number in (1, 2):
        write_model(run / "folds" / str(number) / "model", tiny_network(number))
    return run


@pytest.fixture(autouse=True)
def few(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGUS_DATA", str(run.parent / "data"))
    monkeypatch.setattr("sgus.train.baselines.N_TREES", 20)


def script(directory: str) -> None:
    from pathlib import Path

    from sgus.review.boundary import boundary
    from sgus.ui.confusions.explain import show
    from sgus.workflows.run_view import open_run

    show(open_run(Path(directory)), boundary("0/1"))


def test_a_run_is_audited_and_a_map_tested_from_the_page(run: Path) -> None:
    page = AppTest.from_function(script, args=(str(run),), default_timeout=120).run()
    assert not page.exception
    assert "has not been audited" in page.info[0].value
    page.button(key="confusions-audit").click().run()
    assert not page.exception
    found = read_audit(run)
    assert found is not None
    said = [box.value for box in (*page.error, *page.success)]
    assert any(text.removeprefix("**Alarm.** ")[:8] in str(found) + "No alarm" for text in said)
    headings = [one.value for one in page.subheader]
    assert headings == [
        "Shortcut audit", "Can the maps of 0 v 1 be believed?", "The map of one image, tested",
    ]  # fmt: skip
    page.button(key="confusions-map-test").click().run()
    assert not page.exception
    name = images_to_test(open_run(run), boundary("0/1"))[0]
    assert any(f"**{name}**: what spoke for grade" in text.value for text in page.markdown)
    assert AUC in [one.value for one in page.caption]
    _charts(found)


def _charts(found: dict) -> None:
    key = key_of("stage2a")
    drawn = audit_figure(found, key)
    assert len(drawn.data[0].y) == len([r for r in audit_rows(found, key) if r["value"]])
    assert drawn.layout.shapes[0].x0 == 0.5
    n, people = (audit_rows(found, key)[0][name] for name in ("images", "patients"))
    assert drawn.layout.title.subtitle.text == f"{n} images of {people} patients"
    mark_synthetic(drawn)
    below = drawn.layout.title.subtitle.text
    assert below == f"<b>SYNTHETIC PHANTOM</b> {n} images of {people} patients"
    assert key_of("stage2b") == ("four_grades", "quadratic_kappa")


def test_images_called_wrongly_come_first(run: Path) -> None:
    view = open_run(run)
    names = images_to_test(view, boundary("0/1"))
    rows = view.predictions.set_index("image_id")
    right = [(rows.at[n, "grade"] >= 1) == (rows.at[n, "predicted"] >= 1) for n in names]
    assert right == sorted(right)
    assert all({rows.at[n, "grade"], rows.at[n, "predicted"]} & {0, 1} for n in names)


def test_what_a_chart_is_made_from() -> None:
    rows = [{"images": 40, "patients": 9}, {"images": 38, "patients": 9}]
    assert made_of(rows[:1], "patient") == "40 images of 9 patients"
    assert made_of(rows, "grouping key") == "38 to 40 images of 9 groups"
    assert made_of([], "patient") == "no image"


def test_curves_are_drawn_as_they_are() -> None:
    curves = np.array([[0.9, 0.4, 0.3], [0.9, 0.6, 0.3], [0.9, 0.8, 0.3]])
    drawn = deletion_figure(curves)
    assert [list(line.y) for line in drawn.data] == curves.tolist()
    assert list(drawn.data[0].x) == [0.0, 50.0, 100.0]
