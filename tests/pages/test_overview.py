from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from sgus.ui.overview import LIMITS, PUBLISHED, cohort_lines, published_html
from tests.pages.conftest import ROOT


def overview() -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    return " ".join(block.proto.body for block in test.get("html"))


def test_overview__shows_purpose_grades_limits_and_banner(models: Path) -> None:
    test = overview()
    assert test.title[0].value == "Salivary gland ultrasound, graded and explained"
    text = words(test)
    assert "Research use only" in text
    assert "diffuse inhomogeneity" in text
    assert all(limit in text for limit in LIMITS)


def test_overview__says_what_to_do_without_a_model(models: Path) -> None:
    shown = " ".join(block.value for block in overview().markdown)
    assert "No model is installed yet. Train one with" in shown


def test_overview__shows_models_with_their_figures(add_model: Callable[..., Path]) -> None:
    figure = {"figure": "accuracy", "scope": "four_grades", "value": 0.6, "low": 0.5, "high": 0.7}
    figure |= {"where": "patient-grouped 5-fold", "n_images": 172, "n_patients": 80}
    add_model("good", figures=[figure])
    add_model("bare")
    add_model("simulated", synthetic=True)
    text = words(overview())
    assert "Patient-grouped 5-fold: 172 images, 80 groups" in text
    assert "Accuracy, four grades 0.60 [0.50, 0.70]" in text
    assert "Its description holds no figures" in text
    assert "Trained on simulated images only" in text


def test_overview__names_a_broken_model(add_model: Callable[..., Path]) -> None:
    (add_model("broken") / "model.json").write_text("{")
    assert "not valid JSON" in words(overview())


def test_published__each_figure_has_statistic_and_source() -> None:
    assert all(item.figure and item.statistic and item.source for item in PUBLISHED)
    assert published_html().count("https://doi.org/10.") == len([p for p in PUBLISHED if p.link])


def test_cohort_lines__name_real_and_simulated(tmp_path: Path) -> None:
    for name, text in (
        ("a", '{"name": "<b>A", "synthetic": false, "n_images": 172}'),
        ("b", '{"name": "B", "synthetic": true, "n_images": 3}'),
        ("c", "[]"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cohort.json").write_text(text)
    assert cohort_lines(tmp_path) == [
        "<b>&lt;b&gt;A</b>: 172 real images",
        "<b>B</b>: 3 simulated images",
        "<b>c</b>: its description cannot be read; import it again",
    ]
