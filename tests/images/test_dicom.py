import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    SecondaryCaptureImageStorage,
)

from sgus.core.errors import ImageError
from sgus.images.decode import decode_image, read_image
from tests.images.pictures import encoded, speckle

TISSUE = speckle(80, 100)


def dicom(pixels, *, photometric="MONOCHROME2", syntax=ExplicitVRLittleEndian, **fields):
    """Bytes of a small DICOM file about somebody."""
    import io

    dataset = Dataset()
    dataset.PatientName = "Secret^Name"
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = photometric
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    for name, value in fields.items():
        setattr(dataset, name, value)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


WHOLE = dicom(TISSUE)


def test_monochrome_is_kept():
    image = decode_image(dicom(TISSUE), name="a.dcm")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert image.notes == ()


def test_monochrome1_is_turned_round():
    image = decode_image(dicom(255 - TISSUE, photometric="MONOCHROME1"), name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert "MONOCHROME1" in image.notes[0]


def test_sixteen_bits_are_spread():
    image = decode_image(dicom(TISSUE.astype(np.uint16) * 16), name="a")
    assert image.pixels.min() == 0
    assert image.pixels.max() == 255
    assert "more than 8 bits" in image.notes[0]


def test_rgb_is_luminance():
    image = decode_image(dicom(np.stack([TISSUE] * 3, -1), photometric="RGB"), name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)


def test_nothing_about_the_patient_is_kept():
    image = decode_image(dicom(TISSUE), name="a")
    assert "Secret" not in repr(vars(image))


def test_header_of_a_huge_picture_is_enough():
    data = dicom(TISSUE, Rows=9000, Columns=9000)
    with pytest.raises(ImageError, match="more than 40 million pixels"):
        decode_image(data, name="a")


def test_missing_pixels():
    data = dicom(TISSUE, Rows=160)
    with pytest.raises(ImageError, match="cannot be decoded"):
        decode_image(data, name="a")


def test_without_an_image():
    dataset = dicom(TISSUE, Rows=0)
    with pytest.raises(ImageError, match="holds no image"):
        decode_image(dataset, name="a")


def test_deflated_is_refused_unread():
    with pytest.raises(ImageError, match="deflated"):
        decode_image(dicom(TISSUE, syntax=DeflatedExplicitVRLittleEndian), name="a")


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_what_cannot_be_decoded_says_its_compression(syntax):
    from pydicom.encaps import encapsulate

    data = dicom(TISSUE, syntax=syntax, PixelData=encapsulate([b"\x00" * 64]))
    with pytest.raises(ImageError, match=r"JPEG.*cannot be decoded"):
        decode_image(data, name="a")


def test_a_jpeg_inside_a_preamble_only_file_is_no_dicom():
    with pytest.raises(ImageError, match="DICOM"):
        decode_image(b"\0" * 128 + b"DICM" + encoded(TISSUE, "JPEG"), name="a")


@pytest.mark.parametrize("cut", [140, 400, 2000])
def test_truncated(cut):
    with pytest.raises(ImageError, match=r"DICOM|decoded"):
        decode_image(dicom(TISSUE)[:cut], name="a")


@settings(max_examples=200, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(132, 700), st.integers(0, 255)), min_size=1, max_size=8)
)
@example(edits=[(215, 92)])  # a backslash makes the transfer syntax a list
def test_damaged_headers_decode_or_raise_image_error(edits):
    data = bytearray(WHOLE)
    for place, value in edits:
        data[place] = value
    try:
        image = decode_image(bytes(data), name="a")
    except ImageError:
        return
    assert image.pixels.dtype == np.uint8


REAL = {
    "pydicom_examples_rgb_color.dcm": (240, 320),
    "pydicom_examples_palette.dcm": (350, 800),
    "pydicom_examples_ybr_color.dcm": (240, 320),
    "pydicom_examples_jpeg2k.dcm": (480, 640),
    "pydicomdata_OBXXXX1A_rle_2frame.dcm": (600, 800),
    "pydicomdata_US1_UNCR.dcm": (480, 640),
}


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_real_ultrasound(shared_data, name):
    image = read_image(shared_data / "dicom_us" / name)
    assert image.pixels.shape == REAL[name]
    assert image.pixels.max() > 150
    several = {"pydicom_examples_ybr_color.dcm": 30, "pydicomdata_OBXXXX1A_rle_2frame.dcm": 2}
    said = [note for note in image.notes if "frames" in note]
    expected = f"The DICOM file holds {several.get(name)} frames; only the first was used."
    assert said == ([expected] if name in several else [])


@pytest.mark.real
def test_one_picture_in_two_compressions_is_the_same(shared_data):
    folder = shared_data / "dicom_us"
    plain = read_image(folder / "pydicomdata_US1_UNCR.dcm").pixels
    squeezed = read_image(folder / "pydicom_examples_jpeg2k.dcm").pixels
    np.testing.assert_allclose(plain.astype(int), squeezed, atol=2)
