"""The errors of a job that cannot be taken, changed or read."""

from __future__ import annotations

from sgus.core.errors import SgusError


class JobError(SgusError):
    """A job that is refused, unknown, or in a state that does not allow what was asked."""


class TakenError(JobError):
    """A directory that belongs to another job."""


class QueueError(JobError):
    """A queue that cannot be read or written now: a full disk, a file taken away or damaged."""
