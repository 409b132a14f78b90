"""Starts jobs as processes of this machine that outlive the worker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sgus.jobs.job import Job
from sgus.jobs.launcher import Exit
from sgus.jobs.liveness import alive
from sgus.jobs.run_files import (
    ATTEMPT_LINE,
    ATTEMPT_VARIABLE,
    CANCEL,
    JOB_VARIABLE,
    OUTPUT,
    write_attempt,
)

PASSED_ON: Final = (
    "HOME", "LANG", "LC_", "LD_", "LOGNAME", "PATH", "PYTHON", "SSL_CERT_", "TEMP", "TMP", "TZ",
    "USER", "VIRTUAL_ENV", "XDG_", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY", "CUDA_", "GOMP_", "HF_", "HSA_", "KMP_", "MKL_", "MLFLOW_", "NCCL_",
    "NVIDIA_", "OMP_", "OPENBLAS_", "PYTORCH_", "ROCM_", "SGUS_", "TORCH_",
)  # fmt: skip
"""Beginnings of the variables that a job gets; the rest of the worker's stays with the worker."""
LESS_URGENT: Final = 10
"""Niceness of a job: pages are looked at, a run is not, and on an idle machine it costs nothing."""
_NOT_PASSED_ON: Final = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHON_HISTORY")


def clean_environment(variables: Mapping[str, str], *, job_id: int, attempt: int) -> dict[str, str]:
    """The environment of a job: what programs and libraries need, and who it is."""
    kept = {
        name: value
        for name, value in variables.items()
        if name.startswith(PASSED_ON) and name not in _NOT_PASSED_ON
    }
    named = {JOB_VARIABLE: str(job_id), ATTEMPT_VARIABLE: str(attempt)}
    return kept | {"PYTHONUNBUFFERED": "1"} | named  # what it prints is there at once


class LocalLauncher:
    """Processes of this machine, each the leader of a session and group of its own.

    Args:
        working_directory: Where commands run: relative paths in them begin there.
    """

    def __init__(self, working_directory: Path) -> None:
        self._working_directory = working_directory

    def start(self, job: Job, attempt: int) -> LocalHandle:
        """Start an attempt; see `Launcher`.

        Raises:
            OSError: The directory cannot be written, or the program is not there.
        """
        write_attempt(job.directory, job.id, attempt)
        (job.directory / CANCEL).unlink(missing_ok=True)
        with (job.directory / OUTPUT).open("ab", buffering=0) as output:
            output.write(f"{ATTEMPT_LINE} {attempt}]\n".encode())
            process = subprocess.Popen(
                job.spec.command,
                cwd=self._working_directory,
                env=clean_environment(os.environ, job_id=job.id, attempt=attempt),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _less_urgent(process.pid)
        return LocalHandle(process, job.directory)

    def adopt(self, job: Job) -> AdoptedHandle | None:
        """Take over whoever holds the lock of the job's directory."""
        return AdoptedHandle(job.directory) if alive(job.directory) else None


def _less_urgent(pid: int) -> None:
    """Let others go first, as far as the system can.

    Linux may weigh whole sessions against each other, and a job leads one of its own: then the
    niceness of the session counts, and not that of its processes.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, LESS_URGENT)
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(LESS_URGENT))


class LocalHandle:
    """A process that this worker started.

    Until its end is collected the system gives its number to nobody else: signals cannot miss.

    Args:
        process: The process, leader of its own group.
        directory: The run's directory.
    """

    def __init__(self, process: subprocess.Popen[bytes], directory: Path) -> None:
        self._process = process
        self._directory = directory
        self._exit: Exit | None = None

    def poll(self) -> Exit | None:
        """Its end; children that it left behind are killed before its number is let go."""
        if self._exit is None and self._ended():
            self._signal(signal.SIGKILL)
            self._exit = Exit(self._process.wait())
        return self._exit

    def terminate(self) -> None:
        """SIGTERM to its group, and to another process that holds the directory."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to its group, and to another process that holds the directory."""
        self._end(signal.SIGKILL)

    def release(self) -> None:
        """Leave it running; the next worker adopts it."""
        if self._process.returncode is None:
            self._process.returncode = 0  # or Popen would warn that nobody waits for it

    def _ended(self) -> bool:
        """Whether it has ended, without collecting it where the system can tell so."""
        if sys.platform == "darwin":
            return self._process.poll() is not None
        try:
            options = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self._process.pid, options) is not None
        except ChildProcessError:  # somebody else has collected it
            return self._process.poll() is not None

    def _end(self, number: signal.Signals) -> None:
        if self._exit is None:
            self._signal(number)
        signal_holder(self._directory, number)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:  # not collected: the number is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)


class AdoptedHandle:
    """A run that somebody else started; known by the lock it holds and by nothing else.

    Args:
        directory: The run's directory.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def poll(self) -> Exit | None:
        """Its end: when nobody holds the lock any more."""
        return None if alive(self._directory) else Exit(None)

    def terminate(self) -> None:
        """SIGTERM to the holder's group."""
        signal_holder(self._directory, signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to the holder's group."""
        signal_holder(self._directory, signal.SIGKILL)

    def release(self) -> None:
        """Nothing is held."""


def signal_holder(directory: Path, number: signal.Signals) -> bool:
    """Signal the process that holds a directory, and its group where it leads one.

    The number is the lock's, asked for twice with the group's between: a holder that ends
    meanwhile no longer holds, so that a number given to another process is not used.

    Returns:
        Whether there was somebody to signal. A holder whose number the system does not know, or
        that is this process, is left alone.
    """
    holder = alive(directory)
    if holder is None or holder.pid is None or holder.pid == os.getpid():
        return False
    try:
        leads = os.getpgid(holder.pid) == holder.pid != os.getpgrp()
        if alive(directory) != holder:
            return False
        (os.killpg if leads else os.kill)(holder.pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
