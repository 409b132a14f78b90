"""`python -m sgus train COHORT --split NAME`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from sgus.train.config import TrainConfig
    from sgus.workflows.mlflow_sink import MlflowSink
    from sgus.workflows.training import RunResult

CANCELLED: Final = 3
"""Exit status of a run that its `cancel` file stopped."""
SUPERSEDED: Final = 75
"""Exit status of a job's trainer that another attempt has replaced, or that found it at work."""
TERMINATED: Final = 143
"""Exit status after SIGTERM; a checkpoint was saved."""


def command(
    cohort: Annotated[Path, typer.Argument(help="Cohort directory")],
    *,
    split: Annotated[
        str, typer.Option(help="Name of a split, or `everything` for a final model")
    ] = "holdout",
    preset: Annotated[
        str, typer.Option(help="quick, short, full (the default), reference, phantom or laptop")
    ] = "default",
    config: Annotated[Path | None, typer.Option(help="JSON file of settings")] = None,
    labels: Annotated[
        str | None,
        typer.Option(help="Learn reference (the default), consensus, adjudicated or soft labels"),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, as epochs=10; may be repeated")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Run directory; else runs/COHORT-SPLIT")] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Write report.json, too, with default resamples")
    ] = False,
    track: Annotated[str | None, typer.Option(help="MLflow server: http://HOST:PORT")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the settings and stop")] = False,
) -> None:
    """Train on every fold of a split and write predictions; resumes a killed run.

    A file called `cancel` in the run directory stops it at the next batch (status 3), SIGTERM does
    the same (143): a checkpoint is saved, and the same command goes on from there.
    """
    from sgus.core.config import read_settings
    from sgus.core.files import to_json
    from sgus.train.config import make_config
    from sgus.workflows.mlflow_sink import MlflowSink
    from sgus.workflows.training import EVERYTHING

    values = read_settings(config) if config else None
    settings = [*(set_ or []), *([f"labels={labels}"] if labels else [])]
    chosen = make_config(preset, values=values, settings=settings)
    if show:
        print(to_json(chosen.model_dump(mode="json")), end="")
        return
    run_dir = out or _directory(cohort, split, preset=preset, labels=chosen.labels)
    server = MlflowSink(track) if track is not None else None
    result = _train(cohort, split, chosen, run_dir, evaluate=evaluate, track=server)
    _say_next(result, everything=split == EVERYTHING, evaluated=evaluate)


def _train(
    cohort: Path,
    split: str,
    config: TrainConfig,
    run_dir: Path,
    *,
    evaluate: bool,
    track: MlflowSink | None,
) -> RunResult:
    from sgus.workflows.attempt import Attempt
    from sgus.workflows.training import run_training

    with _ending(run_dir), _asked_to_end() as asked:
        return run_training(
            cohort,
            split,
            config=config,
            run_dir=run_dir,
            say=_say,
            evaluate=evaluate,
            attempt=Attempt.named_by(os.environ),
            asked=asked,
            track=track,
        )


def _directory(cohort: Path, split: str, *, preset: str, labels: str) -> Path:
    """Where a run goes that nobody gave a place: what is the default is not in its name."""
    named = [preset] if preset != "default" else []
    named += [labels] if labels != "reference" else []
    return Path("runs") / "-".join([cohort.resolve().name, split, *named])


def _say_next(result: RunResult, *, everything: bool, evaluated: bool) -> None:
    run_dir = result.directory
    print(f"Written: {run_dir} ({len(result.predictions)} predictions)")
    if everything:  # there is nothing left to test it on
        judged = "--judged-by RUN, an evaluated run of the same settings on a split"
        print(f"Next: python -m sgus publish {run_dir} --name NAME {judged}")
    elif not evaluated:
        print(f"Next: python -m sgus evaluate {run_dir}")


def _say(line: str) -> None:
    """Print a line; where output goes to a full disk, training goes on without."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        raise
    except OSError:
        pass


@contextmanager
def _asked_to_end() -> Iterator[Callable[[], bool]]:
    """Whether SIGTERM came: the first one asks, a second one ends the process."""
    came = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        if came.is_set():
            sys.exit(TERMINATED)
        came.set()

    if threading.current_thread() is not threading.main_thread():
        yield came.is_set
        return
    before = signal.signal(signal.SIGTERM, hear)
    try:
        yield came.is_set
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _ending(run_dir: Path) -> Iterator[None]:
    """Turn an end before the end into a sentence and a status."""
    from sgus.train.pulse import Cancelled
    from sgus.workflows.attempt import SupersededError
    from sgus.workflows.run_status import Terminated

    try:
        yield
    except SupersededError as error:
        print(f"Error: {error}", file=sys.stderr)
        raise typer.Exit(SUPERSEDED) from error
    except Cancelled as error:
        print(f"Stopped: {run_dir}. The same command goes on where it was.", file=sys.stderr)
        raise typer.Exit(TERMINATED if isinstance(error, Terminated) else CANCELLED) from error
