"""`train --track` against a real MLflow tracking server, and against servers that misbehave."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sgus.cli.main import main
from tests.conftest import speckled
from tests.made_up import marked
from tests.tracking.conftest import ROOT, TrackingServer

FAST = [
    "--preset", "laptop", "--set", "network.height=48", "--set", "network.width=64", "--set",
    "batch_size=4", "--set", "threads=1", "--set", "precision=float32", "--set", "patience=0",
    "--set", "checkpoint_every_s=60",
]  # fmt: skip
SLOWLY = """
import sys, time
from sgus.cli.main import main
from sgus.workflows.run_progress import RunProgress
record = RunProgress.record
RunProgress.record = lambda self, said: (record(self, said), time.sleep(0.25))
sys.exit(main(sys.argv[1:]))
"""
SECRET = "nobody-elses-patient"
REGION = "10 8 118 88"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 phantoms of 12 patients, with ids that are found again wherever they go."""
    root = tmp_path_factory.mktemp("cohort") / "phantoms"
    (root / "images").mkdir(parents=True)
    lines = ["image_id,path,sha256,patient_id,gland,device,grade,region,excluded,exclusion_reason"]
    for at in range(24):
        data = marked(Image.fromarray(speckled(at)))
        (root / "images" / f"{at}.png").write_bytes(data)
        lines.append(
            f"{SECRET}-image-{at},images/{at}.png,{sha256(data).hexdigest()},{SECRET}-{at // 2},"
            f"parotid,D0,{at % 4},{REGION},false,"
        )
    (root / "images.csv").write_text("\n".join(lines) + "\n")
    facts = {"name": "small", "synthetic": True, "n_images": 24}
    (root / "cohort.json").write_text(json.dumps(facts))
    assert main(["split", str(root), "--fractions", "0.5", "0.25", "0.25"]) == 0
    return root


def start(
    cohort: Path,
    run: Path,
    *more: str,
    epochs: int = 2,
    track: str = "",
    slowly: bool = False,
    wait_s: int = 20,
) -> subprocess.Popen[str]:
    words = ["train", str(cohort), "--out", str(run), *FAST, "--set", f"epochs={epochs}", *more]
    words += ["--track", track] if track else []
    return subprocess.Popen(
        [sys.executable, *(["-c", SLOWLY] if slowly else ["-m", "sgus"]), *words],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "OMP_NUM_THREADS": "1",
             "MLFLOW_HTTP_REQUEST_TIMEOUT": str(wait_s)},
    )  # fmt: skip


def finished(process: subprocess.Popen[str]) -> str:
    with process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


