"""Union-find: things that belong together, however they were found to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


class Groups:
    """Names that start alone and are joined.

    Args:
        names: All of them; their order decides the order of the groups.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._parent = {name: name for name in names}

    def find(self, name: str) -> str:
        """The name that stands for the group of `name`."""
        while (parent := self._parent[name]) != name:
            self._parent[name] = name = self._parent[parent]
        return name

    def join(self, names: Iterable[str]) -> None:
        """Put all `names` into one group."""
        roots = [self.find(name) for name in names]
        for root in roots[1:]:
            self._parent[self.find(root)] = self.find(roots[0])

    def sets(self) -> list[list[str]]:
        """The groups, in the order of their first member."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._parent:
            found[self.find(name)].append(name)
        return list(found.values())
