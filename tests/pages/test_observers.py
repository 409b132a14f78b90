from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from sgus.stats.agreement.everything import agreement_figures
from sgus.ui.observers.tabs import tabs
from sgus.workflows.observers import uploaded_readings
from tests.made_up import save_small_cohort
from tests.pages.conftest import open_page
from tests.ui.observers.observed import table

TAB = "sgus_observers_tab"


def text_of(test: AppTest) -> str:
    parts = [block.proto.body for block in test.get("html")]
    parts += [
        element.value for kind in (test.markdown, test.caption, test.info) for element in kind
    ]
    return " ".join(parts).replace("\u00a0", " ")


def upload(data: bytes, *, name: str = "table.csv") -> AppTest:
    test = open_page("observers")
    return test.file_uploader[0].set_value([(name, data, "text/csv")]).run()


def view(test: AppTest, name: str) -> AppTest:
    return test.button_group(key=TAB).set_value(name).run()


def headings(test: AppTest) -> list[Any]:
    specs = [json.loads(chart.proto.spec) for chart in test.get("plotly_chart")]
    return [spec["layout"]["title"] for spec in specs]


def titles(test: AppTest) -> list[str]:
    return [heading["text"] for heading in headings(test)]


@pytest.fixture(scope="module")
def readings() -> Any:
    return uploaded_readings(table(), name="table.csv")


def test_observers__without_a_cohort_asks_for_a_table() -> None:
    test = open_page("observers")
    assert not test.exception
    assert "Upload a table of grades" in text_of(test)
    assert not test.get("plotly_chart")


def test_observers__at_a_glance_says_the_figures(readings: Any) -> None:
    test = upload(table())
    assert not test.exception
    said = text_of(test)
    assert "3 readers graded 24 images of 12 patients" in said
    rows = {
        (row.label.statistic, row.label.weights, row.label.form): row
        for row in agreement_figures(readings.readings)
    }
    light = rows["light_kappa", "quadratic", None]
    assert f"{light.value:.2f} (95 % interval {light.low:.2f} to {light.high:.2f})" in said
    assert "Landis and Koch" in said
    assert titles(test) == ["These readers, and published figures of the same statistic"]
    assert "SYNTHETIC" not in said


def test_observers__a_cohort_of_phantoms_says_so_everywhere(data: Path) -> None:
    save_small_cohort(data / "demo")
    test = open_page("observers")
    assert not test.exception
    assert "SYNTHETIC PHANTOM" in text_of(test)
    for name in ("Pairs of readers", "Readers", "Grades"):
        test = view(test, name)
        assert not test.exception
        marks = [heading["subtitle"]["text"] for heading in headings(test)]
        assert marks
        assert set(marks) == {"<b>SYNTHETIC PHANTOM</b>"}


@pytest.mark.parametrize(
    ("name", "shown", "charts"),
    [
        ("Pairs of readers", "sgus-cross", ["Cohen’s kappa, quadratic weights"]),
        ("Readers", "severe, the whole interval lies above 0",
         ["Readers: mean kappa with each other reader, quadratic weights",
          "Severe or lenient: mean grade less that of the others"]),
        ("Grades", "Readers agree least on grade",
         ["When one says it, the other does", "Told from all other grades",
          "How often each reader gives each grade"]),
        ("Same reader twice", "Without repeated readings: C.",
         ["The same reader twice, quadratic weights"]),
        ("All figures", "The same figures on the command line", []),
    ],
)  # fmt: skip
def test_observers__each_view(name: str, shown: str, charts: list[str]) -> None:
    test = view(upload(table()), name)
    assert not test.exception
    assert shown in text_of(test)
    assert titles(test) == charts


def test_observers__every_view_is_there() -> None:
    test = upload(table())
    for name in tabs():
        test = view(test, name)
        assert not test.exception, name


def test_observers__two_readers_by_hand() -> None:
    test = view(upload(table()), "Pairs of readers")
    test = test.selectbox(key="sgus_pairs_first").set_value("B").run()
    assert "Grades of B (down) by grades of A (across)" in text_of(test)
    assert "6 of 24 images both read" in text_of(test)
    test = test.selectbox(key="sgus_pairs_second").set_value("C").run()
    assert "Grades of B (down) by grades of C (across)" in text_of(test)
    # The choice stays after a look at another view.
    test = view(view(test, "Grades"), "Pairs of readers")
    assert "Grades of B (down) by grades of C (across)" in text_of(test)


def test_observers__all_figures_are_filtered(readings: Any) -> None:
    test = view(upload(table()), "All figures")
    n = len(agreement_figures(readings.readings, n_resamples=0))
    assert f"{n:,} of {n:,} figures" in text_of(test)
    test = test.multiselect(key="sgus_all_statistics").set_value(["light_kappa"]).run()
    (shown,) = test.dataframe
    assert set(shown.value["readers"]) == {"all 3"}
    assert f"9 of {n:,} figures" in text_of(test)


