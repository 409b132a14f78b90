"""30 people reading while a run trains: `python benchmarks/many_sessions.py`.

The app and the worker are started with the commands of `make run`. A run trains through the queue
on the demo cohort of simulated images. A first visitor opens every page and view once, as in a lab
that works with the app; what that one waits for is told apart. Then 30 sessions of a real Chromium,
each its own browser context, click at random moments: from page to page in the menu, and from view
to view in a page.

A click is timed in the browser itself, from the click until the server has run the page and the
browser has drawn it (on another page: its heading, too). A busy browser may learn of begin and end
of a run at once and never show it as running: then the time of the last thing drawn counts, once
nothing was drawn for three seconds.

The browser's own work for 30 people, which their own machines would do, shares the processors with
app, worker and trainer here. `--idle-first` measures the same clicks before anything trains. An
error is anything in the console, an exception in a page, or a click without an end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from benchmarks._faults_services import Service, free_port, healthy, until
from sgus.workflows.jobs import cancel, get_job, submit_training

PAGES = {
    "Overview": "Salivary gland ultrasound, graded and explained",
    "Cohort": "Cohort: images and patients",
    "Train": "Train",
    "Runs": "Runs: what a model found",
    "Observers": "Observers: how far readers agree",
}
AIM_MS = 1000.0
TIMEOUT_S = 60
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
CLICK = """
async ([find, heading, limit]) => {
  const app = () => document.querySelector('[data-testid="stApp"]');
  const state = () => app()?.getAttribute('data-test-script-state');
  const wanted = [...document.querySelectorAll(find.css)]
    .find(e => !find.text || e.innerText.trim() === find.text);
  if (!wanted) return null;
  const began = performance.now();
  let ran = false, drawn = 0;
  const watch = new MutationObserver(() => { if (state() === 'running') ran = true; });
  watch.observe(app(), {attributes: true});
  const main = document.querySelector('[data-testid="stMain"]');
  const drawing = new MutationObserver(() => { drawn = performance.now(); });
  drawing.observe(main, {childList: true, subtree: true, characterData: true});
  const done = took => { watch.disconnect(); drawing.disconnect(); return took; };
  wanted.click();
  const title = () => !heading || [...document.querySelectorAll('h1')]
    .some(e => e.innerText.trim() === heading);
  while (performance.now() - began < limit) {
    await new Promise(go => setTimeout(go, 10));
    if (state() === 'running') ran = true;
    if (ran && state() === 'notRunning' && title()) return done(performance.now() - began);
    const still = drawn > began && performance.now() - drawn > 3000;
    if (!ran && still && state() === 'notRunning' && title()) return done(drawn - began);
  }
  return done(-1);
}
"""
VIEWS = (
    "[data-testid='stButtonGroup'] button:not([aria-checked='true']):not([aria-label^='Help for'])"
)
"""What can be chosen; a help mark asks nothing of the server, so that its click has no end."""


@dataclass
class Seen:
    """What the sessions met.

    Attributes:
        clicks: (page, whether it led there from another, milliseconds) of each click.
        errors: What went wrong, in words.
    """

    clicks: list[tuple[str, bool, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@contextmanager
def started(data: Path, runs: Path, logs: Path) -> Iterator[tuple[str, Service]]:
    """App and worker as `make run` starts them."""
    port = free_port()
    environment = {**os.environ, "SGUS_DATA": str(data), "SGUS_RUNS": str(runs)}
    python = [sys.executable, "-m"]
    worker = Service([*python, "sgus", "worker"], environment=environment, log=logs / "worker.log")
    app = Service(
        [*python, "streamlit", "run", "app.py", "--server.port", str(port),
         "--server.headless", "true"],
        environment=environment, log=logs / "app.log",
    )  # fmt: skip
    try:
        worker.keep()
        app.keep()
        if not until(lambda: healthy(port), limit_s=120):
            raise RuntimeError((logs / "app.log").read_text())
        yield f"http://127.0.0.1:{port}", app
    finally:
        app.end()
        worker.end()


async def sessions(
    url: str, *, n: int, seconds: float, think_s: float, run: str, app: Service, seed: int
) -> tuple[Seen, Seen, dict[str, float], dict[str, float]]:
    """Let `n` sessions read for a while, after a first visitor.

    Returns:
        What they met, what the first visitor met, the app's memory in MB, and whose work the
        processors did, as shares of all their time.
    """
    from playwright.async_api import async_playwright

    seen, memory = Seen(), [resident_mb(app.pid)]
    found = os.environ.get("SGUS_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        first = await first_visitor(browser, url, run, seen)
        pages = [await arrive(browser, url, run, seen) for _ in range(n)]
        memory.append(resident_mb(app.pid))
        began, before = time.monotonic(), processor_s()
        until_ = began + seconds
        readers = [
            read(page, random.Random(f"{seed} {at}"), seen, until_s=until_, think_s=think_s)
            for at, page in enumerate(pages)
        ]
        await asyncio.gather(*readers)
        whole = (time.monotonic() - began) * (os.cpu_count() or 1)
        shares = {who: (used - before[who]) / whole for who, used in processor_s().items()}
        for page in pages:
            text = await page.locator("body").inner_text()
            if "Traceback" in text or "encountered an error" in text:
                seen.errors.append(f"{page.url}: {text[:200]}")
        memory.append(resident_mb(app.pid))
        await browser.close()
    names = ("before_mb", "opened_mb", "after_mb")
    resident = {name: round(value) for name, value in zip(names, memory, strict=True)}
    return seen, first, resident, {who: round(share, 3) for who, share in shares.items()}


async def arrive(browser: Any, url: str, run: str, seen: Seen) -> Any:
    """A new session, on the page of a finished run where there is one."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(TIMEOUT_S * 1000)
    page.on("pageerror", lambda error: seen.errors.append(f"page: {error}"))
    page.on("console", lambda message: note(message, seen))
    await page.goto(f"{url}/runs?run={run}" if run else url)
    await page.locator("h1").first.wait_for()
    return page


