"""`status.json`: in which state a run is, and why; written whatever happens."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sgus.core.errors import RunError, SgusError
from sgus.core.files import write_json
from sgus.jobs.run_files import CANCEL, STATUS
from sgus.train.pulse import Cancelled
from sgus.workflows.attempt import Attempt

_GOES_ON: Final = "the same command goes on where it was"
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


class Terminated(Cancelled):
    """The process was asked to end, by the system or a person, but nobody cancelled the run."""


class RunStatus:
    """Writes the status of one attempt at a run.

    Args:
        run_dir: The run directory.
        attempt: Which attempt of a job, or None.
    """

    def __init__(self, run_dir: Path, attempt: Attempt | None) -> None:
        self._run_dir = run_dir
        self._attempt = attempt.number if attempt else None

    def write(self, state: str, *, reason: str = "", **more: Any) -> None:
        """Replace the status.

        Raises:
            OSError: It cannot be written.
        """
        said = {"state": state, "reason": reason, "attempt": self._attempt, **more}
        write_json(self._run_dir / STATUS, said)

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Running; then, when the block ends in any way but a kill, why it did.

        A block that ends well has written `done` itself, its last deed. A request to cancel is
        used up by the end: the next start is meant to go on.

        Raises:
            RunError: In place of the system's error, when there is no room on the disk.
        """
        self.write("running")
        try:
            yield
        except BaseException as error:
            full = self._disk_full(error)
            state, reason = ("interrupted", str(full)) if full else _end(error)
            with suppress(OSError):  # on a full disk: then it counts as lost, which is as good
                self.write(state, reason=reason)
            if full:
                raise full from error
            raise
        finally:
            with suppress(OSError):
                (self._run_dir / CANCEL).unlink(missing_ok=True)

    def _disk_full(self, error: BaseException) -> RunError | None:
        if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
            return None
        cause = f"the disk takes no more ({error.strerror or error})"
        return RunError(self._run_dir, cause, f"Free some room; {_GOES_ON}")


def _end(error: BaseException) -> tuple[str, str]:
    """State and reason."""
    if isinstance(error, Terminated):
        return "interrupted", f"it was asked to end; {_GOES_ON}"
    if isinstance(error, Cancelled):
        return "cancelled", f"it was cancelled; {_GOES_ON}"
    if isinstance(error, SgusError):
        return "failed", str(error)
    if isinstance(error, Exception):
        return "failed", f"{type(error).__name__}: {error}"
    return "interrupted", f"it was interrupted; {_GOES_ON}"
