from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from sgus.core.errors import ImageError
from sgus.core.region import Region
from sgus.ui.results import MAX_DETAILS, Bounded, Results
from tests.fakes import FakeEngine


@dataclass
class File:
    file_id: str
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        return self.data


def png(grey: int, size: tuple[int, int] = (200, 150)) -> bytes:
    pixels = np.full(size[::-1], grey, dtype=np.uint8)
    pixels[::7] = 255 - grey
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def graded(results: Results, file: File, engine: FakeEngine, fingerprint: str = "f"):
    return results.outcome(file, engine, fingerprint=fingerprint, model="m")


def test_results__grade_a_file_once() -> None:
    results, engine = Results(), FakeEngine()
    first = graded(results, File("1", "a.png", png(90)), engine)
    again = graded(results, File("2", "renamed.png", png(90)), engine)
    assert again is first
    assert len(engine.calls) == 1
    assert first.p == pytest.approx(first.p)
    assert sum(first.p) == pytest.approx(1)


def test_results__one_pixel_is_another_file() -> None:
    results, engine = Results(), FakeEngine()
    assert (
        graded(results, File("1", "a", png(90)), engine).sha256
        != graded(results, File("2", "a", png(91)), engine).sha256
    )


def test_results__another_model_or_region_grades_again() -> None:
    results, engine = Results(), FakeEngine()
    file = File("1", "a.png", png(90))
    outcome = graded(results, file, engine)
    graded(results, file, engine, "other")
    results.regions[outcome.sha256] = Region(0, 0, 100, 100)
    by_hand = graded(results, file, engine)
    assert [call[1] for call in engine.calls] == [None, None, Region(0, 0, 100, 100)]
    assert by_hand.by_hand
    assert by_hand.region == Region(0, 0, 100, 100)
    del results.regions[outcome.sha256]
    assert graded(results, file, engine) is outcome


def test_results__a_bad_file_is_a_sentence_without_its_name() -> None:
    outcome = graded(Results(), File("1", "Jane Doe.txt", b"hello"), FakeEngine())
    assert outcome.grade is None
    assert outcome.error is not None
    assert outcome.error.startswith("It is a text file, not an image. ")
    assert "Jane" not in repr(outcome)


def test_results__names_reach_neither_engine_nor_cache() -> None:
    results, engine = Results(), FakeEngine()
    file = File("1", "Jane Doe.png", png(90))
    graded(results, file, engine)
    detail = results.detail(file, engine, fingerprint="f")
    assert "Jane" not in detail.name
    assert "Jane" not in repr(results.__dict__)


def test_results__keep_few_pictures() -> None:
    results, engine = Results(), FakeEngine()
    files = [File(str(i), "x", png(60 + i)) for i in range(MAX_DETAILS + 2)]
    for file in files:
        results.detail(file, engine, fingerprint="f")
    results.detail(files[-1], engine, fingerprint="f")
    assert len(engine.calls) == len(files)
    results.detail(files[0], engine, fingerprint="f")
    assert len(engine.calls) == len(files) + 1


def test_results__detail_of_a_bad_file_raises() -> None:
    with pytest.raises(ImageError, match="the file is empty"):
        Results().detail(File("1", "a", b""), FakeEngine(), fingerprint="f")


def test_bounded__forgets_the_longest_unused() -> None:
    kept: Bounded[str, int] = Bounded(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
    assert len(kept) == 2
