"""A finished run as one HTML file, and as PDF where that is possible."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sgus.core.errors import RunError
from sgus.core.files import write_bytes, write_text
from sgus.workflows.baselines import read_baselines
from sgus.workflows.cohort_of_run import cohort_of_run
from sgus.workflows.run_view import RunView, open_run

if TYPE_CHECKING:
    import pandas as pd

REPORT_HTML: Final = "report.html"
"""Where the document is written when no place is named, in the run directory."""
_METRICS: Final = "metrics.jsonl"


def run_document(
    view: RunView,
    *,
    images: pd.DataFrame | None = None,
    explored: dict[str, Any] | None = None,
    alpha: float = 0.1,
) -> str:
    """The HTML of a run, from its files alone.

    Args:
        view: The run.
        images: `images.csv` of its cohort; None takes those of the view.
        explored: Of `explore` on the resamples of the report; None computes it.
        alpha: Share of prediction sets that may miss, where it is computed.

    Returns:
        One self-contained page.

    Raises:
        RunError: The run has no report, or a file of it is damaged.
    """
    from sgus.report.document.material import Material
    from sgus.report.document.render import html_document
    from sgus.report.explore import explore

    if view.report is None:
        step = f"Write it: python -m sgus evaluate {view.directory}"
        raise RunError(view.name, "this run has no report.json yet", step)
    images = view.images if images is None else images
    how = view.report["resampling"]
    if explored is None:
        explored = explore(
            view.predictions,
            images,
            n_resamples=int(how["n_resamples"]),
            seed=int(how["seed"]),
            alpha=alpha,
            patient_unit=str(how["unit"]),
        )
    return html_document(
        Material(
            name=view.name,
            facts=view.facts,
            report=view.report,
            explored=explored,
            predictions=view.predictions,
            images=images,
            baselines=read_baselines(view.directory),
            metrics=read_metrics(view.directory),
        )
    )


def write_documents(
    run: Path, *, out: Path | None = None, pdf: Path | None = None, cohort: Path | None = None
) -> list[Path]:
    """Write the HTML of a run, and the PDF where one is asked for.

    Args:
        run: The run directory.
        out: The HTML file; `report.html` in the run directory when None.
        pdf: The PDF file; None writes none.
        cohort: The run's cohort; None looks among those of this installation.

    Returns:
        The files written.

    Raises:
        RunError: The run is unfinished, has no report, or the cohort given is another.
        ConfigError: A PDF is asked for and cannot be made here; nothing is written then.
    """
    from sgus.report.document.pdf import pdf_bytes

    view = open_run(run)
    given = cohort_of_run(view.facts.get("manifest_hash"), given=cohort) if cohort else None
    html = run_document(view, images=given.images if given else None)
    printed = pdf_bytes(html) if pdf is not None else b""
    place = out or run / REPORT_HTML
    write_text(place, html)
    if pdf is None:
        return [place]
    write_bytes(pdf, printed)
    return [place, pdf]


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """Lines of `metrics.jsonl`; a line that is cut or damaged is passed over.

    Args:
        run: The run directory.
    """
    try:
        text = (run / _METRICS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(said, dict) and isinstance(said.get("epoch"), int):
            found.append(said)
    return found
