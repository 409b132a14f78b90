"""A table of choices: an unknown name raises and lists the known ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from sgus.core.errors import ConfigError

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """A read-only mapping that knows what its entries are called.

    Args:
        kind: What an entry is, in the singular, for messages: "backbone", "head".
        entries: The choices by name.
    """

    def __init__(self, kind: str, entries: Mapping[str, T]) -> None:
        self.kind = kind
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> T:
        """The entry called `name`.

        Raises:
            ConfigError: There is none of that name; the message lists those there are.
        """
        try:
            return self._entries[name]
        except KeyError as error:
            known = ", ".join(self._entries)
            raise ConfigError(
                f"{self.kind} {name!r}",
                f"there is no {self.kind} of this name",
                f"Use one of: {known}",
            ) from error

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
