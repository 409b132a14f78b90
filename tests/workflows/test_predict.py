from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from sgus.images.decode import read_image
from sgus.workflows.grading import Grader
from sgus.workflows.predict import predict
from sgus.workflows.wanted import Wanted, wanted_files


def test_predict__gives_what_the_grader_gives(model_dir: Path, scans: Path) -> None:
    grader = Grader.load(model_dir)
    found = list(predict(grader, wanted_files([scans])))
    assert len(found) == 3
    for number, prediction in enumerate(found, start=1):
        path = scans / f"{number:03d}.png"
        assert prediction.graded is not None
        assert np.array_equal(prediction.graded.p, grader.grade(read_image(path)).p)
        assert prediction.graded.cams == {}
        assert prediction.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (prediction.image, prediction.error) == (str(path), "")


def test_predict__goes_on_after_a_file_that_cannot_be_graded(model_dir: Path, scans: Path) -> None:
    broken = scans / "002.png"
    broken.write_bytes(broken.read_bytes()[:500])
    missing = scans / "004.png"
    wanted = [*wanted_files([scans]), Wanted("four", missing), Wanted("five", None, "no file.")]
    found = list(predict(Grader.load(model_dir), wanted))
    assert [item.graded is not None for item in found] == [True, False, True, False, False]
    assert "002.png: the file is damaged or cut short" in found[1].error
    assert found[1].sha256 == hashlib.sha256(broken.read_bytes()).hexdigest()
    assert "the file cannot be read (No such file or directory)" in found[3].error
    assert found[3].sha256 == ""
    assert (found[4].image, found[4].error) == ("five", "no file.")


def test_predict__maps_when_asked(model_dir: Path, scans: Path) -> None:
    (first, *_) = predict(Grader.load(model_dir), wanted_files([scans]), cams=True)
    assert first.graded is not None
    assert set(first.graded.cams) == {"stage1", "stage2a", "stage2b"}
