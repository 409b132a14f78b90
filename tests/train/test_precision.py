from __future__ import annotations

import pytest
import torch

from sgus.train.precision import arithmetic, repeatable, resolve_precision, used_arithmetic


def test_settings_come_back_even_after_an_error() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    inside = []

    def fail() -> None:
        with repeatable(1):
            inside.extend([torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert inside == [1, True]
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)
    assert not torch.are_deterministic_algorithms_enabled()


def test_what_was_used_is_written_out() -> None:
    auto = used_arithmetic("auto", threads=0)
    assert auto == {"precision": resolve_precision("auto"), "threads": torch.get_num_threads()}
    assert used_arithmetic("float32", threads=3) == {"precision": "float32", "threads": 3}


def test_bfloat16_is_used_only_where_asked() -> None:
    layer, x = torch.nn.Linear(2, 2), torch.randn(1, 2)
    with arithmetic("bfloat16"):
        assert layer(x).dtype == torch.bfloat16
    with arithmetic("float32"):
        assert layer(x).dtype == torch.float32


def test_auto_asks_the_processor() -> None:
    assert resolve_precision("auto") in {"bfloat16", "float32"}
    assert resolve_precision("float32") == "float32"
