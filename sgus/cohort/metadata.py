"""Does an image file carry more than its pixels? What it carries may name the patient."""

from __future__ import annotations

from typing import Final

JPEG_START: Final = b"\xff\xd8"
PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_PIXEL_CHUNKS: Final = (
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD",
    b"pHYs",
)  # fmt: skip
_JFIF: Final = 0xE0
_ADOBE: Final = 0xEE
_COMMENT: Final = 0xFE
_SCAN: Final = 0xDA
_END: Final = 0xD9


def is_pixels_only(data: bytes) -> bool:
    """Whether a file is a JPEG or PNG that holds pixels and nothing else.

    Everything that is not known to be harmless counts as more: EXIF, XMP, colour profiles,
    comments, text chunks, thumbnails, bytes after the end, and any other file format.
    """
    if data.startswith(JPEG_START):
        return _jpeg_is_pixels_only(data)
    if data.startswith(PNG_START):
        return _png_is_pixels_only(data)
    return False


def _png_is_pixels_only(data: bytes) -> bool:
    at = len(PNG_START)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_PIXEL_CHUNKS:
            return False
        at += 12 + length
        if kind == b"IEND":
            return length == 0 and at == len(data)
    return False


def _jpeg_is_pixels_only(data: bytes) -> bool:
    at = len(JPEG_START)
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        payload = data[at + 4 : at + 2 + length]
        if length < 2 or not _jpeg_segment_is_harmless(marker, payload):
            return False
        at += 2 + length
        if marker == _SCAN:
            at = _end_of_scan(data, at)
            if data[at : at + 2] == bytes((0xFF, _END)):
                return at + 2 == len(data)
    return False


def _jpeg_segment_is_harmless(marker: int, payload: bytes) -> bool:
    if marker == _JFIF:  # 14 bytes: a header without the optional thumbnail
        return payload.startswith(b"JFIF\0") and len(payload) == 14
    if marker == _ADOBE:  # 12 bytes: says how colours are coded, needed to decode them
        return payload.startswith(b"Adobe") and len(payload) == 12
    return not (0xE0 <= marker <= 0xEF or marker == _COMMENT)


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands that is neither a stuffed zero nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        follows = data[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7 and follows != 0xFF:
            return at
        at += 1 if follows == 0xFF else 2
