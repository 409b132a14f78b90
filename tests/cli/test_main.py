from __future__ import annotations

import subprocess
import sys

import pytest

from sgus import __version__
from sgus.cli.main import VERBS, main
from sgus.core.errors import SgusError

HEAVY = ("torch", "pandas", "sklearn", "timm", "streamlit", "numpy")


@pytest.mark.parametrize("words", [[], ["--help"], ["import", "--help"], ["check", "--help"],
                                   ["split", "--help"], ["import", "table", "--help"]])  # fmt: skip
def test_main__help_imports_nothing_heavy(words):
    code = (
        "import sys; from sgus.cli.main import main; status = main(sys.argv[1:]);"
        f"loaded = [name for name in {HEAVY} if name in sys.modules];"
        "assert not loaded, loaded; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == (0 if words else 2)
    assert "Usage: python -m sgus" in done.stdout


def test_main__lists_every_verb(capsys):
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {verb} " in said for verb in VERBS)


def test_main__version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sgus {__version__}\n"


def test_main__an_unknown_verb_lists_the_known(capsys):
    assert main(["grade"]) == 2
    assert capsys.readouterr().err.startswith(
        "Error: no verb 'grade'. Use one of: import, phantom, check,"
    )


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            SgusError("a file", "it is broken", "Mend it"),
            2,
            "Error: a file: it is broken. Mend it.",
        ),
        (
            PermissionError(13, "Permission denied", "x"),
            2,
            "Error: x: Permission denied. Check the",
        ),
        (OSError("the disk sleeps"), 2, "Error: the disk sleeps."),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_main__errors_become_a_sentence_and_a_status(monkeypatch, capsys, error, status, said):
    def fail(root):
        raise error

    monkeypatch.setattr("sgus.workflows.checking.check_cohort", fail)
    assert main(["check", "x"]) == status
    assert said in capsys.readouterr().err


def test_main__a_fault_of_ours_is_not_hidden(monkeypatch):
    def fail(root):
        raise ZeroDivisionError

    monkeypatch.setattr("sgus.workflows.checking.check_cohort", fail)
    with pytest.raises(ZeroDivisionError):
        main(["check", "x"])
