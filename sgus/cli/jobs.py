"""`python -m sgus jobs [list|show|cancel|resume|move]`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sgus.workflows.jobs import JobView

app = typer.Typer(
    help="The queue of runs. Without a verb: list it.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Runs = Annotated[Path | None, typer.Option(help="Folder of the runs; else runs/")]
Number = Annotated[int, typer.Argument(help="Number of the job")]


@app.callback(invoke_without_command=True)
def main(context: typer.Context, *, runs: Runs = None) -> None:
    """The queue of runs. Without a verb: list it."""
    if context.invoked_subcommand is None:
        _list(runs, user=None)
    elif runs is not None:  # a verb reads its own, and would take the wrong folder in silence
        raise typer.BadParameter("write --runs after the verb")


@app.command("list")
def list_(
    *,
    user: Annotated[str | None, typer.Option(help="Only this person's")] = None,
    runs: Runs = None,
) -> None:
    """Running, lost, queued in the order of their start, then the ended, newest first."""
    _list(runs, user=user)


@app.command()
def show(job: Number, *, runs: Runs = None) -> None:
    """Everything that happened to a job, and its command."""
    import shlex

    from sgus.workflows.jobs import get_job, job_events

    view = get_job(job, runs)
    print(_row(view))
    print(f"directory  {view.job.directory}")
    print(f"command    {shlex.join(view.job.spec.command)}")
    for event in job_events(job, runs):
        why = f"  {event.reason}" if event.reason else ""
        print(f"{event.at}  {event.after:<9}  attempt {event.attempt}{why}")


@app.command()
def cancel(job: Number, *, runs: Runs = None) -> None:
    """End a job; one that runs keeps its checkpoint and can be resumed."""
    from sgus.workflows.jobs import cancel as end

    ended = end(job, user=_user(), runs=runs)
    asked = ", asked to stop at its next batch" if ended.cancel_requested else ""
    print(f"job {ended.id} ({ended.spec.name}): {ended.state}{asked}")


@app.command()
def resume(job: Number, *, runs: Runs = None) -> None:
    """Put a failed or cancelled job back into the queue; it goes on from its checkpoint."""
    from sgus.workflows.jobs import resume as again

    queued = again(job, user=_user(), runs=runs)
    print(f"job {queued.id} ({queued.spec.name}): {queued.state}")


@app.command()
def move(
    job: Number,
    place: Annotated[int, typer.Argument(min=1, help="1 for the next to start")],
    *,
    runs: Runs = None,
) -> None:
    """Give a queued job another place in the queue."""
    from sgus.workflows.jobs import move as put

    put(job, place, runs=runs)
    _list(runs, user=None)


def _list(runs: Path | None, *, user: str | None) -> None:
    from sgus.workflows.jobs import list_jobs, worker_runs

    views = list_jobs(runs, user=user)
    for view in views:
        print(_row(view))
    if not views:
        print("No jobs.")
    elif not worker_runs(runs) and any(
        view.job.state in ("queued", "lost", "running") for view in views
    ):
        print("No worker is running: python -m sgus worker")


def _row(view: JobView) -> str:
    job = view.job
    return f"{job.id:>5}  {job.state:<9}  {job.spec.user:<12}  {job.spec.name}{_more(view)}"


def _more(view: JobView) -> str:
    """What is worth knowing in its state."""
    job, now = view.job, view.progress
    if job.state == "queued":
        start = "not known when" if view.starts_in_s is None else _in(view.starts_in_s)
        return f"  place {view.place}, starts: {start}"
    if job.state == "running" and now is not None:
        left = "" if view.seconds_left is None else f", ends {_in(view.seconds_left)}"
        fold = f"fold {now.fold}/{now.folds} " if now.folds > 1 else ""
        return f"  {now.phase} {fold}epoch {now.epoch}/{now.epochs}{left}"
    return f"  {job.reason}" if job.reason else ""


def _in(seconds: float) -> str:
    if seconds < 60:
        return "within a minute"
    minutes = round(seconds / 60)
    return f"in about {minutes} min" if minutes < 120 else f"in about {minutes / 60:.0f} h"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a table of users
        return "somebody"
