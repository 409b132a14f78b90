from __future__ import annotations

from dataclasses import replace

from sgus.report.document.claim import KNOWN, PARTLY, PERSON, claim_answers
from sgus.report.document.claim_items import ITEMS
from sgus.report.document.material import Material
from sgus.report.document.render import html_document
from tests.report.document.reading import Reader


def test_the_checklist_has_its_44_items_in_order() -> None:
    assert [item.number for item in ITEMS] == list(range(1, 45))
    sections = {item.number: item.section for item in ITEMS}
    ends = {2: "Title and abstract", 4: "Introduction", 6: "Methods: design", 13: "Methods: data",
            18: "Methods: reference standard", 21: "Methods: partitions", 24: "Methods: model",
            27: "Methods: training", 34: "Methods: evaluation", 39: "Results", 41: "Discussion",
            44: "Other"}  # fmt: skip
    assert {number: sections[number] for number in ends} == ends
    assert len({item.asks for item in ITEMS}) == 44


def test_what_only_a_person_knows_is_left_to_a_person(material: Material) -> None:
    state = {one.item.number: one.state for one in claim_answers(material)}
    assert {n for n, said in state.items() if said == PERSON} >= {
        2, 3, 4, 5, 6, 15, 16, 34, 41, 42, 44
    }  # fmt: skip
    assert {n for n, said in state.items() if said == KNOWN} == {
        9, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 32, 37, 38
    }  # fmt: skip
    for one in claim_answers(material):
        assert bool(one.text) is (one.state != PERSON)
        assert one.state in (KNOWN, PARTLY, PERSON)


def test_what_the_run_knows_is_what_its_files_say(material: Material) -> None:
    said = {one.item.number: one.text for one in claim_answers(material)}
    assert "192 x 144 pixels" in said[9]
    assert "120 of the 120 images" in said[10]
    assert "By patient" in said[20]
    assert "resnet18 on one channel, hierarchical head" in said[22]
    assert "sgus 0.1.0, torch 2" in said[23]
    assert "ab" * 32 in said[24]
    assert "lowest loss on the validation part" in said[26]
    assert "patient bootstrap, percentile, 60 resamples, seed 0" in said[29]
    assert "test: 30 images of 10 patients" in said[35]
    assert "train: 20 patients, sex F 13, sex M 7, age median 48 (quartiles 39, 56)" in said[36]
    assert "SYNTHETIC PHANTOM" in said[36]
    assert "centre-1 (60), centre-2 (60)" in said[13]


def test_the_document_shows_every_item(material: Material) -> None:
    read = Reader(html_document(material))
    for one in claim_answers(material):
        number, asks, state, text = read.claim[one.item.number]
        assert (int(number), asks, state, text) == (
            one.item.number, one.item.asks, one.state, one.text
        )  # fmt: skip
    assert "10.1148/ryai.240300" in read.text


def test_a_run_without_its_cohort_knows_less(material: Material) -> None:
    bare = replace(material, images=None)
    state = {one.item.number: one.state for one in claim_answers(bare)}
    assert {state[number] for number in (8, 13, 36)} == {PERSON}
    assert state[10] == PARTLY


def test_a_leave_one_centre_out_run_says_what_external_means(
    material: Material,
) -> None:
    loco = replace(material, facts={**material.facts, "scheme": "leave-one-centre-out"})
    said = {one.item.number: one for one in claim_answers(loco)}
    assert "no independent data set" in said[33].text
    assert said[33].state == PARTLY
