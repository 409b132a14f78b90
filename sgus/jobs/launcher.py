"""What starts a job: on this machine now, on a cluster one day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sgus.jobs.job import Job


@dataclass(frozen=True)
class Exit:
    """The end of a process.

    Attributes:
        code: Its exit status, negative for a signal; `None` where not known. It is a hint:
            how a run ended is said by its lock and its `status.json`.
    """

    code: int | None


class Handle(Protocol):
    """A started job."""

    def poll(self) -> Exit | None:
        """Its end; `None` while it goes on."""
        ...

    def terminate(self) -> None:
        """Ask all its processes to end. No error where there is none left."""
        ...

    def kill(self) -> None:
        """End all its processes. No error where there is none left."""
        ...

    def release(self) -> None:
        """Forget it without ending it."""
        ...


class Launcher(Protocol):
    """A way to start jobs."""

    def start(self, job: Job, attempt: int) -> Handle:
        """Start an attempt in the job's directory, after writing which attempt is current.

        Raises:
            OSError: It could not be started.
        """
        ...

    def adopt(self, job: Job) -> Handle | None:
        """Take over a job that is alive and was started by another worker; `None` if it is not."""
        ...
