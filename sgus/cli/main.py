"""The verbs of `python -m sgus`: each is imported only when it is asked for."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from sgus import __version__
from sgus.core.errors import SgusError

if TYPE_CHECKING:
    import typer

PROGRAM: Final = "python -m sgus"
VERBS: Final = {
    "import": ("sgus.cli.import_", "Make a cohort from a folder of graded images"),
    "phantom": ("sgus.cli.phantom", "Make a cohort of simulated images with known truth"),
    "check": ("sgus.cli.check", "List every problem of a cohort, and what to do"),
    "split": ("sgus.cli.split", "Divide a cohort by patient into training, validation and test"),
    "train": ("sgus.cli.train", "Train a model on a split"),
    "worker": ("sgus.cli.worker", "Run the queue of training runs"),
    "jobs": ("sgus.cli.jobs", "List, cancel, resume and reorder the queue"),
    "evaluate": ("sgus.cli.evaluate", "Write and print the figures of a run"),
    "baselines": ("sgus.cli.baselines", "Majority and texture on a run's own folds, and compare"),
    "audit": ("sgus.cli.audit", "Look for shortcuts: what a model knows without the gland"),
    "label-effect": ("sgus.cli.label_effect", "Runs judged by each version of the test labels"),
    "report": ("sgus.cli.report", "One HTML file of a run, with the CLAIM 2024 checklist"),
    "publish": ("sgus.cli.publish", "Promote a trained model to models/ with its card"),
    "predict": ("sgus.cli.predict", "Grade images with a model"),
    "agreement": ("sgus.cli.agreement", "How far readers agree, every figure with its interval"),
    "adjudicate": ("sgus.cli.adjudicate", "List, export and verify what adjudicators decided"),
}
"""Each verb's module, which defines `command` (or `app` where it has verbs of its own)."""

FAILED: Final = 2
_BROKEN_PIPE: Final = 141  # what a shell reports for a process ended by SIGPIPE
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Args:
        arguments: Words after the program's name; those of the process when None.

    Returns:
        Exit status: 0 done, 1 done and problems were found, 2 could not be done.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if words else FAILED
    if words[0] == "--version":
        print(f"sgus {__version__}")
        return 0
    if words[0] not in VERBS:
        print(f"Error: no verb {words[0]!r}. Use one of: {', '.join(VERBS)}.", file=sys.stderr)
        return FAILED
    return _run(words[0], words[1:])


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {text}" for name, (_, text) in VERBS.items()]
    return "\n".join(
        (
            f"Usage: {PROGRAM} VERB …",
            "",
            "OMERACT grading of salivary gland ultrasound. Research use only.",
            "",
            *lines,
            "",
            f"{PROGRAM} VERB --help says more about each.",
        )
    )


def _run(verb: str, words: list[str]) -> int:

    module = importlib.import_module(VERBS[verb][0])
    app: typer.Typer = getattr(module, "app", None) or _single(module.command)
    if threading.current_thread() is threading.main_thread():  # ended politely, clean up
        signal.signal(signal.SIGTERM, _terminate)
    try:
        app(words, prog_name=f"{PROGRAM} {verb}")
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            print("Stopped.", file=sys.stderr)
        return end.code if isinstance(end.code, int) else FAILED
    except SgusError as error:
        print(f"Error: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except OSError as error:
        print(f"Error: {_of_the_system(error)}", file=sys.stderr)
        return FAILED
    return 0


def _of_the_system(error: OSError) -> str:
    """A file that cannot be read or written, as a sentence with a next step."""
    if error.filename is None or error.strerror is None:
        return f"{error}."
    return f"{error.filename}: {error.strerror}. Check the path, its rights and the disk."


def _single(command: Callable[..., None]) -> typer.Typer:
    import typer

    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(command)
    return app


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(_TERMINATED)
