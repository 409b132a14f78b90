"""When the jobs of a queue will start, as far as that can be known."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence


def start_times(
    running_s: Sequence[float | None], queued_s: Sequence[float | None], *, slots: int
) -> list[float | None]:
    """Seconds until each queued job starts, each taking the first slot that is free.

    Args:
        running_s: Seconds that each running job still needs; `None` where not known.
        queued_s: Seconds that each queued job takes, in the order of their start; `None` where
            not known.
        slots: How many run at a time, 1 or more. More may be running, where there were more slots.

    Returns:
        A number a queued job, never falling; `None` from where it depends on a job of unknown
        length.
    """
    free = [math.inf if left is None else max(left, 0.0) for left in running_s]
    free += [0.0] * (slots - len(free))
    # A job starts when fewer than `slots` run: of more, the first to end make no room.
    free = sorted(free)[len(free) - slots :]
    heapq.heapify(free)
    times: list[float | None] = []
    for length in queued_s:
        at = heapq.heappop(free)
        times.append(at if math.isfinite(at) else None)
        heapq.heappush(free, at + (math.inf if length is None else length))
    return times
