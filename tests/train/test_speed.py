from __future__ import annotations

import pytest
import torch

from sgus.train.config import make_config
from sgus.train.speed import Speeds, measure_speeds


@pytest.mark.parametrize("trains", ["full", "last_block", "head"])
def test_every_part_of_a_run_is_timed(trains: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgus.train.speed._PART_S", 0.0)
    settings = ["network.backbone=tiny", "network.height=48", "network.width=64", "batch_size=4"]
    config = make_config("short", settings=[*settings, f"trains={trains}", "threads=1"])
    threads, chance = torch.get_num_threads(), torch.get_rng_state()
    speeds = measure_speeds(config)
    assert isinstance(speeds, Speeds)
    zero = {name for name, seconds in speeds if seconds == 0}
    assert zero == ({"features"} if trains == "full" else set())
    assert all(seconds >= 0 for _, seconds in speeds)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), chance)