def note(message: Any, seen: Seen) -> None:
    """A line of the console, where it is an error; what Streamlit asks for by design is none."""
    asked = re.fullmatch(r"https?://[^/]+/\w+/_stcore/.*", message.location.get("url", ""))
    if message.type == "error" and not asked:
        seen.errors.append(f"console: {message.text} ({message.location.get('url', '')})")


async def first_visitor(browser: Any, url: str, run: str, seen: Seen) -> Seen:
    """Open every page and every view once, on an app that kept nothing yet; their times apart."""
    page, first = await arrive(browser, url, run, seen), Seen(errors=seen.errors)
    for name, heading in PAGES.items():
        link = {"css": "[data-testid='stSidebarNav'] a", "text": name}
        took = await click(page, link, heading, first)
        if took is not None:
            first.clicks.append((name, True, took))
        views = list(dict.fromkeys(await page.locator(VIEWS).all_inner_texts()))
        for view in views:
            took = await click(page, {"css": VIEWS, "text": view.strip()}, "", first)
            if took is None:
                seen.errors.append(f"first visitor: {view.strip()} on {name} was not opened")
            else:
                first.clicks.append((name, False, took))
    await page.context.close()
    return first


async def read(
    page: Any, rng: random.Random, seen: Seen, *, until_s: float, think_s: float
) -> None:
    """Click now and then: half of the clicks on another page, half on another view of this one."""
    await asyncio.sleep(rng.uniform(0, think_s))
    here = ""
    while time.monotonic() < until_s:
        took, moved = None, False
        if here and rng.random() < 0.5:
            n = await page.locator(VIEWS).count()
            if n:
                at = rng.randrange(n)
                name = await page.locator(VIEWS).nth(at).inner_text()
                took = await click(page, {"css": VIEWS, "text": name.strip()}, "", seen)
        if took is None:
            moved = True
            here = rng.choice([name for name in PAGES if name != here])
            link = {"css": "[data-testid='stSidebarNav'] a", "text": here}
            took = await click(page, link, PAGES[here], seen)
        if took is not None:
            seen.clicks.append((here, moved, took))
        await asyncio.sleep(rng.expovariate(1 / think_s))


async def click(page: Any, find: dict[str, str], heading: str, seen: Seen) -> float | None:
    """Milliseconds of a click; `None` where there was nothing to click, or no end."""
    try:
        took = await page.evaluate(CLICK, [find, heading, TIMEOUT_S * 1000])
    except Exception as error:  # noqa: BLE001 - playwright's errors have no common kind
        seen.errors.append(f"click on {find['text']}: {error}")
        return None
    if took is not None and took < 0:
        seen.errors.append(f"click on {find['text']}: no end in {TIMEOUT_S} s")
        return None
    return None if took is None else float(took)


