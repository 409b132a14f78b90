"""The fields of a config as a form needs them: what each is called, means and may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from sgus.core.config import Config

Level = Literal["basic", "advanced"]


@dataclass(frozen=True)
class FieldDoc:
    """One field of a config.

    Attributes:
        name: Dotted where it lies inside another config, as `augment.flip`: the key of a setting.
        doc: What it means, as the config says it: all of it on one line a paragraph.
        type: `str`, `int`, `float`, `bool` or `choice`.
        low: Smallest value, or None; itself forbidden where `low_open`.
        high: Largest value, or None; itself forbidden where `high_open`.
        choices: The allowed values of a choice, else empty.
        default: Value without a setting.
        level: `basic` fields are shown at once, `advanced` ones on request.
        low_open: Whether the value has to lie above `low`.
        high_open: Whether the value has to lie below `high`.
    """

    name: str
    doc: str
    type: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    default: str | int | float | bool
    level: Level
    low_open: bool = False
    high_open: bool = False

    @property
    def sentence(self) -> str:
        """The first paragraph of the doc: enough for a label's help."""
        return self.doc.partition("\n")[0]


def fields_of(config: type[Config], *, prefix: str = "") -> list[FieldDoc]:
    """All fields of a config and of the configs inside it, in the order of the source.

    Args:
        config: A config whose fields all have defaults.
        prefix: Put before every name.
    """
    found: list[FieldDoc] = []
    for name, field in config.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Config):
            found += fields_of(field.annotation, prefix=f"{prefix}{name}.")
        else:
            found.append(_field(prefix + name, field))
    return found


def _field(name: str, field: FieldInfo) -> FieldDoc:
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    kind = "choice" if choices else getattr(field.annotation, "__name__", str(field.annotation))
    marks: Any = field.json_schema_extra or {}
    low, low_open = _bound(field, annotated_types.Ge, annotated_types.Gt)
    high, high_open = _bound(field, annotated_types.Le, annotated_types.Lt)
    return FieldDoc(
        name=name,
        doc=_lines(field.description or ""),
        type=kind,
        low=low,
        high=high,
        choices=choices,
        default=field.default,
        level=marks.get("level", "advanced"),
        low_open=low_open,
        high_open=high_open,
    )


def _bound(field: FieldInfo, closed: type[Any], opened: type[Any]) -> tuple[float | None, bool]:
    """A limit, and whether it is itself forbidden."""
    for mark in field.metadata:
        for kind, name in ((closed, closed.__name__.lower()), (opened, opened.__name__.lower())):
            if isinstance(mark, kind):
                return getattr(mark, name), kind is opened
    return None, False


def _lines(doc: str) -> str:
    return "\n".join(" ".join(paragraph.split()) for paragraph in doc.split("\n\n"))
