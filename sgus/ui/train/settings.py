"""The settings of a run as widgets, made from the config's own field docs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

if TYPE_CHECKING:
    from sgus.train.config import TrainConfig
    from sgus.train.fields import FieldDoc

PRESET: Final = "sgus_train_preset"
CHANGES: Final = "sgus_train_changes"
"""In the session: what a person changed of each preset, by the name of the setting."""
_WIDGET: Final = "sgus_train_set"
_COLUMNS: Final = 3
_WEIGHTS: Final = "weights"
_STARTS: Final = ("phantom", "imagenet", "none")
_GROUPS: Final = (
    ("network.", "Network"),
    ("augment.", "Variation of training images"),
    ("", "Training"),
)
"""Beginnings of names, the last for all others, and what they are called."""


def chosen_preset() -> str:
    """The preset of this session; the quickest at first."""
    return str(st.session_state.get(PRESET, "quick"))


def choose_preset(name: str) -> None:
    """Take a preset; what was changed of another is kept for it."""
    st.session_state[PRESET] = name


def changes(preset: str) -> dict[str, Any]:
    """What differs from a preset."""
    return dict(st.session_state.get(CHANGES, {}).get(preset, {}))


def show_settings(preset: str) -> None:
    """Draw the widgets: basic ones in view, advanced ones on request."""
    from sgus.train.config import PRESETS, TrainConfig
    from sgus.train.fields import fields_of

    base, fields = PRESETS[preset], fields_of(TrainConfig)
    _draw(preset, base, [field for field in fields if field.level == "basic"])
    advanced = [field for field in fields if field.level == "advanced"]
    n_changed = len(set(changes(preset)) & {field.name for field in advanced})
    label = f"Advanced settings ({n_changed} changed)" if n_changed else "Advanced settings"
    with st.expander(label, key="sgus-train-advanced"):
        rest = advanced
        for beginning, title in _GROUPS:
            own = [field for field in rest if field.name.startswith(beginning)]
            rest = [field for field in rest if field not in own]
            st.markdown(f"**{title}**")
            _draw(preset, base, own)
    if changes(preset):
        st.button("Back to the preset's own settings", icon=":material/undo:",
                  on_click=_reset, args=(preset,), key="sgus-train-reset")  # fmt: skip


def label_of(name: str) -> str:
    """The name of a setting on screen: `augment.zoom_in` as `Zoom in`."""
    words = name.rpartition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def preset_value(config: TrainConfig, name: str) -> Any:
    """The value of a setting in a config, dots reaching inside."""
    found: Any = config
    for part in name.split("."):
        found = getattr(found, part)
    return found


def step_of(field: FieldDoc, value: float) -> float:
    """How far a click on plus or minus goes: a twentieth of a share, else a tenth of the size."""
    if field.high is not None and field.high <= 1:
        return 0.05
    return float(10 ** (math.floor(math.log10(value)) - 1)) if value > 0 else 0.01


def _draw(preset: str, base: TrainConfig, fields: Sequence[FieldDoc]) -> None:
    for start in range(0, len(fields), _COLUMNS):
        for column, field in zip(
            st.columns(_COLUMNS), fields[start : start + _COLUMNS], strict=False
        ):
            with column:
                _widget(preset, field, preset_value(base, field.name))


def _widget(preset: str, field: FieldDoc, default: Any) -> None:
    key = f"{_WIDGET}_{preset}_{field.name}"
    st.session_state[key] = changes(preset).get(field.name, default)
    more: dict[str, Any] = {
        "key": key,
        "help": field.doc,
        "on_change": _take,
        "args": (preset, field, default),
    }
    label = label_of(field.name)
    if field.name == _WEIGHTS:
        options = list(dict.fromkeys([*_STARTS, st.session_state[key]]))
        st.selectbox(label, options, accept_new_options=True, **more)
        return
    _KINDS[field.type](label, field, default, more)


def _number(label: str, field: FieldDoc, default: Any, more: dict[str, Any]) -> None:
    kind = int if field.type == "int" else float
    low, high = (None if bound is None else kind(bound) for bound in (field.low, field.high))
    # An open bound is offered too: the config refuses it in a sentence.
    whole = {"step": 1} if kind is int else {"step": step_of(field, default), "format": "%g"}
    st.number_input(label, min_value=low, max_value=high, **whole, **more)


_KINDS: dict[str, Callable[[str, FieldDoc, Any, dict[str, Any]], object]] = {
    "int": _number,
    "float": _number,
    "bool": lambda label, field, default, more: st.checkbox(label, **more),
    "choice": lambda label, field, default, more: st.selectbox(label, field.choices, **more),
    "str": lambda label, field, default, more: st.text_input(label, **more),
}


def _take(preset: str, field: FieldDoc, default: Any) -> None:
    """Remember a setting; one that is back at the preset's value is no change."""
    value = st.session_state[f"{_WIDGET}_{preset}_{field.name}"]
    if field.type == "str":
        value = (value or "").strip() or default
    kept = changes(preset)
    kept.pop(field.name, None)
    if value is not None and value != default:
        kept[field.name] = value
    st.session_state[CHANGES] = {**st.session_state.get(CHANGES, {}), preset: kept}


def _reset(preset: str) -> None:
    st.session_state[CHANGES] = {**st.session_state.get(CHANGES, {}), preset: {}}
