"""What a worker remembers of one running job, and how it is brought to an end in steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sgus.jobs.job import Job
from sgus.jobs.launcher import Exit, Handle
from sgus.jobs.liveness import Heartbeat, alive
from sgus.jobs.run_files import ask_to_stop, read_progress

Clock = Callable[[], float]


@dataclass(frozen=True)
class Patience:
    """How long a worker waits for what, in seconds of its own clock.

    Attributes:
        start_s: From its start until a trainer holds its lock: libraries and tables are read first.
        silence_s: Between two heartbeats.
        stop_s: After the flag `cancel`, for the batch and its checkpoint.
        terminate_s: After SIGTERM.
        pause_s: Before the next attempt of a job that ended without a beat; doubled each time.
        longest_pause_s: The longest such pause, and the one on a full disk.
    """

    start_s: float = 600.0
    silence_s: float = 1800.0
    stop_s: float = 60.0
    terminate_s: float = 15.0
    pause_s: float = 5.0
    longest_pause_s: float = 60.0


FLAGGED: Final = 1
TERMINATED: Final = 2
KILLED: Final = 3


class Watch:
    """One running job as its worker sees it.

    Args:
        job: The job.
        handle: What the launcher gave.
        patience: How long to wait for what.
        clock: Seconds that only grow.

    Attributes:
        handle: What the launcher gave.
        ended_for: Why the worker ends it without having been asked to; empty otherwise.
    """

    def __init__(self, job: Job, handle: Handle, *, patience: Patience, clock: Clock) -> None:
        self.handle = handle
        self.ended_for = ""
        self._directory = job.directory
        self._patience = patience
        self._clock = clock
        self._started = clock()
        self._heartbeat = Heartbeat(clock)
        self._step = 0
        self._since = 0.0

    def ended(self) -> Exit | None:
        """The end of the job: its process is gone and nobody holds its lock.

        The lock is asked first: who has let go of it has written its last word before.
        """
        if alive(self._directory) is not None:
            self._started = self._clock()  # what follows the lock has the same time again
            return None
        return self.handle.poll()

    def look_after(self, *, cancel: bool) -> str:
        """Take the next step to end it, where it was asked to or shows no life.

        Args:
            cancel: Somebody asked.

        Returns:
            What was done, in words; empty when nothing was.
        """
        if not cancel and not self.ended_for:
            self.ended_for = self._trouble()
            if not self.ended_for:
                return ""
            return self._terminate()  # one that does not beat does not read flags either
        waited = self._clock() - self._since
        if self._step == 0:
            self._step, self._since = FLAGGED, self._clock()
            ask_to_stop(self._directory)
            return "asked to stop at its next batch"
        if self._step == FLAGGED and waited >= self._patience.stop_s:
            return self._terminate()
        if self._step == TERMINATED and waited >= self._patience.terminate_s:
            self._step, self._since = KILLED, self._clock()
            self.handle.kill()
            return "killed"
        if self._step == KILLED and waited >= self._patience.terminate_s:
            self._since = self._clock()
            self.handle.kill()  # again: a lock may have changed hands
        return ""

    def _terminate(self) -> str:
        self._step, self._since = TERMINATED, self._clock()
        self.handle.terminate()
        return "told to end"

    def _trouble(self) -> str:
        """Why it cannot go on, empty when it can."""
        if alive(self._directory) is None:
            waited = self._clock() - self._started
            return "" if waited < self._patience.start_s else "it did not begin in time"
        progress = read_progress(self._directory)
        silent = self._heartbeat.silent_s(progress.beat if progress else 0)
        if silent < self._patience.silence_s:
            return ""
        return f"it showed no life for {silent:.0f} s"
