from __future__ import annotations

from pathlib import Path

import pytest

from sgus.cli.main import main
from tests.finished_run import save_cohort, save_run


def test_the_command_prints_model_against_each_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = save_cohort(tmp_path / "made-up", n_patients=8, pictures=True)
    run = save_run(tmp_path / "run", cohort, evaluated=False)
    assert main(["baselines", str(run), "--cohort", str(cohort), "--resamples", "60"]) == 0
    printed = capsys.readouterr()
    assert "Model against majority grade." in printed.out
    assert "Model against texture, extra trees." in printed.out
    assert "Accuracy, four grades" in printed.out
    assert "texture of 24 images, at most 30 minutes" in printed.err
    assert (run / "baselines.json").is_file()


def test_a_directory_that_is_no_run_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["baselines", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
