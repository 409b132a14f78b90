from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from sgus.core.region import Region
from sgus.ui import engine
from tests.fakes import FakeEngine
from tests.made_up import encoded, hostile, marked, save_small_cohort, ultrasound, unusual
from tests.pages.conftest import open_page

Upload = Callable[[dict[str, bytes]], AppTest]


def html_of(test: AppTest) -> list[str]:
    return [block.proto.body.replace("\u00a0", " ") for block in test.get("html")]


def problems(test: AppTest) -> list[str]:
    boxes = re.compile(r'role="alert">(.*?)</div>', re.DOTALL)
    return boxes.findall(" ".join(html_of(test)))


def table(test: AppTest) -> list[dict[str, object]]:
    frame = test.dataframe[0].value
    return frame.to_dict("records")


def test_grade__says_what_to_do_without_a_model(models: Path) -> None:
    test = open_page("grade")
    assert not test.exception
    assert "No model is installed yet" in test.info[0].value
    assert not test.file_uploader


def test_grade__says_what_will_come(grade_page: Upload) -> None:
    test = grade_page({})
    assert not test.exception
    assert any("Three decisions" in text for text in html_of(test))


def test_grade__one_image(grade_page: Upload, fake: FakeEngine) -> None:
    test = grade_page({"a.png": encoded(ultrasound())})
    assert not test.exception
    text = " ".join(html_of(test))
    assert "The model finds grade" in text
    assert "ask a trained reader" in text
    assert [head.value for head in test.main.subheader] == [
        "How it came to the grade",
        "Where each stage looked",
        "All results",
    ]
    captions = [block.value for block in test.markdown if block.value.startswith("**Stage")]
    assert [text.split(":")[0] for text in captions] == ["**Stage 1", "**Stage 2a", "**Stage 2b"]
    row = table(test)[0]
    assert row["image"] == "a.png"
    assert sum(float(row[f"p{grade}"]) for grade in range(4)) == pytest.approx(1, abs=2e-4)
    assert [call[2] for call in fake.calls] == [False, True]


def test_grade__unusual_files_are_graded(grade_page: Upload) -> None:
    files = unusual()
    test = grade_page(files)
    assert not test.exception
    assert problems(test) == []
    assert [row["image"] for row in table(test)] == list(files)


def test_grade__bad_files_are_sentences_and_stop_nothing(grade_page: Upload) -> None:
    bad = hostile()
    test = grade_page(
        {"first.png": encoded(ultrasound()), **bad, "last.png": encoded(ultrasound(9))}
    )
    assert not test.exception
    said = problems(test)
    assert len(said) == len(bad)
    for name, sentence in zip(bad, said, strict=True):
        assert name in sentence
        assert "Traceback" not in sentence
        assert sentence.endswith(".")
    graded = [row["image"] for row in table(test) if row["grade"] in (0, 1, 2, 3)]
    assert graded == ["first.png", "last.png"]


def test_grade__many_bad_files_are_summed_up(grade_page: Upload) -> None:
    test = grade_page({f"{i}.txt": b"x" * i for i in range(1, 13)})
    assert len(problems(test)) == 9
    assert "4 more files could not be graded" in problems(test)[-1]


def test_grade__names_cannot_smuggle_markup(grade_page: Upload) -> None:
    test = grade_page({"<img src=x onerror=alert(1)>.txt": b"x", "<b>a.png": encoded(ultrasound())})
    assert not any("<img src=x" in text for text in html_of(test))
    assert not any("<b>a.png" in text for text in html_of(test))


def test_grade__several_images_are_stepped_through(grade_page: Upload) -> None:
    test = grade_page({f"{i}.png": encoded(ultrasound(i)) for i in range(3)})

    def shown() -> str:
        return next(text for text in html_of(test) if "sgus-name" in text)

    assert "0.png" in shown()
    assert "(3 of 3 graded)" in test.selectbox[0].label
    button = next(b for b in test.button if b.label == "Previous")
    test = button.click().run()
    assert "2.png" in shown()
    test = next(b for b in test.button if b.label == "Next").click().run()
    assert "0.png" in shown()


def test_grade__a_moved_region_grades_again(grade_page: Upload, fake: FakeEngine) -> None:
    test = grade_page({"a.png": encoded(ultrasound())})
    before = table(test)[0]
    sliders = {slider.label.split()[0]: slider for slider in test.slider}
    test = sliders["Left"].set_value((100, 400)).run()
    assert not test.exception
    after = table(test)[0]
    assert after["region"] == "100 4 400 356"
    assert after["region_by"] == "hand"
    assert after["p0"] != before["p0"]
    assert fake.calls[-1][1] == Region(100, 4, 400, 356)
    back = next(b for b in test.button if b.label == "Back to the region found")
    assert table(back.click().run())[0] == before


def test_grade__too_small_a_region_changes_nothing(grade_page: Upload, fake: FakeEngine) -> None:
    test = grade_page({"a.png": encoded(ultrasound())})
    calls = len(fake.calls)
    slider = next(s for s in test.slider if s.label.startswith("Top"))
    test = slider.set_value((100, 120)).run()
    assert "at least 64 pixels" in test.toast[0].value
    assert len(fake.calls) == calls


def test_grade__without_a_region_a_person_can_set_it(grade_page: Upload) -> None:
    picture = ultrasound()
    picture.paste(0, (0, 0, 40, picture.height))
    test = grade_page({"a.png": encoded(picture)})
    assert not test.exception
    assert "No ultrasound area was found. Set it by hand." in problems(test)[0]
    slider = next(s for s in test.slider if s.label.startswith("Left"))
    test = slider.set_value((50, 400)).run()
    assert problems(test) == []
    assert table(test)[0]["region_by"] == "hand"


