"""A real MLflow tracking server with SQLite behind it, from an environment of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 120
MISSING = (
    "the tests of --track need mlflow-skinny beside the app and a server in an environment of its "
    "own: `make mlflow` (make test does it), or name a Python that has one in "
    "SGUS_MLFLOW_PYTHON, or skip them with SGUS_SKIP_MLFLOW=1"
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


class TrackingServer:
    """A server that can be killed and started again on the same data.

    Args:
        python: An interpreter whose environment has the server.
        folder: Where its database and files go.
    """

    def __init__(self, python: str, folder: Path) -> None:
        self._python, self.folder, self._port = python, folder, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        words = [
            self._python, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1",
            "--port", str(self._port), "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db",
            "--artifacts-destination", str(self.folder / "files"),
        ]  # fmt: skip
        with (self.folder / "server.txt").open("ab") as log:
            self._process = subprocess.Popen(
                words, cwd=self.folder, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.kill()
                pytest.fail((self.folder / "server.txt").read_text()[-3000:])
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """Kill it with all its processes."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def get(self, what: str, **words: str) -> Any:
        """An answer of its REST interface."""
        query = urllib.parse.urlencode(words)
        with urllib.request.urlopen(
            f"{self.url}/api/2.0/mlflow/{what}?{query}", timeout=30
        ) as answer:
            return json.load(answer)

    def history(self, run_id: str, metric: str) -> list[tuple[int, float]]:
        """Steps and values of a metric."""
        found = self.get("metrics/get-history", run_id=run_id, metric_key=metric)
        return [(point["step"], point["value"]) for point in found.get("metrics", [])]


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrackingServer]:
    if os.environ.get("SGUS_SKIP_MLFLOW"):
        pytest.skip("SGUS_SKIP_MLFLOW is set")
    python = os.environ.get("SGUS_MLFLOW_PYTHON") or str(ROOT / ".venv-mlflow" / "bin" / "python")
    if not Path(python).exists() or find_spec("mlflow") is None:
        pytest.fail(MISSING)
    server = TrackingServer(python, tmp_path_factory.mktemp("mlflow"))
    server.start()
    yield server
    server.kill()
