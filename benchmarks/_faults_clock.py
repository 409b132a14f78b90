"""A clock on the wall that a benchmark may step: a shim in front of the C library's clocks.

The machine's own clock is left alone. Every process started with `Clock.environment` reads
CLOCK_REALTIME plus an offset that stands in a shared file, so that one write steps the clock of all
of them at once, in the middle of whatever they do. The monotonic clock and the kernel's own times
(of files, of timers) are not moved, as with a step of the real clock for the former.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long long *offset;
static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    real = dlsym(RTLD_NEXT, "clock_gettime");
    const char *name = getenv("FAULTS_CLOCK");
    int handle = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (handle < 0) return;
    void *page = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, handle, 0);
    if (page != MAP_FAILED) offset = page;
    close(handle);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (!failed && offset && wall) now->tv_sec += *offset;
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec found;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &found)) return -1;
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into) {
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (into) *into = found.tv_sec;
    return found.tv_sec;
}
"""
_SECONDS = 8
_NAME = "LD_FAULTS_CLOCK"  # a beginning that a job's environment keeps


class Clock:
    """A clock that can be stepped.

    Args:
        folder: Where the shim is compiled and the offset kept.

    Raises:
        RuntimeError: There is no C compiler, or the shim does nothing here.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._offset = folder / "clock-offset"
        self._offset.write_bytes(bytes(_SECONDS))
        library = folder / "clock.so"
        source = folder / "clock.c"
        source.write_text(SHIM.replace("FAULTS_CLOCK", _NAME))
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None or not sys.platform.startswith("linux"):
            raise RuntimeError("no C compiler here: the clock cannot be stepped")
        made = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
        subprocess.run(made, check=True)
        self.environment = {"LD_PRELOAD": str(library), _NAME: str(self._offset)}
        self._prove()

    def step(self, seconds: int) -> None:
        """Set the clock of all to the machine's plus this."""
        handle = os.open(self._offset, os.O_WRONLY)
        try:
            os.pwrite(handle, seconds.to_bytes(_SECONDS, sys.byteorder, signed=True), 0)
        finally:
            os.close(handle)

    def _prove(self) -> None:
        self.step(10**6)
        told = subprocess.run(
            [sys.executable, "-S", "-c", "import time; print(time.time())"],
            env={**os.environ, **self.environment},
            capture_output=True,
            check=True,
        )
        self.step(0)
        if abs(float(told.stdout) - time.time() - 10**6) > 1000:
            raise RuntimeError("the shim does not step the clock here")
