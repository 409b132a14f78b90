"""`python -m sgus publish RUN --name NAME --judged-by RUN`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    run: Annotated[Path, typer.Argument(help="Run directory, of train --split everything")],
    *,
    name: Annotated[str, typer.Option(help="Name of the model")],
    judged_by: Annotated[
        list[Path], typer.Option(help="Evaluated run of the same recipe; may be repeated")
    ],
    out: Annotated[
        Path | None, typer.Option(help="Model directory; else NAME beside the app's models")
    ] = None,
) -> None:
    """Promote a model to models/, with a card of its recipe's figures."""
    from sgus.workflows.models import models_folder
    from sgus.workflows.publishing import publish_model

    directory = out or models_folder() / name
    info = publish_model(run, judged_by, name=name, out=directory)
    size = (directory / "model.safetensors").stat().st_size / 1e6
    print(f"Written: {directory} ({size:.1f} MB, {len(info.figures)} figures on its card)")
