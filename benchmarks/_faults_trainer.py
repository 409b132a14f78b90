"""`python -m sgus` whose trainer forks a data-loading child: `_faults_trainer.py train COHORT …`.

The trainer of this program reads its images in threads. This one has, beside them, a child made as
a data loader would make it: forked while the run's directory is locked and its files are open, it
inherits every descriptor, reads the images over and over, and outlives a trainer that is killed.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgus.cli.main import main
from sgus.workflows import training

OUTLIVES_S = 30.0
_load = training.load_pictures


def load_with_a_child(*words: Any, **more: Any) -> Any:
    """The images, and a child that reads them."""
    pictures = _load(*words, **more)
    if os.fork() == 0:
        read_on(pictures.pixels)
    return pictures


def read_on(pixels: Any) -> None:
    """Read images until the trainer has been gone for a while."""
    trainer, until = os.getppid(), None
    while until is None or time.monotonic() < until:
        int(pixels[::8].sum())
        if until is None and os.getppid() != trainer:
            until = time.monotonic() + OUTLIVES_S
        time.sleep(0.2)
    os._exit(0)


if __name__ == "__main__":
    training.load_pictures = load_with_a_child
    sys.exit(main())
