"""What a tracking server is told of a run, and under which names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

_PARAMETERS: Final[tuple[str, ...]] = (
    "seed", "split", "scheme", "manifest_hash", "fingerprint", "prepare_version", "patient_unit",
    "arithmetic", "versions",
)  # fmt: skip


def sent_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a run without where on this machine its initial weights lie.

    Args:
        facts: Content of `run.json`.

    Returns:
        The same, a path of weights cut to the name of the file.
    """
    config = facts["config"]
    return {**facts, "config": {**config, "weights": PurePath(config["weights"]).name}}


def parameters(facts: dict[str, Any]) -> dict[str, object]:
    """What a run is known by, under names with points for what lies within.

    Args:
        facts: Content of `run.json`.

    Returns:
        The settings by their own names; then manifest hash, seed, split, cohort and versions.
    """
    rest: dict[str, Any] = {name: facts[name] for name in _PARAMETERS if name in facts}
    rest["cohort"] = facts["cohort"]["name"]
    return dict(_flat("", sent_facts(facts)["config"])) | dict(_flat("", rest))


def _flat(before: str, values: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{before}{key}.", value)
        else:
            yield f"{before}{key}", value


def figures(report: dict[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    """The figures of a report under the names that MLflow shows.

    Args:
        report: Content of `report.json`.

    Returns:
        Values, each figure with its `low`, `high`, `n_images` and `n_patients` where they are
        numbers; and why a value or its interval is none. Names are
        `where/scope[/subset]/figure[ of grade G]/value`, and `.../reason`.
    """
    values: dict[str, float] = {}
    reasons: dict[str, str] = {}
    for figure in report["figures"]:
        grade = "" if figure["grade"] is None else f" of grade {figure['grade']}"
        within = [figure["where"], figure["scope"], figure["subset"], f"{figure['figure']}{grade}"]
        name = name_of(*(str(part) for part in within if part is not None))
        for part in ("value", "low", "high", "n_images", "n_patients"):
            if figure[part] is not None:
                values[f"{name}/{part}"] = float(figure[part])
        if figure["reason"]:
            reasons[f"{name}/reason"] = str(figure["reason"])
    return values, reasons


def name_of(*parts: str) -> str:
    """A name of the characters that every server takes.

    Args:
        parts: From the widest to the narrowest.

    Returns:
        The parts with `/` between them, any other character as `_`.
    """
    return "/".join(re.sub(r"[^\w. -]", "_", part, flags=re.ASCII) for part in parts)
