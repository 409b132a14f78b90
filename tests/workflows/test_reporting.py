from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sgus.cli.main import main
from sgus.core.errors import ConfigError, RunError
from sgus.workflows.reporting import read_metrics, run_document, write_documents
from sgus.workflows.run_view import open_run
from tests.finished_run import save_cohort, save_run
from tests.report.document.reading import Reader


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reporting")
    save_run(root / "run", save_cohort(root / "data" / "made-up"))
    return root


@pytest.fixture
def run(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SGUS_DATA", str(root / "data"))
    return Path(shutil.copytree(root / "run", tmp_path / "run"))


def test_the_command_writes_the_same_figures_as_the_report(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(run)]) == 0
    assert capsys.readouterr().out.startswith(f"Written: {run / 'report.html'}")
    read = Reader((run / "report.html").read_text())
    report = json.loads((run / "report.json").read_text())
    for at, figure in enumerate(report["figures"]):
        shown = read.rows[f"all/{at}"]["value"].replace("\N{MINUS SIGN}", "-")
        if figure["value"] is None:
            assert shown == "\N{EN DASH}"
        else:
            assert float(shown) == pytest.approx(figure["value"], abs=5.1e-5)
    assert "centre-1" in read.text


def test_a_named_place_and_a_named_cohort(run: Path, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "elsewhere" / "r.html"
    assert write_documents(run, out=out, cohort=root / "data" / "made-up") == [out]
    assert not (run / "report.html").exists()
    other = save_cohort(tmp_path / "other", n_patients=4)
    with pytest.raises(RunError, match="another manifest"):
        write_documents(run, cohort=other)


def test_baselines_of_the_run_are_shown(run: Path) -> None:
    status = json.loads((run / "status.json").read_text())
    said = {
        "kind": "baselines", "predictions_sha256": status["predictions_sha256"], "figures": [],
        "baselines": [{"name": "majority", "title": "Most frequent", "method": "So."}],
        "differences": [], "caution": None, "reason": "there are no test images",
    }  # fmt: skip
    (run / "baselines.json").write_text(json.dumps(said))
    text = Reader(run_document(open_run(run))).text
    assert "Most frequent" in text
    assert "No differences: there are no test images." in text


def test_a_run_without_figures_says_how_to_make_them(run: Path) -> None:
    (run / "report.json").unlink()
    with pytest.raises(RunError, match="Write it: python -m sgus evaluate"):
        write_documents(run)


def test_a_pdf_that_cannot_be_made_leaves_no_file(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(ConfigError, match="WeasyPrint"):
        write_documents(run, pdf=tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()
    assert not (run / "report.html").exists()


def test_metrics_that_are_cut_are_passed_over(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == []
    (tmp_path / "metrics.jsonl").write_text('{"epoch": 1}\n[]\n{"fold": "a"}\n{"epoch": 2, "tr')
    assert read_metrics(tmp_path) == [{"epoch": 1}]
