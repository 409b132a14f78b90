"""What made an artefact: versions to keep beside every result."""

from __future__ import annotations

import platform
from importlib import metadata

from sgus import __version__

LIBRARIES = ("torch", "torchvision", "timm", "numpy", "pillow", "scikit-learn")


def versions() -> dict[str, str]:
    """Version of this package, of Python and of the libraries that decide figures.

    Reads the installed metadata, so that nothing heavy is imported.
    """
    found = {"sgus": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in LIBRARIES}
