"""The first frame of a DICOM ultrasound file: pixels only, no field about the patient is read."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sgus.core.errors import ImageError
from sgus.images.grey import GreyImage, grey_from_numbers, grey_from_rgb

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
"""Transfer syntax of a data set that is one compressed stream: its size is unknown until read."""

FRAMES_NOTE: Final = "The DICOM file holds {count} frames; only the first was used."
INVERTED_NOTE: Final = "The grey scale was stored inverted (MONOCHROME1) and was turned round."

_EXPORT: Final = "Export the image from the scanner as an uncompressed DICOM file or as PNG"

_PIXEL_TAGS: Final = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    "PixelData",
)
"""All that is read: nothing here says who was scanned, when or where."""

_COMMON_ERRORS: Final = (
    OSError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    NotImplementedError,
    AssertionError,
    struct.error,
    zlib.error,
    Warning,
)
"""What pydicom and its decoders are known to raise on malformed files."""


def _reader_errors() -> tuple[type[Exception], ...]:
    """The same with pydicom's own two kinds, which stand outside the usual families."""
    from pydicom.errors import BytesLengthException, InvalidDicomError

    return (*_COMMON_ERRORS, BytesLengthException, InvalidDicomError)


def is_dicom(data: bytes) -> bool:
    """Whether the bytes carry DICOM's own mark."""
    return data[128:132] == b"DICM"


def read_dicom(data: bytes, *, name: str, max_pixels: int) -> GreyImage:
    """Grey pixels of the first frame.

    Args:
        data: The file's bytes.
        name: What to call it in messages.
        max_pixels: Largest allowed rows x columns, checked before a pixel is decoded.

    Returns:
        `(h, w)` uint8 pixels and a sentence for each conversion.

    Raises:
        ImageError: It holds no image, is damaged, too large, or compressed in a way that cannot
            be decoded here.
    """
    if DEFLATED in data:
        raise ImageError(name, "the whole DICOM file is compressed (deflated)", _EXPORT)
    try:
        dataset = _read_pixel_fields(data)
        frames = _check_header(dataset, name, max_pixels)  # pydicom parses a field when asked
    except _reader_errors() as error:
        cause = "the DICOM file is damaged or cut short"
        raise ImageError(name, cause, "Copy or export it again") from error
    try:
        frame = _first_frame(dataset)
    except _reader_errors() as error:
        cause = f"its pixels ({_syntax_name(dataset)}) cannot be decoded"
        raise ImageError(name, cause, _EXPORT) from error
    pixels, notes = _grey(frame, str(dataset.PhotometricInterpretation), name)
    if frames > 1:
        notes = (FRAMES_NOTE.format(count=frames), *notes)
    return pixels, notes


def _read_pixel_fields(data: bytes) -> FileDataset:
    import pydicom

    return pydicom.dcmread(io.BytesIO(data), specific_tags=list(_PIXEL_TAGS))


def _check_header(dataset: FileDataset, name: str, max_pixels: int) -> int:
    """Number of frames, after the size was found acceptable."""
    rows, columns = dataset.get("Rows"), dataset.get("Columns")
    if not rows or not columns or "PixelData" not in dataset:
        raise ImageError(name, "the DICOM file holds no image", "Choose a file with an image")
    if rows * columns > max_pixels:
        cause = f"the picture has more than {max_pixels // 1_000_000} million pixels"
        raise ImageError(name, cause, "Export it in its own size")
    return int(dataset.get("NumberOfFrames") or 1)


def _syntax_name(dataset: FileDataset) -> str:
    from pydicom.uid import UID

    syntax = dataset.file_meta.get("TransferSyntaxUID")  # a list of texts in a damaged file
    known = isinstance(syntax, UID) and syntax.is_transfer_syntax and syntax.name != syntax
    return str(syntax.name) if known else "of unknown transfer syntax"


def _first_frame(dataset: FileDataset) -> NDArray[Any]:
    """`(h, w)` numbers or `(h, w, 3)` uint8 RGB of frame 0."""
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    frame = pixel_array(dataset, index=0)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        frame = apply_color_lut(frame, dataset)
    if frame.ndim == 3 and frame.dtype != np.uint8:
        frame = (frame >> 8 if frame.max() > 255 else frame).astype(np.uint8)
    return np.asarray(frame)


def _grey(frame: NDArray[Any], photometric: str, name: str) -> GreyImage:
    if frame.ndim == 3:
        return grey_from_rgb(np.ascontiguousarray(frame[..., :3]))
    pixels, notes = grey_from_numbers(frame, name=name)
    if photometric != "MONOCHROME1":
        return pixels, notes
    return np.asarray(255 - pixels, dtype=np.uint8), (*notes, INVERTED_NOTE)
