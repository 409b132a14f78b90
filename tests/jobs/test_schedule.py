from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sgus.jobs.schedule import start_times

SECONDS = st.one_of(st.none(), st.integers(0, 6))


def test_one_after_the_other() -> None:
    assert start_times([60.0], [10.0, 20.0, 30.0], slots=1) == [60, 70, 90]


def test_the_first_free_slot_is_taken() -> None:
    assert start_times([60.0, 5.0], [10.0, 100.0, 1.0], slots=2) == [5, 15, 60]


def test_what_depends_on_the_unknown_is_unknown() -> None:
    assert start_times([None], [10.0], slots=1) == [None]
    assert start_times([], [10.0, None, 10.0], slots=1) == [0, 10, None]
    assert start_times([None, 3.0], [10.0, 1.0], slots=2) == [3, 13]


def test_more_run_than_there_are_slots_now() -> None:
    assert start_times([5.0, 9.0], [1.0], slots=1) == [9]


def test_an_estimate_that_has_run_out_is_now() -> None:
    assert start_times([-20.0], [1.0, 1.0], slots=1) == [0, 1]


def simulated(running: list[int | None], queued: list[int | None], slots: int) -> list[int | None]:
    """Second by second."""
    left = [10**6 if length is None else length for length in running]
    waiting, times, now = list(enumerate(queued)), [None] * len(queued), 0
    while waiting and now < 10**4:
        left = [length for length in left if length > 0]
        while waiting and len(left) < slots:
            at, length = waiting.pop(0)
            times[at] = now
            if length != 0:
                left.append(10**6 if length is None else length)
        if len(left) >= slots and min(sorted(left)[: len(left) - slots + 1]) >= 10**5:
            break
        left = [length - 1 for length in left]
        now += 1
    return times


@given(st.lists(SECONDS, max_size=4), st.lists(SECONDS, max_size=6), st.integers(1, 3))
def test_like_a_simulation(running, queued, slots: int) -> None:
    assert start_times(running, queued, slots=slots) == simulated(running, queued, slots)
