"""One family of errors: each names the item, the cause and the next step."""

from __future__ import annotations


class SgusError(Exception):
    """A problem that a person can put right.

    Args:
        item: What it is about: a file, a row, an option.
        cause: What is wrong with it, a sentence without a full stop.
        next_step: What to do now, a sentence without a full stop.
    """

    def __init__(self, item: object, cause: str, next_step: str) -> None:
        super().__init__(item, cause, next_step)
        self.item = str(item)
        self.cause = cause
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.item}: {self.cause}. {self.next_step}."


class ImageError(SgusError):
    """A picture that cannot be read or graded."""


class CohortError(SgusError):
    """A cohort, or a table on its way to becoming one, that breaks the data contract."""


class SplitError(SgusError):
    """A split that leaks or cannot be made."""


class ConfigError(SgusError):
    """A setting that is unknown or out of range."""


class ModelError(SgusError):
    """A model, or initial weights, that cannot be used."""


class RunError(SgusError):
    """A run directory that is missing, unfinished or does not match its cohort."""
