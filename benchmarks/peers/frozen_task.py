"""What the contenders of fine_tune_speed.py share: the pictures, the start, and what is told.

The task is a JSON file: `parts` (train, validation, test: lists of [path of a PNG, grade]),
`height`, `width`, `epochs`, `batch`, `seed`, and `start`, the directory of the model whose trunk
all begin with. The answer is one JSON line: seconds from the first picture decoded to the last
step, of it those before the first step, processor seconds, and the probabilities of the test
pictures, whose prediction is not timed.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Task:
    parts: dict[str, list[tuple[str, int]]]
    height: int
    width: int
    epochs: int
    batch: int
    seed: int
    start: Path


def read_task() -> Task:
    """The task named by the first argument."""
    values: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    return Task(**{**values, "start": Path(values["start"])})


class Watch:
    """Wall and processor time since it was made; `lap` notes the end of the preparation."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        self.prepared = self.wall

    def lap(self) -> None:
        """Preparation is done; the last call counts."""
        self.prepared = time.perf_counter()

    def stop(self) -> dict[str, float]:
        """Seconds of all, of it the preparation, and processor seconds of all."""
        return {
            "seconds": time.perf_counter() - self.wall,
            "preparing": self.prepared - self.wall,
            "cpu_seconds": time.process_time() - self.cpu,
        }


def tell(times: dict[str, float], probabilities: list[list[float]]) -> None:
    """Print the answer for the parent process."""
    print(json.dumps({**times, "probabilities": probabilities}))
