"""Which attempt of a job a trainer is: one that another has replaced must not touch the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sgus.core.errors import ConfigError, RunError
from sgus.core.files import read_json
from sgus.core.lock import only_process
from sgus.jobs.run_files import ATTEMPT_VARIABLE, JOB, JOB_VARIABLE

WAIT_S: Final = 30.0
"""How long a trainer of a job waits for the one before it to let go of the directory."""


class SupersededError(RunError):
    """Another attempt of the job is current, or at work."""


@dataclass(frozen=True)
class Attempt:
    """One start of a job.

    Attributes:
        job: Its id.
        number: Counted from 1.
    """

    job: str
    number: int

    @classmethod
    def named_by(cls, environment: Mapping[str, str]) -> Attempt | None:
        """The attempt that a launcher names, or None for a run started by hand.

        Raises:
            ConfigError: It names half of one.
        """
        job, number = environment.get(JOB_VARIABLE, ""), environment.get(ATTEMPT_VARIABLE, "")
        if not job and not number:
            return None
        if not job or not number.isdecimal():
            raise ConfigError(
                f"{JOB_VARIABLE}={job} {ATTEMPT_VARIABLE}={number}",
                "this names no attempt of a job",
                "Unset both to train by hand",
            )
        return cls(job, int(number))

    def refuse_superseded(self, run_dir: Path) -> None:
        """Refuse to work where another attempt is current.

        Raises:
            SupersededError: `job.json` names another attempt, or none.
        """
        step = "Nothing is to be done: the current attempt does the work"
        found = read_json(run_dir / JOB, SupersededError, next_step=step)
        said = found if isinstance(found, dict) else {}
        if (str(said.get("job_id")), said.get("attempt")) != (self.job, self.number):
            cause = f"attempt {self.number} of job {self.job} is not the current one"
            raise SupersededError(run_dir, cause, step)


@contextmanager
def held(run_dir: Path, attempt: Attempt | None) -> Iterator[None]:
    """Hold a run directory against every other process, and for a job make sure it is ours.

    Raises:
        RunError: Somebody else is at work.
        SupersededError: The same, or another attempt is current; nothing was changed.
    """
    step = "Wait for it, or choose another with --out"
    if attempt is None:
        with only_process(run_dir, RunError, next_step=step):
            yield
        return
    with only_process(run_dir, SupersededError, next_step=step, wait_s=WAIT_S):
        attempt.refuse_superseded(run_dir)
        yield
