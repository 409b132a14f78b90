from __future__ import annotations

import pytest

from sgus.core.errors import ConfigError
from sgus.core.registry import Registry


def test_an_unknown_name_lists_the_known_ones() -> None:
    heads = Registry("head", {"flat": 1, "ordinal": 2})
    assert heads["flat"] == 1
    assert list(heads) == ["flat", "ordinal"]
    assert len(heads) == 2
    with pytest.raises(ConfigError, match=r"no head of this name\. Use one of: flat, ordinal"):
        heads["flta"]
