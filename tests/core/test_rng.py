from __future__ import annotations

from sgus.core.rng import generator, stream_seed


def test_streams_are_fixed_for_ever() -> None:
    # The first eight bytes of what sha256sum says of "0\x1forder\x1f3", halved.
    assert stream_seed(0, "order", 3) == 0x3E43111A5C1831DD >> 1
    assert generator(1, "a").integers(2**40) == generator(1, "a").integers(2**40)


def test_streams_differ_by_seed_and_name() -> None:
    seeds = {stream_seed(s, n) for s in range(10) for n in ("order", "augment", "dropout")}
    assert len(seeds) == 30
    assert stream_seed(1, "2") != stream_seed(1, "", "2")
