from __future__ import annotations

from pathlib import Path

import pytest

from sgus.cli.main import main
from tests.phantom_fakes import fake_simulate


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from sgus.workflows import phantom_files

    monkeypatch.setattr(phantom_files, "_simulator", lambda: fake_simulate)


def test_phantom__makes_a_cohort_and_says_what_is_next(tmp_path: Path, capsys) -> None:
    out = tmp_path / "c"
    words = ["phantom", "--patients", "2", "--seed", "3", "--out", str(out), "--processes", "1"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "synthetic images of 2 simulated patients" in said
    assert f"Next: python -m sgus check {out}" in said
    assert main(["check", str(out)]) == 0
    capsys.readouterr()
    assert main(words) == 0
    assert "the same: nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--patients", "0"], "Error: patients: 0 is not from 1 to 999999"),
        (["--preset", "clinic"], "Use one of: demo, published, pretraining"),
        (["--preset", "published", "--patients", "7"], "has 219 patients, 7 were asked for"),
    ],
)
def test_phantom__what_is_refused(words: list[str], text: str, tmp_path: Path, capsys) -> None:
    assert main(["phantom", *words, "--out", str(tmp_path / "c")]) == 2
    assert text in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
