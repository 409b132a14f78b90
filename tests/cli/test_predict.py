from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from sgus.cli.main import main
from sgus.core.files import sha256_file
from sgus.images.geometry import PREPARE_VERSION
from sgus.nn.model_files import ModelInfo, load_model, save_model
from sgus.nn.network import GradingNetwork, NetworkSpec
from tests.made_up import marked


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(0)
    network = GradingNetwork(NetworkSpec(backbone="tiny", height=48, width=64))
    info = ModelInfo(name="cli", network=network.spec, prepare_version=PREPARE_VERSION)
    directory = tmp_path_factory.mktemp("models") / "cli"
    save_model(directory, network, info, card="# cli\n")
    return str(directory)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    for seed in (1, 2):
        tissue = np.random.default_rng(seed).integers(20, 150, (160, 220), dtype=np.uint8)
        pixels = np.pad(cv2.GaussianBlur(tissue, (0, 0), 1), 20)
        cv2.imwrite(str(folder / f"00{seed}.png"), pixels)
    return folder


def test_predict__json_is_alone_on_stdout(
    model: str, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--model", model, str(scans), "--json"]) == 0
    shown = capsys.readouterr()
    entries = json.loads(shown.out)["predictions"]
    assert [Path(entry["image"]).name for entry in entries] == ["001.png", "002.png"]
    assert all(sum(entry["p"]) == pytest.approx(1) for entry in entries)
    assert shown.err == "2 of 2 images graded\n"


def test_predict__says_when_the_model_learnt_from_an_image(
    model: str, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = load_model(Path(model))
    known = sha256_file(scans / "002.png")
    info = loaded.info.model_copy(update={"training_sha256": [known]})
    save_model(tmp_path / "knows", loaded.network, info, card="x")
    assert main(["predict", "--model", str(tmp_path / "knows"), str(scans)]) == 0
    shown = capsys.readouterr().err
    assert shown == "2 of 2 images graded\nThe model learnt from 1 of them: no test of it\n"


def test_predict__exit_status_1_when_some_failed(
    model: str, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scans / "003.png").write_bytes(b"")
    assert main(["predict", "--model", model, str(scans), "--json"]) == 1
    last = json.loads(capsys.readouterr().out)["predictions"][2]
    assert sorted(last) == ["error", "image", "sha256"]
    assert "003.png: the file is empty" in last["error"]


def test_predict__exit_status_2_when_none_was_graded(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "--model", model, str(tmp_path / "no.png")]) == 2
    assert "not graded: no.png" in capsys.readouterr().out.replace(str(tmp_path) + "/", "")


def test_predict__table_to_csv(
    model: str, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("Anonymized ID,Patient ID\n2,A\n1,B\n")
    out = tmp_path / "results.csv"
    words = ["predict", "--model", model, "--table", str(labels), "--images", str(scans)]
    assert main([*words, "--csv", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["image"] for row in rows] == ["2", "1"]
    assert sum(float(rows[0][f"p{grade}"]) for grade in range(4)) == pytest.approx(1)
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "2"
    assert main([*words, "--csv", str(out)]) == 2
    assert "the file is there already" in capsys.readouterr().err
    assert main([*words, "--csv", str(out), "--force"]) == 0


def test_predict__writes_maps_once(
    model: str, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", "--model", model, str(scans), "--cam", str(tmp_path / "maps")]
    assert main(words) == 0
    assert len(list((tmp_path / "maps").iterdir())) == 6
    capsys.readouterr()
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "6 of the files are there already" in shown.err


def test_predict__takes_the_only_bundled_model(
    model: str, scans: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SGUS_MODELS", str(Path(model).parent))
    assert main(["predict", str(scans / "001.png"), "--json"]) == 0
    assert '"model": "cli@' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ([], "no image was named. Give images, or --table with --images"),
        (["--table", "labels.csv"], "--table and --images belong together"),
        (["a.png", "--table", "t.csv", "--images", "x"], "take no other image"),
        (["a.png", "--model", "nowhere"], "Give a model directory, such as models/NAME"),
    ],
)
def test_predict__wrong_use_is_exit_status_2(
    words: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", *words]) == 2
    assert error in capsys.readouterr().err


def test_predict__help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from sgus.cli.main import main; status = main(['predict', '--help']);"
        "heavy = {'torch', 'pandas', 'timm', 'cv2', 'numpy'} & set(sys.modules);"
        "sys.exit(f'{heavy}' if heavy else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Research use only" in done.stdout


def test_predict__warns_of_colour_doppler_and_of_several_frames(
    model: str, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grey = cv2.imread(str(scans / "001.png"))
    grey[60:120, 60:160] = (0, 0, 200)
    cv2.imwrite(str(scans / "001.png"), grey)
    first, second = (Image.open(scans / f"00{seed}.png").convert("L") for seed in (2, 1))
    first.save(scans / "002.tif", save_all=True, append_images=[second])
    (scans / "002.png").unlink()
    assert main(["predict", "--model", model, str(scans)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "2 of 2 images graded"
    assert lines[1].startswith(f"Caution: {scans / '001.png'}: Strong colours cover ")
    assert lines[2].startswith(f"Caution: {scans / '002.tif'}: The file holds 2 pictures; only")
    assert len(lines) == 3


def test_predict__says_which_images_are_phantoms(
    model: str, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phantom = scans / "002.png"
    phantom.write_bytes(marked(Image.open(phantom).convert("L")))
    table = tmp_path / "grades.csv"
    assert main(["predict", "--model", model, str(scans), "--csv", str(table)]) == 0
    shown = capsys.readouterr()
    assert [line.endswith("synthetic phantom") for line in shown.out.splitlines()[1:3]] == [
        False,
        True,
    ]
    assert "Caution: 1 images: The image is simulated and the model learnt from" in shown.err
    kinds = [row["kind"] for row in csv.DictReader(table.read_text().splitlines())]
    assert kinds == ["image", "synthetic phantom"]


def test_predict__does_not_choose_a_model_of_phantoms(
    model: str,
    scans: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    loaded = load_model(Path(model))
    for name, synthetic in (("a-phantoms", True), ("z-real", False)):
        info = loaded.info.model_copy(update={"name": name, "synthetic": synthetic})
        save_model(tmp_path / "models" / name, loaded.network, info, card="x")
    monkeypatch.setenv("SGUS_MODELS", str(tmp_path / "models"))
    assert main(["predict", str(scans / "001.png"), "--json"]) == 0
    assert '"model": "z-real@' in capsys.readouterr().out
    words = ["predict", str(scans / "001.png"), "--model", str(tmp_path / "models/a-phantoms")]
    assert main(words) == 0
    assert "This model learnt from simulated images only" in capsys.readouterr().err
