from __future__ import annotations

from pathlib import Path

import pytest

from sgus.core.errors import RunError
from sgus.train.config import make_config
from sgus.workflows.splitting import split_cohort
from sgus.workflows.training import run_training

FAST = ["network.height=48", "network.width=64", "epochs=1", "batch_size=4", "threads=1"]


def train(cohort: Path, run: Path) -> None:
    config = make_config("laptop", settings=FAST)
    run_training(cohort, "kfold", config=config, run_dir=run, say=lambda line: None)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "\n".join(text.splitlines()[:-1]) + "\n",
        lambda text: text.replace(",test,", ",train,"),
        lambda text: "no table",
        lambda text: "",
    ],
)
def test_a_damaged_table_of_a_finished_fold_is_refused(import_study, tmp_path, damage):
    cohort, run = import_study(), tmp_path / "run"
    split_cohort(cohort, "kfold", n_folds=3)
    train(cohort, run)
    whole = (run / "predictions.csv").read_bytes()
    table = run / "folds" / "2" / "predictions.csv"
    table.write_text(damage(table.read_text()))
    with pytest.raises(RunError, match=r"folds.2.predictions\.csv: .*Delete it"):
        train(cohort, run)
    table.unlink()
    train(cohort, run)
    assert (run / "predictions.csv").read_bytes() == whole
