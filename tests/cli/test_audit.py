from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgus.cli.main import main
from tests.finished_run import save_cohort, save_run
from tests.workflows.conftest import tiny_network, write_model


def test_a_run_is_audited_in_words_and_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cohort = save_cohort(tmp_path / "data" / "made-up", n_patients=8, pictures=True)
    monkeypatch.setattr("sgus.train.baselines.N_TREES", 20)
    monkeypatch.setenv("SGUS_DATA", str(cohort.parent))
    run = save_run(tmp_path / "run", cohort, evaluated=False)
    write_model(run / "model", tiny_network())
    options = ["--maps", "0", "--resamples", "60"]
    assert main(["audit", str(run), *options]) == 0
    said = capsys.readouterr().out
    assert "gland hidden, surround" in said
    assert "Each image was judged by a model that did not learn from its patient." in said
    assert main(["audit", str(run), *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((run / "audit.json").read_text())
    out = tmp_path / "out.json"
    assert main(["audit", str(run / "model"), str(cohort), *options, "--out", str(out)]) == 0
    assert json.loads(out.read_text())["of"] == "model"
    capsys.readouterr()
    assert main(["audit", str(run), "--out", str(out)]) == 2
    assert "there is a file already" in capsys.readouterr().err
