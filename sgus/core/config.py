"""Typed closed configs: frozen, every field documented, unknown names refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from sgus.core.errors import ConfigError
from sgus.core.files import read_json


class Config(BaseModel):
    """Base of every config. A field's description is its help on the command line and on screen."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def parse(cls, values: Mapping[str, Any], *, source: object = "config") -> Self:
        """Validate `values`, naming every wrong field at once.

        Raises:
            ConfigError: A field is unknown, missing or out of range.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(map(str, item['loc'])) or 'config'} - {item['msg']}"
                for item in error.errors()
            )
            known = ", ".join(cls.model_fields)
            raise ConfigError(source, problems, f"Known fields: {known}") from error


def with_settings(values: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """Overlay `key=value` settings on nested values; `augment.flip=0.5` reaches inside.

    Args:
        values: The values so far.
        settings: Each `key=value`; the value is read as JSON where it is JSON, else as text.

    Raises:
        ConfigError: A setting has no `=`, or reaches inside something that has no fields.
    """
    merged: dict[str, Any] = json.loads(json.dumps(dict(values)))
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key:
            raise ConfigError(f"--set {setting}", "this is not key=value", "Write it as key=value")
        *path, last = key.split(".")
        place = merged
        for name in path:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise ConfigError(f"--set {setting}", f"{name} has no fields", "Set it directly")
        place[last] = _value(text)
    return merged


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def read_settings(path: Path) -> dict[str, Any]:
    """Read a JSON config file.

    Raises:
        ConfigError: It is missing, not JSON, or not an object.
    """
    values = read_json(path, ConfigError, next_step="Give a JSON file of settings")
    if not isinstance(values, dict):
        raise ConfigError(path, "the file holds no JSON object", 'Write it as {"epochs": 10}')
    return values