def test_observers__no_repeated_readings_says_what_would_show_them() -> None:
    test = view(upload(table(repeats=False)), "Same reader twice")
    assert not test.exception
    assert "image_id, rater_id, grade and reading" in text_of(test)


def test_observers__one_reader_is_no_error_in_any_view() -> None:
    test = upload(table(n_readers=1))
    assert "cannot be said here: only one reader" in text_of(test)
    for name in tabs():
        assert not view(test, name).exception, name


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "table.csv: the file is empty."),
        (b"image_id,A,B\n1,,\n2,,\n", "no cell holds a grade."),
        (b"image_id,A,B\n1,0,7\n2,1,2\n", "7"),
        (bytes(range(256)) * 4, "table.csv: "),
    ],
)
def test_observers__a_bad_table_is_one_sentence(data: bytes, said: str) -> None:
    test = upload(data)
    assert not test.exception
    assert text_of(test).count("sgus-problem") == 1
    assert said in text_of(test)


def test_observers__another_scale() -> None:
    test = upload(b"image_id,A,B\n1,0,4\n2,2,2\n3,4,4\n4,0,0\n")
    assert "sgus-problem" in text_of(test)
    test = test.text_input(key="sgus_observers_scale").set_value("0,2,4").run()
    assert "grades 0, 2, 4" in text_of(test)
    assert "none is shown on another scale" in text_of(test)
    test = test.text_input(key="sgus_observers_scale").set_value("many").run()
    assert "'many' is no list of whole numbers" in text_of(test).replace("&#x27;", "'")
    assert not test.exception


def test_observers__an_uploaded_table_stays_when_the_page_is_left() -> None:
    test = upload(table())
    test = test.switch_page("pages/overview.py").run()
    test = test.switch_page("pages/observers.py").run()
    assert "Shown: table.csv, uploaded earlier in this session." in text_of(test)
    assert "3 readers graded 24 images" in text_of(test)


def test_observers__two_readers_are_told_why_nobody_is_severe() -> None:
    test = view(upload(table(n_readers=2)), "Readers")
    assert not test.exception
    assert "Nobody can be called severe or lenient here: no image of this reader" in text_of(test)
    assert titles(test) == ["Readers: mean kappa with each other reader, quadratic weights"]
    test = (
        test.button_group(key="sgus_readers_against").set_value("the consensus of the others").run()
    )
    assert "There is no such kappa: no image of this reader has a consensus" in text_of(test)
    assert not titles(test)


def test_observers__dawid_skene_of_two_readers_is_not_shown_as_if_it_were_sure() -> None:
    test = view(upload(table(n_readers=2, repeats=False)), "Consensus")
    assert not test.exception
    assert "Do not rely on Dawid-Skene here" in test.warning[0].value
    assert titles(test) == ["Images of each grade, by kind of consensus"]


def test_observers__names_with_markup_are_shown_as_they_are_written() -> None:
    data = b"image_id,<b>A</b>,**B** $x$\n" + b"".join(
        b"%d,%d,%d\n" % (i, i % 4, i % 3) for i in range(9)
    )
    test = view(upload(data, name="![x](y).csv"), "Pairs of readers")
    assert not test.exception
    assert "Images on which &lt;b&gt;A&lt;/b&gt; and **B** $x$ disagree" in text_of(test)
    assert not any("**B**" in heading.value for heading in test.subheader)
    for name in ("Pairs of readers", "Readers", "Grades", "The 0/1 boundary", "Consensus"):
        charts = view(test, name).get("plotly_chart")
        assert charts
        for chart in charts:
            spec = json.loads(chart.proto.spec)
            texts = [
                axis.get("ticktext") or [] for key, axis in spec["layout"].items() if "axis" in key
            ]
            texts.append([one["text"] for one in spec["layout"].get("annotations", [])])
            assert not any("<b>A</b>" in text for group in texts for text in group), name


def test_observers__whether_patients_are_known_stands_in_view() -> None:
    test = upload(b"A,B\n0,0\n1,2\n2,2\n3,3\n")
    said = text_of(test)
    first, second = said.index("Patients are not known"), said.index("There is no column image_id")
    assert first < second
    assert "1 more note on these readings" in [one.label for one in test.expander]


def test_observers__a_saved_figure_says_what_it_rests_on(data: Path) -> None:
    save_small_cohort(data / "demo")
    test = view(open_page("observers"), "Readers")
    for chart in test.get("plotly_chart"):
        along = json.loads(chart.proto.spec)["layout"]["xaxis"]["title"]["text"]
        assert "<br>95 % intervals; 2 readers, " in along


def test_observers__the_command_names_the_column_of_the_patients() -> None:
    test = upload(table().replace(b"patient_id", b"who"))
    test = test.text_input(key="sgus_observers_patients").set_value("who").run()
    test = view(test, "All figures")
    assert "--grades 0,1,2,3 --patient-column who --resamples" in test.code[0].value
