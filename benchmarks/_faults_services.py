"""Worker and app, kept running as systemd keeps them; and what the system says of processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESTART_S = 1.0


class Service:
    """A program that is started again a second after it ended, however that was.

    Args:
        words: Its command.
        environment: Its variables.
        log: Where its output goes.

    Attributes:
        starts: How often it was started.
    """

    def __init__(self, words: list[str], *, environment: Mapping[str, str], log: Path) -> None:
        self._words = words
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._back_at = 0.0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """Its number; None while it is down."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def keep(self) -> None:
        """Start it where it is down and the second is over."""
        now = time.monotonic()
        if self.pid is not None:
            return
        if self._process is not None:
            self._process, self._back_at = None, now + RESTART_S
        if now < self._back_at:
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self.starts += 1

    def kill(self) -> None:
        """As the system does where memory is short."""
        if self._process is not None and self.pid is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> None:
        """Politely, at the end of the campaign."""
        if self._process is not None and self.pid is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()


def worker_service(runs: Path, *, slots: int, environment: Mapping[str, str], log: Path) -> Service:
    """The worker, as `make run` starts it."""
    words = [sys.executable, "-m", "sgus", "worker", "--runs", str(runs), "--slots", str(slots)]
    return Service(words, environment=environment, log=log)


def app_service(port: int, *, environment: Mapping[str, str], log: Path) -> Service:
    """The app, as `make run` starts it, without a browser of its own."""
    words = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    return Service([*words, "--server.headless", "true"], environment=environment, log=log)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(port: int) -> bool:
    """Whether the app answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def trainers(directory: Path) -> list[int]:
    """Processes that train in a run's directory, forked children included."""
    found = []
    wanted = f"\0--out\0{directory}\0".encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if wanted in path.read_bytes():
                found.append(int(path.parent.name))
    return sorted(found)


def children(pid: int) -> list[int]:
    """Living children of a process."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [child for child in map(int, text.split()) if lives(child)]


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def send(pid: int, number: signal.Signals) -> None:
    """A signal; none where the process is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def until(holds, *, limit_s: float) -> bool:
    """Wait shortly for something; whether it came."""
    end = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
