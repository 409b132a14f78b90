"""A stand-in for a trainer that keeps the contract of a run's directory, and breaks it on demand.

    python fake_trainer.py DIRECTORY '{"beats": 5, "hang_at": 3, ...}'

It counts to `beats`, keeping how far it has come in `checkpoint`, and writes `result` at the end.
"""

import fcntl
import json
import os
import signal
import sys
import time
from pathlib import Path

DEFAULTS = {
    "beats": 3,  # how far to count
    "beat_s": 0.01,
    "start_s": 0.0,  # before it asks for its lock
    "lock_s": 5.0,  # how long it waits for that
    "hang_at": None,  # stands still at this beat
    "die_at": None,  # SIGKILLs itself at this beat
    "only_attempt": None,  # hang and die in this attempt only
    "deaf": False,  # does not read the flag
    "stubborn": False,  # ignores SIGTERM
    "child": False,  # leaves a forked child behind that lives on
    "fail": None,  # ends with this status and reason
    "exit": None,  # ends at once, before the lock, with this status
    "says": None,
}


def write(path: Path, value: object) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value))
    temporary.replace(path)


def note(directory: Path) -> None:
    with (directory / "pids").open("a") as stream:
        stream.write(f"{os.getpid()}\n")


def lock(directory: Path, wait_s: float) -> int | None:
    handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    until = time.monotonic() + wait_s
    while True:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                return None
            time.sleep(0.01)
        else:
            return handle


def leave_a_child(directory: Path) -> None:
    if os.fork() == 0:
        signal.alarm(60)
        note(directory)
        time.sleep(60)
        os._exit(0)


def main() -> int:
    signal.alarm(60)  # whatever a test forgets
    directory = Path(sys.argv[1])
    does = DEFAULTS | json.loads(sys.argv[2] if len(sys.argv) > 2 else "{}")
    attempt = int(os.environ.get("SGUS_ATTEMPT", "0"))
    note(directory)
    if does["stubborn"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if does["says"]:
        print(does["says"], flush=True)
    if does["exit"] is not None:
        return does["exit"]
    time.sleep(does["start_s"])
    held = lock(directory, does["lock_s"])
    if held is None or json.loads((directory / "job.json").read_text())["attempt"] != attempt:
        return 75
    if does["child"]:
        leave_a_child(directory)
    return count(directory, does, attempt)


def count(directory: Path, does: dict, attempt: int) -> int:
    status = directory / "status.json"
    write(status, {"state": "running", "attempt": attempt})
    checkpoint = directory / "checkpoint"
    done = json.loads(checkpoint.read_text()) if checkpoint.exists() else []
    old = directory / "progress.json"
    beat = json.loads(old.read_text())["beat"] if old.exists() else 0
    this_time = does["only_attempt"] in (None, attempt)
    while len(done) < does["beats"]:
        done.append(len(done) ** 2)
        beat += 1
        write(old, {"beat": beat, "fold": 1, "epoch": 1, "batch": len(done), "phase": "training"})
        if this_time and does["die_at"] == len(done):
            os.kill(os.getpid(), signal.SIGKILL)
        write(checkpoint, done)
        while this_time and does["hang_at"] == len(done):
            time.sleep(0.05)
        if not does["deaf"] and (directory / "cancel").exists():
            write(status, {"state": "cancelled", "attempt": attempt})
            return 0
        time.sleep(does["beat_s"])
    if does["fail"]:
        write(status, {"state": "failed", "reason": does["fail"], "attempt": attempt})
        return 1
    write(directory / "result", done)
    write(status, {"state": "done", "attempt": attempt})
    return 0


if __name__ == "__main__":
    sys.exit(main())
