"""What is asked for: a command and a directory, checked before anything is written."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sgus.jobs.errors import JobError

LONGEST_NAME: Final = 120
LONGEST_USER: Final = 64
_MOST_WORDS: Final = 500
_LONGEST_COMMAND: Final = 60_000  # characters; Linux takes 128 KiB a word
_DIRECTORY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Names that Windows keeps for devices do no harm here; a name like `jobs.sqlite` would.
_TAKEN: Final = ("jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "worker.lock")


def utc_now() -> str:
    """The time in UTC to the millisecond, ISO 8601. For people: nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class JobSpec:
    """A job as it is asked for.

    Attributes:
        name: What people call it: plain text, 1 to 120 characters.
        command: Program and arguments. They never pass a shell.
        directory: Name of its directory, below the folder of runs: letters, digits, `-`, `_`, `.`.
        user: Who asks: plain text, 1 to 64 characters.
        kind: What it is.
        estimate_s: How long it will take, in seconds; `None` where not known.
        created: When it was asked for, UTC.

    Raises:
        JobError: A field breaks one of these rules.
    """

    name: str
    command: tuple[str, ...]
    directory: str
    user: str
    kind: str = "train"
    estimate_s: float | None = None
    created: str = field(default_factory=utc_now)

    def __post_init__(self) -> None:
        plain_text("name", self.name, longest=LONGEST_NAME)
        plain_text("user", self.user, longest=LONGEST_USER)
        plain_text("kind", self.kind, longest=LONGEST_USER)
        check_directory(self.directory)
        _check_command(self.command)
        estimate = self.estimate_s
        if estimate is not None and not (math.isfinite(estimate) and estimate >= 0):
            raise JobError("estimate_s", f"{estimate} is no duration", "Give seconds, 0 or more")


def plain_text(what: str, text: str, *, longest: int) -> str:
    """A text that can be shown anywhere.

    Raises:
        JobError: It is empty, too long, has blanks at its ends or what cannot be printed.
    """
    if not 0 < len(text) <= longest:
        raise JobError(what, f"it has {len(text)} characters", f"Use 1 to {longest}")
    if text != text.strip() or not text.isprintable():
        raise JobError(what, f"{text!r} is not plain text", "Use letters, digits and single blanks")
    return text


def check_directory(name: str) -> str:
    """The name of a directory that cannot lead out of the folder of runs.

    Raises:
        JobError: It could, or it is a name of the queue's own files.
    """
    if not _DIRECTORY.fullmatch(name) or name.lower() in _TAKEN:
        raise JobError(
            f"directory {name!r:.120}",
            "this cannot be the name of a run's directory",
            "Use letters, digits, - and _, at most 100, beginning with a letter or a digit",
        )
    return name


def _check_command(command: tuple[str, ...]) -> None:
    if not command or not command[0] or len(command) > _MOST_WORDS:
        raise JobError("command", f"it has {len(command)} words", f"Give 1 to {_MOST_WORDS}")
    together = "".join(command)
    if len(together) > _LONGEST_COMMAND or "\0" in together:
        raise JobError(
            "command",
            "it is too long, or holds a character that no command can",
            "Give the settings as a file",
        )
