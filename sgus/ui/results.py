"""The results of one browser session, bounded, keyed by content and never by file name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.core.region import Region

if TYPE_CHECKING:
    from sgus.images.decode import DecodedImage
    from sgus.ui.engine import Engine
    from sgus.workflows.grading import GradedImage

MAX_RESULTS = 2000
MAX_DETAILS = 4
"""Graded images kept with their pixels and maps: a few megabytes each."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Upload(Protocol):
    """An uploaded file, as streamlit hands it over."""

    file_id: str
    name: str

    def getvalue(self) -> bytes:
        """The bytes of the file."""
        ...


@dataclass(frozen=True)
class Sample:
    """An image of a simulated cohort, or a phantom: an upload that nobody uploaded.

    Attributes:
        file_id: Unique for its bytes.
        name: File name.
        data: Its bytes.
        note: What is known of it, a sentence.
    """

    file_id: str
    name: str
    data: bytes
    note: str

    def getvalue(self) -> bytes:
        """The bytes of the file."""
        return self.data


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a grade, or the reason why not. Holds no pixels and no name.

    Attributes:
        sha256: Hash of the file's bytes.
        model: Name of the model.
        grade: Most probable grade.
        p: Four grade probabilities.
        stages: Probability of the higher side by stage name.
        region: The ultrasound region used.
        by_hand: Whether a person set the region.
        error: Cause and next step, when it could not be graded.
        kind: `synthetic phantom` or `image`; "" when it could not be read.
    """

    sha256: str
    model: str
    grade: int | None = None
    p: tuple[float, ...] = ()
    stages: dict[str, float] = field(default_factory=dict)
    region: Region | None = None
    by_hand: bool = False
    error: str | None = None
    kind: str = ""


class Bounded(Generic[K, V]):
    """A mapping that forgets what was not asked for longest.

    Args:
        size: Entries kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The entry, or `None`."""
        if key in self._entries:
            self._entries.move_to_end(key)
        return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep an entry and return it."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)
        return value

    def __len__(self) -> int:
        return len(self._entries)


Key = tuple[str, str, str]


class Results:
    """Outcomes and details of the files of a session."""

    def __init__(self) -> None:
        self.regions: dict[str, Region] = {}
        self._hashes: Bounded[str, str] = Bounded(MAX_RESULTS)
        self._outcomes: Bounded[Key, Outcome] = Bounded(MAX_RESULTS)
        self._details: Bounded[Key, GradedImage] = Bounded(MAX_DETAILS)

    def sha256(self, upload: Upload) -> str:
        """Hash of an upload's bytes, computed once."""
        known = self._hashes.get(upload.file_id)
        return known or self._hashes.put(upload.file_id, sha256_bytes(upload.getvalue()))

    def _key(self, upload: Upload, fingerprint: str) -> Key:
        sha256 = self.sha256(upload)
        region = self.regions.get(sha256)
        return sha256, region.text() if region else "", fingerprint

    def is_graded(self, upload: Upload, fingerprint: str) -> bool:
        """Whether the outcome is already known."""
        return self._outcomes.get(self._key(upload, fingerprint)) is not None

    def outcome(self, upload: Upload, engine: Engine, *, fingerprint: str, model: str) -> Outcome:
        """Grade a file, or remember what came of it."""
        key = self._key(upload, fingerprint)
        known = self._outcomes.get(key)
        return known or self._outcomes.put(key, self._grade(upload, engine, model=model))

    def detail(self, upload: Upload, engine: Engine, *, fingerprint: str) -> GradedImage:
        """Grade a file with its activation maps.

        Raises:
            ImageError: It cannot be graded.
        """
        key = self._key(upload, fingerprint)
        known = self._details.get(key)
        if known is not None:
            return known
        region = self.regions.get(key[0])
        graded = engine.grade(decode(upload), region=region, cams=True)
        return self._details.put(key, graded)

    def _grade(self, upload: Upload, engine: Engine, *, model: str) -> Outcome:
        sha256 = self.sha256(upload)
        region = self.regions.get(sha256)
        try:
            graded = engine.grade(decode(upload), region=region, cams=False)
        except ImageError as error:
            return Outcome(sha256, model, by_hand=region is not None, error=reason(error))
        return Outcome(
            sha256,
            graded.model,
            grade=int(graded.grade),
            p=tuple(float(value) for value in graded.p),
            stages={name: float(value) for name, value in graded.stages.items()},
            region=graded.region,
            by_hand=region is not None,
            kind=graded.kind,
        )


def decode(upload: Upload) -> DecodedImage:
    """Decode an upload; its name stays out of the result, so that nothing can log or cache it.

    Raises:
        ImageError: It is not a readable picture.
    """
    from sgus.images.decode import decode_image

    return decode_image(upload.getvalue(), name="image")


def reason(error: ImageError) -> str:
    """Cause and next step of an error, as sentences, without the item's name."""
    cause = error.cause[:1].upper() + error.cause[1:]
    return f"{cause}. {error.next_step}."
