from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from sgus.ui.overview import LIMITS, PUBLISHED, published_html
from tests.made_up import save_small_cohort
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
    assert "Learnt from simulated images (phantoms) only" in text


def test_overview__names_a_broken_model(add_model: Callable[..., Path]) -> None:
    (add_model("broken") / "model.json").write_text("{")
    assert "not valid JSON" in words(overview())


def test_published__each_figure_has_statistic_and_source() -> None:
    assert all(item.figure and item.statistic and item.source for item in PUBLISHED)
    assert published_html().count("https://doi.org/10.") == len([p for p in PUBLISHED if p.link])


def test_overview__shows_cohorts_with_their_grades_and_what_to_do_next(
    models: Path, data: Path
) -> None:
    assert "None yet." in words(overview())
    save_small_cohort(data / "demo")
    save_small_cohort(data / "people", synthetic=False)
    (data / "broken").mkdir()
    (data / "broken" / "cohort.json").write_text("{")
    text = words(overview())
    assert text.count("SYNTHETIC PHANTOM") == 1
    assert "6 simulated images, 3 simulated patients, 1 images excluded, 2 readers (12" in text
    assert "<td>submandibular</td><td>0</td><td>1</td><td>0</td><td>2</td><td>0</td>" in text
    assert "python -m sgus split data/demo --scheme kfold" in text
    assert "broken: the file is not valid JSON" in text


def test_overview__a_cohort_that_changes_is_read_again(models: Path, data: Path) -> None:
    save_small_cohort(data / "demo")
    assert "python -m sgus split data/demo" in words(overview())
    (data / "demo" / "splits").mkdir()
    (data / "demo" / "splits" / "mine.json").write_text("{}")
    assert "python -m sgus train data/demo --split mine" in words(overview())


def test_overview__names_of_cohorts_cannot_smuggle_markup(models: Path, data: Path) -> None:
    save_small_cohort(data / "a")
    description = data / "a" / "cohort.json"
    description.write_text(description.read_text().replace("small", "<b>A"))
    assert "<h4>&lt;b&gt;A " in words(overview())
