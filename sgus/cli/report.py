"""`python -m sgus report RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Finished and evaluated run directory")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="The HTML file; else report.html in the run directory")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(help="A PDF file as well; needs the package weasyprint")
    ] = None,
    cohort: Annotated[
        Path | None,
        typer.Option(help="Cohort of the run, for groups and patients; else looked for"),
    ] = None,
) -> None:
    """Write one self-contained HTML file of a run, with the CLAIM 2024 checklist.

    The figures are those of report.json and of the runs page; no image is in the file.
    """
    from sgus.workflows.reporting import write_documents

    for path in write_documents(run, out=out, pdf=pdf, cohort=cohort):
        print(f"Written: {path} ({path.stat().st_size / 1e6:.1f} MB)")
