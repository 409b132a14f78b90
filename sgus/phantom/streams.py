"""The draws of one request, by what is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from sgus.phantom.plane import PlaneDraws
from sgus.phantom.request import PhantomRequest


@dataclass(frozen=True)
class Streams:
    """Streams of one request: what one structure draws changes nothing for the others.

    Attributes:
        request: Names the gland, its plane and the scan.
    """

    request: PhantomRequest

    def __call__(self, name: str) -> PlaneDraws:
        """The draws of one structure of the gland.

        Args:
            name: What is drawn.
        """
        request = self.request
        where = f"{request.gland} {request.view} {name}"
        return PlaneDraws(request.anatomy_seed, request.scan_seed, request.plane_shift, name=where)
