"""From the bytes of a file to grey pixels; every upload is hostile until proven otherwise."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.core.synthetic import MARK_KEYS, SYNTHETIC_NOTE, says_synthetic
from sgus.images.dicom import FRAMES_NOTE as DICOM_FRAMES_NOTE
from sgus.images.dicom import is_dicom, read_dicom
from sgus.images.grey import DOPPLER_NOTE, GreyImage, grey_from_pillow

# A refusal, not a line in the server's log; `check_size` refuses far smaller pictures.
warnings.simplefilter("error", Image.DecompressionBombWarning)

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
MIN_SIDE_PX: Final = 64
MIN_CONTRAST: Final = 8
"""Least difference of grey levels in a picture that shows anything."""

FORMATS: Final = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
FORMATS_TEXT: Final = "JPEG, PNG, BMP, TIFF, WebP or DICOM"
EXPORT: Final = f"Export the image from the scanner as {FORMATS_TEXT}"

FRAMES_NOTE: Final = "The file holds {count} pictures; only the first was used."
TURNED_NOTE: Final = "The picture was turned as its camera information (EXIF) says."

_DECODER_ERRORS: Final = (
    OSError,
    ValueError,
    SyntaxError,  # Pillow's own word for a broken header
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Warning,  # where warnings are errors
)
"""What decoders are known to raise on malformed files."""

_KNOWN_STARTS: Final = (
    (b"GIF8", "it is a GIF, a format of few colours that no scanner stores"),
    (b"PK\x03\x04", "it is a ZIP archive (or an Office document), not an image"),
    (b"\x1f\x8b", "it is a compressed archive, not an image"),
    (b"%PDF", "it is a PDF document, not an image"),
)


@dataclass(frozen=True, eq=False)
class DecodedImage:
    """A picture ready for `find_region`.

    Attributes:
        name: The file's name.
        pixels: `(h, w)` uint8 grey, read-only.
        sha256: Hash of the file's bytes, hexadecimal.
        notes: What was converted or looks unusual, plain sentences.
    """

    name: str
    pixels: NDArray[np.uint8]
    sha256: str
    notes: tuple[str, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether the file says that it is a simulated image; one saved anew may not say so."""
        return SYNTHETIC_NOTE in self.notes


_CAUTIONS: Final = tuple(
    note.partition("{")[0] for note in (DOPPLER_NOTE, FRAMES_NOTE, DICOM_FRAMES_NOTE)
)


def is_caution(note: str) -> bool:
    """Whether a note says that the grade may be of the wrong kind of picture, or of one of many."""
    return note.startswith(_CAUTIONS)


def read_image(path: Path) -> DecodedImage:
    """Decode a file; see `decode_image`.

    Raises:
        ImageError: It is missing, too large, or not a readable image.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path.name)
        data = path.read_bytes()
    except OSError as error:
        cause = error.strerror or "it cannot be opened"
        raise ImageError(path, f"the file cannot be read ({cause})", "Check the path") from error
    return decode_image(data, name=path.name)


def decode_image(data: bytes, *, name: str) -> DecodedImage:
    """Turn the bytes of a file into grey pixels, in memory, without writing anything.

    The size is checked from the header before any pixel is decoded. Of several frames or pages
    the first is used. No text field of the file is kept, but a simulated image is known by its.

    Args:
        data: The file's bytes.
        name: What to call it in messages.

    Raises:
        ImageError: The bytes are not one readable image of at least 64 pixels a side, at most
            40 million pixels and 50 MB, that shows something.
    """
    if not data:
        raise ImageError(name, "the file is empty", EXPORT)
    if len(data) > MAX_BYTES:
        raise _too_large(name)
    if is_dicom(data):
        pixels, notes = read_dicom(data, name=name, max_pixels=MAX_PIXELS)
        check_size(pixels.shape[1], pixels.shape[0], name=name)
    else:
        pixels, notes = _decode_with_pillow(data, name)
    _check_content(pixels, name)
    pixels = np.ascontiguousarray(pixels)
    pixels.flags.writeable = False
    return DecodedImage(name, pixels, sha256_bytes(data), notes)


def _too_large(name: str) -> ImageError:
    limit = MAX_BYTES // (1024 * 1024)
    return ImageError(name, f"the file is larger than {limit} MB", "Export a single image")


def _decode_with_pillow(data: bytes, name: str) -> GreyImage:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            check_size(*image.size, name=name)
            return _grey(image, name)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name) from error
    except UnidentifiedImageError as error:
        raise ImageError(name, _not_an_image(data), EXPORT) from error
    except _DECODER_ERRORS as error:
        cause = "the file is damaged or cut short and cannot be decoded"
        raise ImageError(name, cause, "Copy or export it again") from error


def _grey(image: Image.Image, name: str) -> GreyImage:
    frames = getattr(image, "n_frames", 1)
    orientation = image.getexif().get(0x0112, 1)
    synthetic = any(says_synthetic(image.info.get(key)) for key in MARK_KEYS)
    pixels, notes = grey_from_pillow(ImageOps.exif_transpose(image), name=name)
    if orientation != 1:
        notes = (TURNED_NOTE, *notes)
    if frames > 1:
        notes = (FRAMES_NOTE.format(count=frames), *notes)
    if synthetic:
        notes = (SYNTHETIC_NOTE, *notes)
    return pixels, notes


def check_size(width: int, height: int, *, name: str) -> None:
    """Refuse a picture by its header, before its pixels take any memory.

    Raises:
        ImageError: It has too many pixels, or a side is too short to show a gland.
    """
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(name)
    if min(width, height) < MIN_SIDE_PX:
        cause = f"the picture is {width} x {height} pixels, less than {MIN_SIDE_PX} on a side"
        raise ImageError(name, cause, "Export it in its full size")


def _too_many_pixels(name: str) -> ImageError:
    limit = MAX_PIXELS // 1_000_000
    return ImageError(
        name, f"the picture has more than {limit} million pixels", "Export it in its own size"
    )


def _not_an_image(data: bytes) -> str:
    for start, cause in _KNOWN_STARTS:
        if data.startswith(start):
            return cause
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "it is a web page or a drawing (HTML, SVG, XML), not an image of pixels"
    readable = sum(32 <= byte < 127 or byte in b"\t\r\n\f" for byte in head)
    if b"\0" not in head and readable > 0.8 * len(head):
        return "it is a text file, not an image"
    return f"it is not a readable {FORMATS_TEXT} image"


def _check_content(pixels: NDArray[np.uint8], name: str) -> None:
    low, high = int(pixels.min()), int(pixels.max())
    if high - low < MIN_CONTRAST:
        shade = "black" if high < MIN_CONTRAST else "of one shade"
        raise ImageError(name, f"the picture is completely {shade}", "Choose another image")
