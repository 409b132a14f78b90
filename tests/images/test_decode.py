import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sgus.core.errors import ImageError
from sgus.core.files import sha256_bytes
from sgus.images import decode
from sgus.images.decode import decode_image, read_image
from tests.images.pictures import encoded, speckle
from tests.made_up import marked

TISSUE = speckle(90, 120)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF"])
def test_lossless_grey_comes_back_unchanged(kind):
    image = decode_image(encoded(TISSUE, kind), name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert image.notes == ()
    assert not image.pixels.flags.writeable


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_grey_stays_close(kind):
    image = decode_image(encoded(TISSUE, kind, quality=95), name="a")
    assert np.abs(image.pixels.astype(int) - TISSUE).mean() < 3
    assert image.notes == ()


def test_hash_is_of_the_bytes():
    data = encoded(TISSUE)
    assert decode_image(data, name="a").sha256 == sha256_bytes(data)


@pytest.mark.parametrize(("kind", "tolerance"), [("TIFF", 2), ("JPEG", 25)])
def test_cmyk_is_grey_of_the_print_colours(kind, tolerance):
    picture = Image.fromarray(np.stack([TISSUE] * 3, -1)).convert("CMYK")
    image = decode_image(encoded(picture, kind), name="a")
    assert np.abs(image.pixels.astype(int) - TISSUE).max() <= tolerance
    assert any("CMYK" in note for note in image.notes)


def test_sixteen_bits_are_spread_over_their_own_range():
    wide = TISSUE.astype(np.uint16) * 13 + 1000
    image = decode_image(encoded(wide), name="a")
    expected = (TISSUE.astype(float) - TISSUE.min()) * 255 / np.ptp(TISSUE)
    np.testing.assert_allclose(image.pixels, expected, atol=0.51)
    assert "more than 8 bits" in image.notes[0]


def test_sixteen_bit_file_of_eight_bit_values_is_kept():
    image = decode_image(encoded(TISSUE.astype(np.uint16)), name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert image.notes == ()


def test_float_tiff_with_a_hole_is_refused():
    values = TISSUE.astype(np.float32)
    values[3, 3] = np.nan
    with pytest.raises(ImageError, match="not numbers"):
        decode_image(encoded(Image.fromarray(values), "TIFF"), name="a")


def test_palette_gives_the_grey_of_its_colours():
    picture = Image.fromarray(255 - TISSUE).convert("P")
    picture.putpalette([level for value in range(255, -1, -1) for level in (value,) * 3])
    np.testing.assert_array_equal(decode_image(encoded(picture), name="a").pixels, TISSUE)


def test_transparency_is_laid_on_black():
    alpha = np.full(TISSUE.shape, 255, np.uint8)
    alpha[:, :40] = 0
    data = encoded(Image.merge("LA", [Image.fromarray(TISSUE), Image.fromarray(alpha)]))
    image = decode_image(data, name="a")
    assert not image.pixels[:, :40].any()
    np.testing.assert_array_equal(image.pixels[:, 40:], TISSUE[:, 40:])
    assert image.notes == ("Transparent parts were laid on black.",)


def test_camera_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = decode_image(encoded(TISSUE, "PNG", exif=exif), name="a")
    np.testing.assert_array_equal(image.pixels, np.rot90(TISSUE, -1))
    assert "turned" in image.notes[0]


def test_colour_is_luminance_and_doppler_is_noted():
    rgb = np.stack([TISSUE] * 3, -1)
    rgb[30:60, 30:70] = (230, 20, 10)
    image = decode_image(encoded(rgb), name="a")
    assert image.pixels[45, 50] == round(0.299 * 230 + 0.587 * 20 + 0.114 * 10)
    assert len(image.notes) == 2
    assert "Doppler" in image.notes[1]


def test_faint_tint_is_no_doppler():
    rgb = np.stack([TISSUE, TISSUE, np.minimum(TISSUE, 200) // 2], -1)
    assert decode_image(encoded(rgb), name="a").notes == (
        "The colours were turned into grey by their luminance.",
    )


def test_grey_stored_as_rgb_has_no_note():
    image = decode_image(encoded(np.stack([TISSUE] * 3, -1)), name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert image.notes == ()


@pytest.mark.parametrize("kind", ["TIFF", "WEBP", "PNG"])
def test_first_of_several_frames_is_used_and_said(kind):
    other = Image.fromarray(np.flipud(TISSUE).copy()).convert("RGB")
    options = {"lossless": True} if kind == "WEBP" else {}
    first = Image.fromarray(TISSUE).convert("RGB")
    data = encoded(first, kind, save_all=True, append_images=[other], **options)
    image = decode_image(data, name="a")
    np.testing.assert_array_equal(image.pixels, TISSUE)
    assert image.notes[0] == "The file holds 2 pictures; only the first was used."


def _zip():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a", "b")
    return stream.getvalue()


REFUSED = {
    "empty": (b"", "the file is empty"),
    "text": (b"PNG? no, notes about a patient\n" * 9, "it is a text file"),
    "svg": (b"<?xml version='1.0'?><svg xmlns='x'/>", "HTML, SVG"),
    "html": (b"\n <!doctype html><img>", "HTML, SVG"),
    "zip": (_zip(), "ZIP archive"),
    "pdf": (b"%PDF-1.7\n\x00\x01", "PDF document"),
    "gif": (encoded(TISSUE, "GIF"), "it is a GIF"),
    "noise": (bytes(range(128, 256)) * 9, "not a readable JPEG"),
    "truncated png": (encoded(TISSUE)[:2000], "damaged or cut short"),
    "truncated jpeg": (encoded(TISSUE, "JPEG")[:2000], "damaged or cut short"),
    "png header only": (encoded(TISSUE)[:40], "damaged or cut short|not a readable"),
    "small": (encoded(TISSUE[:63]), "less than 64 on a side"),
    "black": (encoded(np.zeros((90, 90), np.uint8)), "completely black"),
    "white": (encoded(np.full((90, 90), 255, np.uint8)), "completely of one shade"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_sentence(case):
    data, cause = REFUSED[case]
    with pytest.raises(ImageError, match=cause) as caught:
        decode_image(data, name="upload.png")
    assert str(caught.value).startswith("upload.png: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("side", [7000, 12_000, 20_000])
def test_bomb_is_refused_before_its_pixels_are_decoded(side, monkeypatch):
    data = encoded(Image.new("1", (side, side)))
    assert len(data) < 200_000
    monkeypatch.setattr(decode, "_grey", lambda *_: pytest.fail("pixels were decoded"))
    with pytest.raises(ImageError, match="more than 40 million pixels"):
        decode_image(data, name="bomb.png")


def test_too_many_bytes(monkeypatch, tmp_path):
    monkeypatch.setattr(decode, "MAX_BYTES", 100)
    with pytest.raises(ImageError, match="larger than"):
        decode_image(encoded(TISSUE), name="a")
    path = tmp_path / "a.png"
    path.write_bytes(encoded(TISSUE))
    with pytest.raises(ImageError, match="larger than"):
        read_image(path)


def test_missing_file(tmp_path):
    with pytest.raises(ImageError, match="cannot be read"):
        read_image(tmp_path / "none.png")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(["PNG", "JPEG", "BMP", "TIFF", "WEBP"]),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    keep=st.floats(0.05, 1),
)
def test_damaged_files_decode_or_raise_image_error(kind, edits, keep):
    data = bytearray(encoded(TISSUE, kind))
    for place, value in edits:
        data[int(place * (len(data) - 1))] = value
    try:
        image = decode_image(bytes(data[: int(keep * len(data)) + 1]), name="a")
    except ImageError:
        return
    assert image.pixels.dtype == np.uint8


@pytest.mark.real
def test_real_images_decode_without_notes(harmonicss):
    for number, shape in {"001": (641, 921), "080": (584, 908), "150": (459, 606)}.items():
        image = read_image(harmonicss / "Anonymized images" / f"{number}.jpg")
        assert image.pixels.shape == shape
        assert image.notes == ()


def test_decode__knows_a_phantom_by_its_own_file() -> None:
    decoded = decode_image(marked(Image.fromarray(TISSUE)), name="p.png")
    assert decoded.synthetic
    assert decoded.notes[0].startswith("SYNTHETIC PHANTOM: a simulated ultrasound image")
    assert np.array_equal(decoded.pixels, TISSUE)


@pytest.mark.parametrize("comment", ["", "a real scan", "no SYNTHETIC PHANTOM", "synthetic"])
def test_decode__takes_no_other_comment_for_a_phantom(comment: str) -> None:
    text = PngInfo()
    text.add_text("Comment", comment)
    decoded = decode_image(encoded(TISSUE, "PNG", pnginfo=text), name="a.png")
    assert not decoded.synthetic
    assert decoded.notes == ()


def test_decode__a_phantom_saved_as_jpeg_with_its_comment_is_one() -> None:
    data = encoded(TISSUE, "JPEG", comment="SYNTHETIC PHANTOM: saved anew")
    assert decode_image(data, name="p.jpg").synthetic
