from __future__ import annotations

import numpy as np
import pytest
import torch

from sgus.core.errors import ConfigError
from sgus.nn.network import GradingNetwork
from sgus.nn.tail import cut
from sgus.train import frozen
from sgus.train.config import TrainConfig, make_config
from sgus.train.examples import Examples
from sgus.train.frozen import Features, cache_mib, compute_features, refuse_too_large


def config(trains: str = "last_block", *settings: str) -> TrainConfig:
    start = [f"trains={trains}", "network.backbone=tiny", "network.height=48", "network.width=64"]
    return make_config("short", settings=[*start, "precision=float32", *settings])


def examples(n: int = 5) -> Examples:
    rng = np.random.default_rng(n)
    return Examples.of(rng.integers(0, 255, (n, 48, 64)).astype(np.uint8), np.arange(n) % 4)


def network(made_for: TrainConfig) -> GradingNetwork:
    torch.manual_seed(0)
    return GradingNetwork(made_for.network).eval()


@pytest.mark.parametrize("trains", ["head", "last_block"])
@pytest.mark.parametrize("sharing", ["trunk", "separate"])
def test_the_tail_reads_cached_features_as_the_network_reads_images(
    trains: str, sharing: str
) -> None:
    made_for = config(trains, f"network.sharing={sharing}")
    whole, images = network(made_for), examples(40)  # more than one batch
    beginning, tail = cut(whole, made_for.trains)
    found = compute_features(beginning, images, config=made_for, mirrors=True)
    assert found.mirrored is not None
    with torch.no_grad():
        for pixels, features in (
            (images.pixels, found.pixels),
            (images.pixels.flip(3), found.mirrored),
        ):
            expected = whole(whole.normalise(pixels))
            torch.testing.assert_close(
                tail(tail.normalise(features)), expected, rtol=1e-4, atol=1e-5
            )
    np.testing.assert_array_equal(found.grades, images.grades)


def test_bfloat16_features_lose_what_bfloat16_loses() -> None:
    made_for = config("last_block", "precision=bfloat16")
    whole, images = network(made_for), examples()
    beginning, tail = cut(whole, "last_block")
    found = compute_features(beginning, images, config=made_for, mirrors=False)
    assert found.pixels.dtype == torch.bfloat16
    with torch.no_grad():
        raw = tail(tail.normalise(found.pixels))
        torch.testing.assert_close(raw, whole(whole.normalise(images.pixels)), rtol=0, atol=0.03)


@pytest.mark.parametrize("flip", [0.0, 0.25, 1.0])
def test_mirrors_are_shown_as_often_as_flips_are_asked_for(flip: float) -> None:
    n = 4000
    plain = torch.arange(n, dtype=torch.float32)[:, None, None, None]
    shown = Features(plain, np.zeros(n, np.int64), mirrored=-plain - 1)
    augment = config("last_block", f"augment.flip={flip}").augment
    chosen = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    batch = shown.varied(chosen, augment, generator=torch.Generator().manual_seed(1))
    values = batch.flatten()
    assert torch.equal(torch.where(values < 0, -values - 1, values), chosen.float())
    assert float((values < 0).float().mean()) == pytest.approx(flip, abs=0.025)


def test_without_mirrors_every_image_is_shown_as_it_is() -> None:
    shown = Features(torch.arange(6.0)[:, None, None, None], np.zeros(6, np.int64))
    chosen = torch.tensor([4, 0, 4])
    batch = shown.varied(chosen, config().augment, generator=torch.Generator())
    assert batch.flatten().tolist() == [4, 0, 4]


def test_the_memory_said_is_the_memory_taken() -> None:
    made_for = config()
    beginning, _ = cut(network(made_for), "last_block")
    train, held = examples(7), examples(3)
    found = compute_features(beginning, train, config=made_for, mirrors=True)
    other = compute_features(beginning, held, config=made_for, mirrors=False)
    assert found.mirrored is not None
    stored = (found.pixels, found.mirrored, other.pixels)
    mib = sum(maps.nbytes for maps in stored) / 2**20
    assert cache_mib(beginning, [train, held], config=made_for) == pytest.approx(mib)


def test_features_that_do_not_fit_are_refused_before_they_are_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_for = config()
    beginning, _ = cut(network(made_for), "last_block")
    refuse_too_large(beginning, [examples()], config=made_for)
    monkeypatch.setattr(frozen, "CACHE_LIMIT_MIB", 0.05)
    with pytest.raises(
        ConfigError, match=r"the features of 5 images would take \d+ MiB.*trains=head"
    ):
        refuse_too_large(beginning, [examples()], config=made_for)


def test_each_batch_is_told_and_may_stop_it() -> None:
    made_for = config()
    beginning, _ = cut(network(made_for), "last_block")
    told: list[int] = []
    compute_features(
        beginning, examples(40), config=made_for, mirrors=True, tick=lambda: told.append(1)
    )
    assert len(told) == 6  # three batches of the images, three of their mirrors