def resident_mb(pid: int | None) -> float:
    """Resident memory of a process, MB of a million bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("this system does not tell the memory of a process")


WHO = {"browsers": "chromium", "app": "streamlit", "trainer": "sgus train"}


def processor_s() -> dict[str, float]:
    """Processor seconds so far of the processes whose command names each of `WHO`."""
    used = dict.fromkeys(WHO, 0.0)
    for place in Path("/proc").iterdir():
        if not place.name.isdigit():
            continue
        try:
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended
            continue
        for who, words in WHO.items():
            if words in command:
                used[who] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                break
    return used


def figures(seen: Seen) -> dict[str, Any]:
    """Median, 95th percentile and number of clicks, of all and of each page."""
    rows = {"all": [took for _, _, took in seen.clicks]}
    rows["to a page"] = [took for _, moved, took in seen.clicks if moved]
    rows["to a view"] = [took for _, moved, took in seen.clicks if not moved]
    rows |= {page: [took for at, _, took in seen.clicks if at == page] for page in PAGES}
    return {
        name: {
            "n": len(took),
            "median_ms": round(statistics.median(took)),
            "p95_ms": round(sorted(took)[max(0, -(-len(took) * 95 // 100) - 1)]),
        }
        for name, took in rows.items()
        if took
    }


def demo(data: Path) -> None:
    """The demo cohort of simulated images, and its split."""
    command = [sys.executable, "-m", "sgus"]
    out = str(data / "demo")
    quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*command, "phantom", "--preset", "demo", "--out", out], **quiet)
    subprocess.run([*command, "split", out], **quiet)


def wait_for(job: int, runs: Path, *, states: tuple[str, ...], limit_s: float) -> None:
    """Wait for a job to be in a state and, where it trains, to have begun an epoch."""

    def there() -> bool:
        view = get_job(job, runs)
        return view.job.state in states and (
            view.job.state != "running"
            or bool(view.progress and view.progress.phase == "training" and view.progress.batch)
        )

    if not until(there, limit_s=limit_s):
        raise RuntimeError(f"job {job} did not come to {states}")


def measure(options: argparse.Namespace, data: Path, runs: Path, logs: Path) -> dict[str, Any]:
    """Everything, with the sessions before and while a run trains."""
    result: dict[str, Any] = {"sessions": options.sessions, "think_s": options.think}
    with started(data, runs, logs) as (url, app):
        cohort = data / "demo"
        ready = submit_training(cohort, "holdout", user="bench", preset="quick", runs=runs)
        wait_for(ready.id, runs, states=("done",), limit_s=600)
        name = ready.spec.directory
        for load in (["idle"] if options.idle_first else []) + ["training"]:
            job = None
            if load == "training":
                job = submit_training(
                    cohort, "holdout", user="bench", preset="full", runs=runs,
                    settings={"epochs": 1000, "patience": 0},
                )  # fmt: skip
                wait_for(job.id, runs, states=("running",), limit_s=300)
            seen, first, memory, shares = asyncio.run(
                sessions(
                    url, n=options.sessions, seconds=options.seconds, think_s=options.think,
                    run=name, app=app, seed=options.seed,
                )
            )  # fmt: skip
            result[load] = {
                "clicks": figures(seen), "first": figures(first), "errors": seen.errors,
                "server": memory, "shares": shares,
                "load": [round(value, 1) for value in os.getloadavg()],
            }  # fmt: skip
            show(load, result[load])
            if job is not None:
                progress = get_job(job.id, runs).progress
                result[load]["epoch"] = progress.epoch if progress else None
                cancel(job.id, user="bench", runs=runs)
                wait_for(job.id, runs, states=("cancelled",), limit_s=120)
    if "Traceback" in (logs / "app.log").read_text():
        result["training"]["errors"].append(f"traceback in the log of the app: {logs}")
    return result


def show(load: str, found: dict[str, Any]) -> None:
    """Print the figures of one load."""
    print(f"\n{load}: load {found['load']} on {os.cpu_count()} processors")
    print(f"{'page':12} {'clicks':>7} {'median':>9} {'95th percentile':>16}")
    for page, row in found["clicks"].items():
        print(f"{page:12} {row['n']:7d} {row['median_ms']:6d} ms {row['p95_ms']:13d} ms")
    print(", ".join(f"{who} {share:.0%}" for who, share in found["shares"].items()),
          "of the processors while they read")  # fmt: skip
    once, server = found["first"]["all"], found["server"]
    print(
        f"first visitor, each page and view once, nothing kept yet: {once['n']} clicks, median "
        f"{once['median_ms']} ms, 95th percentile {once['p95_ms']} ms"
    )
    print(
        f"server: {server['before_mb']} MB before the sessions, {server['opened_mb']} MB with all "
        f"open, {server['after_mb']} MB after\nerrors: {len(found['errors'])} (aim 0)"
    )
    for text in sorted(set(found["errors"]))[:20]:
        print(f"  {text}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=180, help="of reading")
    parser.add_argument("--think", type=float, default=15, help="mean seconds between two clicks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--idle-first", action="store_true", help="the same before a run trains")
    parser.add_argument("--demo", type=Path, help="a demo cohort to copy; else it is made")
    parser.add_argument("--out", type=Path, help="where the figures go as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, runs = Path(folder) / "data", Path(folder) / "runs"
        data.mkdir()
        runs.mkdir()
        if options.demo:
            shutil.copytree(options.demo, data / "demo")
        else:
            demo(data)
        result = measure(options, data, runs, Path(folder))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    found = result["training"]
    met = found["clicks"]["all"]["median_ms"] < AIM_MS and not found["errors"]
    print(f"\nmedian click under {AIM_MS / 1000:g} s while a run trains, no error: {met}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
