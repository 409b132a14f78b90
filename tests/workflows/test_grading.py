from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from sgus.core.errors import ImageError, ModelError
from sgus.core.grades import STAGE_NAMES, grades_from_stages, stages_from_grades
from sgus.core.region import Region
from sgus.explain.cam import stage_cams, upsample_cams
from sgus.images.decode import DecodedImage, decode_image, read_image
from sgus.images.geometry import prepare
from sgus.images.region import find_region
from sgus.nn.model_files import ModelInfo, load_model
from sgus.nn.network import GradingNetwork
from sgus.workflows.grading import GradedImage, Grader
from tests.made_up import encoded, marked, ultrasound


@pytest.fixture(scope="module")
def grader(model_dir: Path) -> Grader:
    return Grader.load(model_dir)


@pytest.fixture(scope="module")
def decode(make_scan: Callable[..., np.ndarray]) -> Callable[..., DecodedImage]:
    def decoded(seed: int, *, pixels: np.ndarray | None = None) -> DecodedImage:
        shown = make_scan(seed) if pixels is None else pixels
        return decode_image(cv2.imencode(".png", shown)[1].tobytes(), name=f"{seed}.png")

    return decoded


@pytest.fixture
def one_thread() -> Iterator[None]:
    """The threads under test are Python's; torch's own would only crowd the processor."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same(one: GradedImage, other: GradedImage) -> bool:
    assert one.cam_maps is not None
    assert other.cam_maps is not None
    return (
        np.array_equal(one.p, other.p)
        and np.array_equal(one.cam_maps, other.cam_maps)
        and one.stages == other.stages
        and one.empty_cams == other.empty_cams
    )


def test_grade__is_the_path_written_out_step_by_step(
    grader: Grader, model_dir: Path, decode: Callable[..., DecodedImage]
) -> None:
    image = decode(1)
    graded = grader.grade(image)
    network = load_model(model_dir).network
    region = find_region(image.pixels)
    seen = prepare(image.pixels, region, height=48, width=64)
    x = network.normalise(torch.from_numpy(seen.pixels)[None, None])
    found = stage_cams(network, x)
    p = network.probabilities(network(x))[0].detach().numpy()
    np.testing.assert_allclose(graded.p, p, atol=1e-6)
    assert graded.grade == int(p.argmax())
    assert (graded.region, graded.window) == (region, seen.window)
    large = upsample_cams(found.cams[0].numpy(), height=seen.window.height, width=seen.window.width)
    for name, cam in zip(STAGE_NAMES, large, strict=True):
        np.testing.assert_allclose(graded.cams[name], cam, atol=1e-4)


def test_grade__names_the_file_and_the_weights(
    grader: Grader, model_dir: Path, decode: Callable[..., DecodedImage]
) -> None:
    image = decode(2)
    graded = grader.grade(image)
    weights = hashlib.sha256((model_dir / "model.safetensors").read_bytes()).hexdigest()
    assert (graded.name, graded.sha256) == ("2.png", image.sha256)
    assert graded.model == f"test-model@{weights[:12]}"


@pytest.mark.parametrize("head", ["hierarchical", "flat", "ordinal"])
def test_grade__stages_and_grades_tell_the_same(
    head: str,
    tmp_path: Path,
    make_network: Callable[..., torch.nn.Module],
    make_model: Callable[..., object],
    decode: Callable[..., DecodedImage],
) -> None:
    make_model(tmp_path, make_network(head=head))
    graded = Grader.load(tmp_path).grade(decode(1))
    stages = np.array([graded.stages[name] for name in STAGE_NAMES])
    np.testing.assert_allclose(grades_from_stages(stages), graded.p, atol=1e-5)
    np.testing.assert_allclose(stages_from_grades(graded.p), stages, atol=1e-5)
    assert graded.p.sum() == pytest.approx(1.0, abs=1e-12)


def test_grade__divides_log_odds_by_the_temperature(
    tmp_path: Path,
    make_network: Callable[..., torch.nn.Module],
    make_model: Callable[..., object],
    decode: Callable[..., DecodedImage],
) -> None:
    odds = []
    for name, temperature in (("plain", 1.0), ("calibrated", 2.5)):
        make_model(tmp_path / name, make_network(), temperature=temperature)
        stages = np.array(list(Grader.load(tmp_path / name).grade(decode(1)).stages.values()))
        odds.append(np.log(stages / (1 - stages)))
    np.testing.assert_allclose(odds[0], 2.5 * odds[1], rtol=1e-3)


def test_grade__uses_the_region_given(grader: Grader, decode: Callable[..., DecodedImage]) -> None:
    region = Region(60, 50, 160, 150)
    graded = grader.grade(decode(1), region=region)
    assert graded.region == region
    assert graded.window == Region(60, 50, 160, 125)
    assert graded.cams["stage1"].shape == (75, 100)
    assert not np.array_equal(graded.p, grader.grade(decode(1)).p)


def test_grade__without_maps_gives_the_same_probabilities(
    grader: Grader, decode: Callable[..., DecodedImage]
) -> None:
    plain = grader.grade(decode(3), cams=False)
    assert plain.cams == {}
    assert np.array_equal(plain.p, grader.grade(decode(3)).p)


def test_grade__says_how_much_text_was_masked(
    grader: Grader, decode: Callable[..., DecodedImage], make_scan: Callable[..., np.ndarray]
) -> None:
    pixels = make_scan(1, height=400, width=520)
    cv2.putText(pixels, "PAROTID LEFT", (60, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    graded = grader.grade(decode(1, pixels=pixels))
    share = graded.text_mask[graded.region.slices].mean()
    assert share > 0
    assert f"Burned-in text was masked ({share:.1%} of the region)." in graded.notes


def test_grade__keeps_the_notes_of_the_decoder(
    grader: Grader, decode: Callable[..., DecodedImage], make_scan: Callable[..., np.ndarray]
) -> None:
    coloured = np.stack([make_scan(1)] * 3, axis=-1)
    image = decode(1, pixels=coloured // np.array([1, 2, 3], np.uint8))
    assert image.notes
    assert grader.grade(image).notes[: len(image.notes)] == image.notes


def test_grade__knows_the_images_the_model_learnt_from(
    model_dir: Path, decode: Callable[..., DecodedImage]
) -> None:
    loaded = load_model(model_dir)
    known, new = decode(1), decode(2)
    info = loaded.info.model_copy(update={"training_sha256": [known.sha256]})
    grader = Grader(replace(loaded, info=info))
    assert grader.grade(known).learnt
    assert not grader.grade(new).learnt


def test_grade__says_which_maps_are_empty(
    tmp_path: Path,
    make_network: Callable[..., torch.nn.Module],
    make_model: Callable[..., object],
    decode: Callable[..., DecodedImage],
) -> None:
    network = make_network()
    with torch.no_grad():
        network.readings[0].weight[1] = 0.0
    make_model(tmp_path, network)
    graded = Grader.load(tmp_path).grade(decode(1))
    assert "stage2a" in graded.empty_cams
    assert not graded.cams["stage2a"].any()
    assert "The map of stage2a is empty: no part spoke for the side chosen." in graded.notes


def test_grade__names_the_image_without_ultrasound(
    grader: Grader, decode: Callable[..., DecodedImage]
) -> None:
    flat = np.zeros((120, 160), np.uint8)
    flat[:2, :2] = 255
    with pytest.raises(ImageError, match=r"7\.png: no ultrasound area"):
        grader.grade(decode(7, pixels=flat))


def test_grade__refuses_a_region_outside_the_image(
    grader: Grader, decode: Callable[..., DecodedImage]
) -> None:
    with pytest.raises(ImageError, match=r"4\.png: .* outside the picture"):
        grader.grade(decode(4), region=Region(900, 900, 1000, 1000))


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("n_threads", [2, 8])
def test_grade__threads_that_share_a_grader_never_mix_images(
    grader: Grader, decode: Callable[..., DecodedImage], n_threads: int
) -> None:
    images = [decode(seed) for seed in range(12)]
    alone = [grader.grade(image) for image in images]
    with ThreadPoolExecutor(n_threads) as pool:
        threaded = list(pool.map(grader.grade, images * 5))
    wrong = [i for i, graded in enumerate(threaded) if not same(graded, alone[i % 12])]
    assert wrong == []
    assert not same(alone[0], alone[1])


def test_grader__leaves_the_model_it_was_given_alone(model_dir: Path) -> None:
    loaded = load_model(model_dir)
    before = {key: value.clone() for key, value in loaded.network.state_dict().items()}
    Grader(loaded, precision="bfloat16")
    after = loaded.network.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_grader__in_bfloat16_stays_within_a_hundredth(
    grader: Grader, model_dir: Path, decode: Callable[..., DecodedImage]
) -> None:
    fast = Grader.load(model_dir, precision="bfloat16")
    for seed in range(6):
        difference = fast.grade(decode(seed)).p - grader.grade(decode(seed)).p
        assert np.abs(difference).max() < 0.01


def test_grader__refuses_a_model_of_another_preparation(
    tmp_path: Path, make_network: Callable[..., torch.nn.Module], make_model: Callable[..., object]
) -> None:
    make_model(tmp_path, make_network())
    loaded = load_model(tmp_path)
    old = replace(loaded, info=loaded.info.model_copy(update={"prepare_version": 999}))
    with pytest.raises(ModelError, match=r"prepared by version 999 .* Train it again"):
        Grader(old)


@pytest.mark.real
def test_grade__real_images_of_every_centre(grader: Grader, harmonicss: Path) -> None:
    for number in ("001", "100", "172"):
        graded = grader.grade(read_image(next(harmonicss.rglob(f"{number}.jpg"))))
        assert graded.window.width >= graded.region.width // 2
        assert graded.p.sum() == pytest.approx(1.0)
        assert set(graded.cams) == set(STAGE_NAMES)


@pytest.mark.parametrize(
    ("image", "model", "said"),
    [
        (False, False, ""),
        (True, False, "The image is simulated and the model learnt from real ones"),
        (False, True, "This model learnt from simulated images only: on a real image"),
        (True, True, "Image and model are both simulated"),
    ],
)
def test_grade__says_where_image_or_model_is_simulated(
    make_network: Callable[..., GradingNetwork],
    make_model: Callable[..., ModelInfo],
    tmp_path: Path,
    image: bool,
    model: bool,
    said: str,
) -> None:
    make_model(tmp_path / "m", make_network(), synthetic=model)
    data = marked(ultrasound()) if image else encoded(ultrasound())
    graded = Grader.load(tmp_path / "m").grade(decode_image(data, name="a.png"), cams=False)
    assert (graded.synthetic, graded.model_synthetic) == (image, model)
    assert graded.kind == ("synthetic phantom" if image else "image")
    assert graded.origin_caution.startswith(said)
    assert bool(graded.origin_caution) == bool(said)
