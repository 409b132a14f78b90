from __future__ import annotations

import pytest

from sgus.core.config import Config, with_settings
from sgus.core.errors import ConfigError


class Inner(Config):
    rate: float = 0.5


class Outer(Config):
    inner: Inner = Inner()
    name: str = "a"


def test_settings_reach_inside_and_keep_their_type() -> None:
    merged = with_settings({"inner": {"rate": 0.5}}, ["inner.rate=0.25", "name=b"])
    assert Outer.parse(merged) == Outer(inner=Inner(rate=0.25), name="b")


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(
        ConfigError, match=r"inner\.rate.*; nmae - Extra inputs.*Known fields: inner"
    ):
        Outer.parse({"inner": {"rate": "fast"}, "nmae": "b"})


@pytest.mark.parametrize(
    ("setting", "text"),
    [("epochs", "not key=value"), ("=3", "not key=value"), ("name.x=1", "name has no fields")],
)
def test_a_setting_that_makes_no_sense_is_refused(setting: str, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        with_settings({"name": "a"}, [setting])


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Outer().name = "b"  # type: ignore[misc]
