from __future__ import annotations

import pytest
from pydantic import ValidationError

from sgus.train.config import TrainConfig
from sgus.train.fields import FieldDoc, fields_of

FIELDS = {field.name: field for field in fields_of(TrainConfig)}


def test_every_setting_is_a_field_under_the_key_that_sets_it() -> None:
    def leaves(values: dict[str, object], prefix: str = "") -> list[str]:
        names: list[str] = []
        for key, value in values.items():
            inner = isinstance(value, dict)
            names += leaves(value, f"{prefix}{key}.") if inner else [prefix + key]  # type: ignore[arg-type]
        return names

    assert list(FIELDS) == leaves(TrainConfig().model_dump())


@pytest.mark.parametrize("field", FIELDS.values(), ids=list(FIELDS))
def test_every_field_says_what_it_is_in_a_sentence(field: FieldDoc) -> None:
    assert field.sentence.endswith(".")
    assert len(field.sentence) > 15
    assert field.level in ("basic", "advanced")
    assert field.type in ("str", "int", "float", "bool", "choice")


def test_the_basic_fields_are_few() -> None:
    basic = {name for name, field in FIELDS.items() if field.level == "basic"}
    assert basic == {
        "trains", "weights", "epochs", "learning_rate", "balance", "labels", "patience", "seed"
    }  # fmt: skip


def test_ranges_choices_and_defaults_are_those_of_the_config() -> None:
    assert FIELDS["epochs"] == FieldDoc(
        name="epochs",
        doc="Passes over the training part, at most.",
        type="int",
        low=1,
        high=1000,
        choices=(),
        default=45,
        level="basic",
    )
    assert FIELDS["trains"].choices == ("full", "last_block", "head")
    rate, share = FIELDS["learning_rate"], FIELDS["network.dropout"]
    assert (rate.low, rate.low_open, rate.high, rate.high_open) == (0, True, 10, False)
    assert (share.low, share.low_open, share.high, share.high_open) == (0, False, 1, True)


@pytest.mark.parametrize(
    "field",
    [f for f in FIELDS.values() if f.low is not None and "." not in f.name],
    ids=lambda field: field.name,
)
def test_a_stated_limit_is_the_one_that_is_enforced(field: FieldDoc) -> None:
    assert field.low is not None
    if not field.low_open:
        TrainConfig.model_validate({field.name: field.low})
    with pytest.raises(ValidationError):
        TrainConfig.model_validate({field.name: field.low - (0 if field.low_open else 1)})