def test_grade__opacity_does_not_grade_again(grade_page: Upload, fake: FakeEngine) -> None:
    test = grade_page({"a.png": encoded(ultrasound())})
    calls = len(fake.calls)
    test.slider(key="sgus_opacity").set_value(0).run()
    assert not test.exception
    assert len(fake.calls) == calls


def test_grade__a_model_that_cannot_load_is_a_sentence(add_model: Callable[..., Path]) -> None:
    st.cache_resource.clear()
    add_model("damaged")
    test = open_page("grade")
    test.file_uploader[0].set_value([("a.png", encoded(ultrasound()), "image/png")])
    test = test.run()
    assert not test.exception
    assert "Error" not in problems(test)[0]
    assert "model.json" in problems(test)[0]


def test_grade__another_model_grades_again(
    grade_page: Upload, add_model: Callable[..., Path], fake: FakeEngine
) -> None:
    add_model("second")
    test = grade_page({"a.png": encoded(ultrasound())})
    calls = len(fake.calls)
    choice = next(box for box in test.sidebar.selectbox if box.label == "Model")
    test = choice.set_value(1).run()
    assert not test.exception
    assert len(fake.calls) > calls


def test_grade__images_stay_when_the_page_is_left(grade_page: Upload) -> None:
    test = grade_page({"a.png": encoded(ultrasound())})
    test = test.switch_page("pages/overview.py").run()
    test = test.switch_page("pages/grade.py").run()
    assert [row["image"] for row in table(test)] == ["a.png"]
    test = next(b for b in test.button if b.label == "Clear all images").click().run()
    assert not test.exception
    assert not test.dataframe


def test_engine__is_loaded_once_and_again_for_new_weights(
    add_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sgus.ui.models import read_facts

    st.cache_resource.clear()
    loaded: list[Path] = []
    monkeypatch.setattr(engine, "make_engine", lambda path: loaded.append(path) or FakeEngine())
    directory = add_model("m")
    first = engine.load_engine(read_facts(directory))
    assert engine.load_engine(read_facts(directory)) is first
    (directory / "model.safetensors").write_bytes(b"new weights")
    assert engine.load_engine(read_facts(directory)) is not first
    assert loaded == [directory, directory]


def test_grade__an_image_the_model_learnt_from_is_no_test_of_it(
    grade_page: Upload, fake: FakeEngine
) -> None:
    files = {"a.png": encoded(ultrasound())}
    assert "learnt from this very image" not in " ".join(html_of(grade_page(files)))
    fake.learnt = True
    st.cache_resource.clear()
    assert "The model learnt from this very image" in " ".join(html_of(grade_page(files)))


def test_grade__a_phantom_is_called_one_everywhere(grade_page: Upload) -> None:
    test = grade_page({"p.png": marked(ultrasound()), "a.png": encoded(ultrasound(5))})
    text = " ".join(html_of(test))
    assert "SYNTHETIC PHANTOM" in text
    assert "The image is simulated and the model learnt from real ones" in text
    assert [row["kind"] for row in table(test)] == ["synthetic phantom", "image"]
    test = next(b for b in test.button if b.label == "Next").click().run()
    text = " ".join(html_of(test))
    assert "SYNTHETIC PHANTOM" not in text
    assert "is simulated" not in text


def test_grade__a_model_of_phantoms_warns_on_a_real_image(
    grade_page: Upload, fake: FakeEngine
) -> None:
    fake.model_synthetic = True
    text = " ".join(html_of(grade_page({"a.png": encoded(ultrasound())})))
    assert "This model learnt from simulated images only: on a real image" in text


def test_grade__the_model_of_real_images_is_offered_first(
    grade_page: Upload, add_model: Callable[..., Path]
) -> None:
    add_model("a-phantoms", synthetic=True)
    test = grade_page({})
    choice = next(box for box in test.sidebar.selectbox if box.label == "Model")
    assert choice.options == ["Real: made-up", "Phantoms: a-phantoms"]
    assert choice.value == 0
    assert "Learnt from real images." in " ".join(html_of(test))
    text = " ".join(html_of(choice.set_value(1).run()))
    assert "Learnt from simulated images (phantoms) only" in text


def sample_button(test: AppTest) -> list[Any]:
    return [b for b in test.button if b.label.startswith("Try an image of the demo cohort")]


def test_grade__an_image_of_the_demo_cohort_can_be_tried(grade_page: Upload, data: Path) -> None:
    save_small_cohort(data / "demo")
    test = grade_page({})
    test = sample_button(test)[0].click().run()
    assert not test.exception
    assert [(row["image"], row["kind"]) for row in table(test)] == [("i0.png", "synthetic phantom")]
    assert "Grade of this image in the cohort: 0; simulated" in " ".join(html_of(test))
    test = sample_button(test)[0].click().run()
    assert [row["image"] for row in table(test)] == ["i0.png", "i1.png"]
    shown = " ".join(html_of(test))
    assert "Grade of this image in the cohort: 1" in shown
    assert "Grade of this image in the cohort: 0" not in shown


def test_grade__no_cohort_and_no_cohort_of_people_is_offered(
    grade_page: Upload, data: Path
) -> None:
    assert not sample_button(grade_page({}))
    save_small_cohort(data / "people", synthetic=False)
    assert not sample_button(grade_page({}))


def test_grade__a_sample_that_cannot_be_read_is_a_sentence(grade_page: Upload, data: Path) -> None:
    save_small_cohort(data / "demo")
    (data / "demo" / "images" / "i0.png").unlink()
    test = sample_button(grade_page({}))[0].click().run()
    assert not test.exception
    assert problems(test) == ["small: the image cannot be read. Make the cohort again."]
