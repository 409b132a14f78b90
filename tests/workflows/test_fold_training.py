from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.cohort.manifest import load_cohort
from sgus.cohort.splits import load_split
from sgus.core.errors import RunError
from sgus.nn.model_files import read_info
from sgus.train.config import make_config
from sgus.workflows import fold_training
from sgus.workflows.pictures import load_pictures
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


def test_each_fold_learns_from_its_training_images_and_nothing_else(
    import_study, tmp_path, monkeypatch
):
    """The images of validation go to the choice of the epoch, those of test nowhere."""
    cohort, run, given = import_study(), tmp_path / "run", []
    split_cohort(cohort, "kfold", n_folds=3, validation_fraction=0.25)
    fine_tune = fold_training.fine_tune

    def watched(network, train, validation, **more):
        given.append((train, validation))
        return fine_tune(network, train, validation, **more)

    monkeypatch.setattr(fold_training, "fine_tune", watched)
    train(cohort, run)
    loaded = load_cohort(cohort)
    pictures = load_pictures(loaded, make_config("laptop", settings=FAST).network)
    truth = dict(zip(loaded.images["image_id"], loaded.images["grade"], strict=True))
    folds = load_split(loaded, "kfold").folds
    assert len(given) == len(folds) == 3
    for fold, parts in zip(folds, given, strict=True):
        for ids, examples in zip((fold.train, fold.validation), parts, strict=True):
            assert ids
            expected = pictures.pixels[pictures.rows(ids)][:, None]
            np.testing.assert_array_equal(examples.pixels.numpy(), expected)
            assert examples.grades.tolist() == [truth[name] for name in ids]


def test_every_row_has_its_own_grade_and_every_fold_its_own_seed(import_study, tmp_path):
    cohort, run = import_study(), tmp_path / "run"
    split_cohort(cohort, "kfold", n_folds=3)
    train(cohort, run)
    truth = load_cohort(cohort).images.set_index("image_id")
    for fold in ("1", "2", "3"):
        table = pd.read_csv(run / "folds" / fold / "predictions.csv", dtype={"image_id": str})
        for column in ("grade", "patient_id", "centre"):
            assert table[column].tolist() == truth.loc[table["image_id"], column].tolist()
        assert len(table) == 12
    infos = [read_info(run / "folds" / fold / "model") for fold in ("1", "2", "3")]
    assert [info.seed for info in infos] == [0, 1, 2]