def curves(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def outcome(run: Path) -> dict[str, Any]:
    """All that must not depend on a tracking server."""
    records = [{k: v for k, v in record.items() if k != "images_per_s"} for record in curves(run)]
    files = ("predictions.csv", "model/model.safetensors", "run.json")
    return {name: (run / name).read_bytes() for name in files} | {"curves": records}


def id_of(run: Path) -> str:
    return str(json.loads((run / "tracking.json").read_text())["run_id"])


def has_every_epoch_once(server: TrackingServer, run: Path) -> bool:
    for key in set(curves(run)[0]) - {"fold", "epoch"}:
        told = [(r["epoch"], r[key]) for r in curves(run) if r[key] is not None]
        if server.history(id_of(run), f"fold holdout/{key}") != told:
            return False
    return True


def test_the_server_has_the_same_figures_to_the_last_digit(
    mlflow_server: TrackingServer, cohort: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    said = finished(start(cohort, run, "--evaluate", track=mlflow_server.url))
    assert "tracking server" not in said
    found = mlflow_server.get("runs/get", run_id=id_of(run))["run"]
    assert (found["info"]["status"], found["info"]["run_name"]) == ("FINISHED", "run")
    assert has_every_epoch_once(mlflow_server, run)

    metrics = {point["key"]: point["value"] for point in found["data"]["metrics"]}
    tags = {tag["key"]: tag["value"] for tag in found["data"]["tags"]}
    report = json.loads((run / "report.json").read_text())
    assert any(figure["value"] is None for figure in report["figures"])
    expected = 0
    for figure in report["figures"]:
        where = [figure["where"], figure["scope"], figure["subset"]]
        grade = "" if figure["grade"] is None else f" of grade {figure['grade']}"
        name = "/".join([*filter(None, where), figure["figure"] + grade])
        for part in ("value", "low", "high", "n_images", "n_patients"):
            assert metrics.get(f"{name}/{part}") == figure[part]
            expected += figure[part] is not None
        assert tags.get(f"{name}/reason") == figure["reason"]
    assert len([key for key in metrics if not key.startswith("fold ")]) == expected > 100

    params = {param["key"]: param["value"] for param in found["data"]["params"]}
    facts = json.loads((run / "run.json").read_text())
    assert params["network.height"] == "48"
    assert (params["seed"], params["manifest_hash"]) == ("0", facts["manifest_hash"])
    assert params["versions.sgus"] == facts["versions"]["sgus"]
    assert tags["data"] == "SYNTHETIC PHANTOM"
    kept = (mlflow_server.folder / "files").rglob("*")
    files = {path.name: path for path in kept if path.is_file() and id_of(run) in str(path)}
    assert set(files) == {"run.json", "report.json"}
    assert SECRET in (run / "predictions.csv").read_text()
    kept_bytes = [p.read_bytes() for p in mlflow_server.folder.rglob("*") if p.is_file()]
    assert not [data for data in kept_bytes if SECRET.encode() in data]
    assert json.loads(files["report.json"].read_text()) == report
    assert json.loads(files["run.json"].read_text()) == facts


def test_no_name_of_a_patient_or_image_leaves_this_machine(
    mlflow_server: TrackingServer, cohort: Path, tmp_path: Path
) -> None:
    """Not of a run that fails over images, either: its sentence names them."""
    broken, run = tmp_path / "broken", tmp_path / "run"
    shutil.copytree(cohort, broken)
    (broken / "images.csv").write_text((cohort / "images.csv").read_text().replace(REGION, ""))
    shutil.rmtree(broken / "splits")
    assert main(["split", str(broken), "--fractions", "0.5", "0.25", "0.25"]) == 0
    with start(broken, run, track=mlflow_server.url) as process:
        process.communicate(timeout=120)
    status = json.loads((run / "status.json").read_text())
    assert (status["state"], SECRET in status["reason"]) == ("failed", True)
    info = mlflow_server.get("runs/get", run_id=id_of(run))["run"]["info"]
    assert info["status"] == "FAILED"
    kept = {path: path.read_bytes() for path in mlflow_server.folder.rglob("*") if path.is_file()}
    assert any(id_of(run).encode() in data for data in kept.values())
    assert not [path for path, data in kept.items() if SECRET.encode() in data]


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_server_killed_in_the_middle_changes_nothing_and_gets_the_rest_later(
    mlflow_server: TrackingServer, cohort: Path, tmp_path: Path
) -> None:
    run, whole = tmp_path / "run", tmp_path / "whole"
    said = finished(start(cohort, whole, epochs=40))  # MLFLOW_TRACKING_URI is set there
    assert "tracking" not in said
    assert not (whole / "tracking.json").exists()
    process = start(cohort, run, epochs=40, track=mlflow_server.url, slowly=True)
    until(
        lambda: (run / "tracking.json").exists() and "run_id" in (run / "tracking.json").read_text()
    )
    until(lambda: mlflow_server.history(id_of(run), "fold holdout/train_loss"))
    mlflow_server.kill()
    said = finished(process)
    assert outcome(run) == outcome(whole)
    assert len(curves(run)) == 40
    lines = [line for line in said.splitlines() if "tracking server" in line]
    assert lines == [
        f"tracking server {mlflow_server.url} fails (it cannot be reached); "
        "the run goes on without",
        "not all of the run is on the tracking server; the same command sends the rest",
    ]
    assert set(lines) <= set((run / "log.txt").read_text().splitlines())
    same = id_of(run)
    mlflow_server.start()
    assert not has_every_epoch_once(mlflow_server, run)
    said = finished(start(cohort, run, epochs=40, track=mlflow_server.url))
    assert "tracking server" not in said
    assert id_of(run) == same
    assert has_every_epoch_once(mlflow_server, run)
    info = mlflow_server.get("runs/get", run_id=same)["run"]["info"]
    assert info["status"] == "FINISHED"


@contextmanager
def misbehaving(answer: bytes) -> Iterator[str]:
    """Address of a server that takes every request, and gives this or nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            taken.append(connection)
            if answer:
                connection.recv(65536)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for connection in taken:
        connection.close()


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Welcome</h1>"


@pytest.mark.parametrize(("answer", "why"), [(b"", "no answer within 2 s"), (HTML, "Exception")])
@pytest.mark.usefixtures("mlflow_server")
def test_a_server_that_is_slow_or_wrong_costs_a_line(
    cohort: Path, tmp_path: Path, answer: bytes, why: str
) -> None:
    with misbehaving(answer) as url:
        said = finished(start(cohort, tmp_path / "run", track=url, wait_s=2))
    (line,) = [line for line in said.splitlines() if "fails (" in line]
    assert line.startswith(f"tracking server {url} fails (")
    assert why in line
    assert "Traceback" not in said
    assert json.loads((tmp_path / "run" / "status.json").read_text())["state"] == "done"
