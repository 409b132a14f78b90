from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgus.jobs.job import Event, Job
from sgus.jobs.run_files import Progress
from sgus.jobs.spec import JobSpec
from sgus.jobs.states import STATES as ALL_STATES
from sgus.ui.train.words import (
    STATES,
    SYMBOLS,
    at_text,
    ended_html,
    events_html,
    figure_sentence,
    fraction,
    left_text,
    queue_html,
    state_sentence,
)
from sgus.workflows.jobs import JobView
from sgus.workflows.run_list import MainFigure


def view(name: str = "run", state: str = "running", **more) -> JobView:
    about = {key: more.pop(key) for key in ("reason", "cancel_requested", "attempt") if key in more}
    spec = JobSpec(name=name, command=("true",), directory="d-" + state, user="anna")
    job = Job(
        id=1, spec=spec, directory=Path("/r"), state=state, position=1,
        **{"cancel_requested": False, "reason": "", "changed": "2026-01-02T03:04:05.678Z",
           "attempt": 1} | about,
    )  # fmt: skip
    return JobView(job, **more)


def at(**more) -> Progress:
    return Progress(**{"beat": 1, "fold": 2, "folds": 4, "epoch": 3, "epochs": 10, "batch": 5,
                       "batches": 10, "phase": "training"} | more)  # fmt: skip


def test_every_state_has_a_word_and_a_symbol() -> None:
    assert set(STATES) == set(SYMBOLS) == set(ALL_STATES)


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        (None, 0.0),
        (at(), (1 + 0.25) / 4),
        (at(fold=0), 0.0),
        (at(epoch=0, batch=0, batches=0), 0.25),
        (at(epoch=10, batch=10), 0.5),
        (at(phase="predicting"), (1 + 0.97) / 4),
        (at(fold=4, epoch=10, batch=10, phase="evaluating"), 1.0),
    ],
)
def test_fraction(progress: Progress | None, share: float) -> None:
    assert fraction(progress) == pytest.approx(share)


@given(st.builds(Progress, **{name: st.integers(0, 50) for name in
       ("beat", "fold", "folds", "epoch", "epochs", "batch", "batches")}))  # fmt: skip
def test_fraction__of_whatever_a_file_says_is_a_share(progress: Progress) -> None:
    assert 0 <= fraction(progress) <= 1


def test_at_text() -> None:
    assert at_text(None) == "starting: loading its libraries"
    assert at_text(at(images_per_s=1234.4)) == (
        "training, fold 2 of 4, epoch 3 of 10 at most, batch 5 of 10, 1,234 images a second"
    )
    assert at_text(at(phase="evaluating", folds=1)) == "working out the figures"
    assert at_text(at(phase="", folds=1)) == "at work"


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (view(seconds_left=40.0), "about 40 s left"),
        (view(), "time left not known yet"),
        (view(state="queued", starts_in_s=0.0), "starts next"),
        (view(state="queued", starts_in_s=130.0), "starts in about 2 min"),
        (view(state="queued"), "start not known"),
        (view(state="done"), ""),
    ],
)
def test_left_text(shown: JobView, said: str) -> None:
    assert left_text(shown).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (view(progress=at(folds=1), seconds_left=40.0),
         "Training, epoch 3 of 10 at most, batch 5 of 10; about 40 s left."),
        (view(cancel_requested=True), "It was asked to stop: it keeps a checkpoint and ends at its "
         "next batch."),
        (view(state="queued", place=2), "Place 2 in the queue; start not known."),
        (view(state="failed", reason="the disk is full."),
         "The disk is full. Put right what it names, then resume it: it goes on from its last "
         "checkpoint."),
        (view(state="cancelled", attempt=0, reason="cancelled by bo"),
         "Cancelled by bo. It had not begun: resume puts it back into the queue."),
        (view(state="cancelled"), "Its checkpoint is kept: resume it to go on from there."),
    ],
)  # fmt: skip
def test_state_sentence(shown: JobView, said: str) -> None:
    assert state_sentence(shown).replace("\u00a0", " ") == said


def test_figure_sentence__says_what_it_rests_on() -> None:
    figure = MainFigure(0.784, 0.7, 0.85, 120, 15, None)
    assert figure_sentence(figure, unit="patient") == (
        "Quadratic kappa 0.78 (95 % interval 0.70 to 0.85, by patient) on 120 test images of "
        "15 patients."
    )
    alone = MainFigure(0.5, None, None, 9, 1, "only 1 grouping key")
    assert figure_sentence(alone, unit="grouping key") == (
        "Quadratic kappa 0.50 (no interval: only 1 grouping key) on 9 test images of "
        "1 grouping key."
    )
    undefined = MainFigure(None, None, None, 9, 3, "one grade alone")
    assert "not defined (one grade alone)" in figure_sentence(undefined, unit="patient")
    assert "no image was left" in figure_sentence(None, unit="patient")


def test_tables__names_cannot_smuggle_markup_in() -> None:
    evil = "<img src=x>"
    queue = queue_html([view(evil, progress=at()), view("b", "queued", place=1)], chosen="d-queued")
    assert evil not in queue
    assert "running 31 %" in queue
    assert "<b>b</b>" in queue
    assert "○ 1" in queue
    ended = ended_html([view(evil, "failed"), view("b", "queued")], chosen="")
    assert evil not in ended
    assert "✕ failed" in ended
    assert "2026-01-02 03:04:05" in ended
    assert ">b<" not in ended
    happened = events_html([Event(1, None, "queued", "2026-01-02T03:04:05.678Z", evil, 0)])
    assert evil not in happened
    assert "Nothing runs or waits" in queue_html([], chosen="")
    assert "None yet" in ended_html([], chosen="")
