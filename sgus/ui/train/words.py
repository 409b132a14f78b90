"""Runs in words: where they stand, how long they take, what can be done; no streamlit here."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from sgus.jobs.job import Event, Job
from sgus.jobs.run_files import Progress
from sgus.jobs.states import OPEN
from sgus.workflows.jobs import JobView
from sgus.workflows.run_list import MainFigure
from sgus.workflows.train_parts import counted
from sgus.workflows.train_plan import duration_text

NO_WORKER: Final = (
    "No worker runs, so that nothing is started: runs wait. `python -m sgus worker` starts one; "
    "`make run` starts it beside the app."
)
PHASES: Final = {
    "preparing": "preparing the images",
    "features": "computing features once",
    "training": "training",
    "predicting": "grading the images with the finished model",
    "evaluating": "working out the figures",
}
STATES: Final = {
    "queued": "waiting",
    "running": "running",
    "lost": "interrupted, goes on by itself",
    "done": "done",
    "failed": "failed",
    "cancelled": "cancelled",
}
SYMBOLS: Final = {
    "queued": "○", "running": "▶", "lost": "↻", "done": "✓", "failed": "✕", "cancelled": "■",
}  # fmt: skip
_LAST_PART: Final = {"predicting": 0.97, "evaluating": 0.99}
_NEXT: Final = {
    "failed": "Put right what it names, then resume it: it goes on from its last checkpoint.",
    "cancelled": "Its checkpoint is kept: resume it to go on from there.",
    "lost": "Its process ended without a word, and the worker goes on from its checkpoint.",
}
_NOT_BEGUN: Final = "It had not begun: resume puts it back into the queue."


def fraction(progress: Progress | None) -> float:
    """How much of the training is behind a run, 0 to 1; epochs that patience may spare count."""
    if progress is None or not (progress.folds and progress.epochs and progress.fold):
        return 0.0
    inside = progress.batch / progress.batches if progress.batches else 0.0
    epochs = max(0.0, progress.epoch - 1 + inside) if progress.epoch else 0.0
    own = epochs / progress.epochs
    if progress.phase in _LAST_PART:
        own = max(own, _LAST_PART[progress.phase])
    return min(1.0, (progress.fold - 1 + own) / progress.folds)


def at_text(progress: Progress | None) -> str:
    """Phase, fold, epoch and batch in a line."""
    if progress is None:
        return "starting: loading its libraries"
    parts = [PHASES.get(progress.phase, progress.phase or "at work")]
    if progress.folds > 1 and progress.fold:
        parts.append(f"fold {progress.fold} of {progress.folds}")
    if progress.phase == "training" and progress.epoch:
        parts.append(f"epoch {progress.epoch} of {progress.epochs} at most")
        parts.append(f"batch {progress.batch} of {progress.batches}")
    if progress.images_per_s:
        parts.append(f"{progress.images_per_s:,.0f} images a second")
    return ", ".join(parts)


def left_text(view: JobView) -> str:
    """When a run ends or starts, as far as that is known."""
    if view.job.state == "running":
        if view.seconds_left is None:
            return "time left not known yet"
        return f"{duration_text(view.seconds_left)} left"
    if view.job.state == "queued":
        return starts_text(view.starts_in_s)
    return ""


def starts_text(seconds: float | None) -> str:
    """When a run will start."""
    if seconds is None:
        return "start not known"
    return "starts next" if seconds < 1 else f"starts in {duration_text(seconds)}"


def state_sentence(view: JobView) -> str:
    """Where a run stands, why, and what can be done."""
    job = view.job
    if job.state == "running" and job.cancel_requested:
        return "It was asked to stop: it keeps a checkpoint and ends at its next batch."
    if job.state == "running":
        return f"{_first_capital(at_text(view.progress))}; {left_text(view)}."
    if job.state == "queued":
        return f"Place {view.place} in the queue; {left_text(view)}."
    reason = job.reason.strip().rstrip(".")
    said = f"{_first_capital(reason)}. " if reason else ""
    step = _NEXT.get(job.state, "") if job.attempt else _NOT_BEGUN
    return f"{said}{step}".strip()


def figure_sentence(kappa: MainFigure | None, *, unit: str) -> str:
    """The main figure of a finished run, with its interval and what it rests on."""
    if kappa is None:
        return "It has no figures: no image was left to judge it by."
    basis = f"{counted(kappa.n_images, 'test image')} of {counted(kappa.n_patients, unit)}"
    if kappa.value is None:
        return f"Quadratic kappa on {basis}: not defined ({kappa.reason})."
    between = (
        f" (95 % interval {kappa.low:.2f} to {kappa.high:.2f}, by {unit})"
        if kappa.low is not None and kappa.high is not None
        else f" (no interval: {kappa.reason})"
    )
    return f"Quadratic kappa {kappa.value:.2f}{between} on {basis}."


def queue_html(views: Sequence[JobView], *, chosen: str) -> str:
    """The runs that run or wait, in the order of their start.

    Args:
        views: All of the queue.
        chosen: Directory of the one that is shown below.
    """
    rows = "".join(_queue_row(view, chosen) for view in views if view.job.state in OPEN)
    if not rows:
        return '<p class="sgus-muted">Nothing runs or waits.</p>'
    return (
        '<div class="sgus-scroll"><table class="sgus-table sgus-queue"><tr><th></th><th>Run</th>'
        f"<th>Of</th><th>State</th><th>When</th></tr>{rows}</table></div>"
    )


def _queue_row(view: JobView, chosen: str) -> str:
    job = view.job
    done = f" {100 * fraction(view.progress):.0f} %" if job.state == "running" else ""
    place = f" {view.place}" if view.place else ""
    asked = ", asked to stop" if job.cancel_requested else ""
    name = html.escape(job.spec.name)
    name = f"<b>{name}</b>" if job.spec.directory == chosen else name
    cells = (
        f"{SYMBOLS[job.state]}{place}", name, html.escape(job.spec.user),
        f"{STATES[job.state]}{done}{asked}", left_text(view),
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def ended_html(views: Sequence[JobView], *, chosen: str) -> str:
    """The runs that ended, newest first."""
    rows = []
    for view in views:
        job = view.job
        if job.state in OPEN:
            continue
        name = html.escape(job.spec.name)
        name = f"<b>{name}</b>" if job.spec.directory == chosen else name
        state = f"{SYMBOLS[job.state]} {STATES[job.state]}"
        cells = (name, html.escape(job.spec.user), state, when_text(job.changed))
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    if not rows:
        return '<p class="sgus-muted">None yet.</p>'
    return (
        '<div class="sgus-scroll"><table class="sgus-table sgus-queue"><tr><th>Run</th>'
        f"<th>Of</th><th>State</th><th>Since (UTC)</th></tr>{''.join(rows)}</table></div>"
    )


def events_html(events: Sequence[Event]) -> str:
    """What happened to a run, oldest first."""
    rows = "".join(
        f"<tr><td>{when_text(event.at)}</td><td>{STATES[event.after]}</td>"
        f"<td>{event.attempt or ''}</td><td>{html.escape(event.reason)}</td></tr>"
        for event in events
    )
    return (
        '<div class="sgus-scroll"><table class="sgus-table"><tr><th>When (UTC)</th><th>State</th>'
        f"<th>Attempt</th><th>Why</th></tr>{rows}</table></div>"
    )


def when_text(moment: str) -> str:
    """A moment of the queue to the second."""
    return html.escape(moment[:19].replace("T", " "))


def run_label(job: Job) -> str:
    """A run in a list of choices; its state would change under the list."""
    return f"{job.spec.name} ({job.spec.user})"


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
