"""The labels of each source, worked out by hand for a small rated cohort."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sgus.cohort.manifest import Cohort, load_cohort
from sgus.cohort.split_model import Fold
from sgus.core.errors import CohortError, ConfigError
from sgus.workflows import adjudication
from sgus.workflows.label_sources import P_LABELS, label_table, most_probable_label
from tests.rated_cohort import GRADES_READ, save_rated_cohort

IDS = [f"i{at}" for at in range(12)]
FOLD = Fold(name="one", train=IDS[:6], validation=IDS[6:8], test=IDS[8:])
OTHER = Fold(name="two", train=IDS[6:], validation=[], test=IDS[:6])


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Readings of three readers; image i3 has the reading of one alone, i4 none."""
    root = save_rated_cohort(tmp_path / "rated")
    rows = (root / "ratings.csv").read_text().splitlines()
    left = [row for row in rows if not row.startswith(("i4,", "i3,r2", "i3,r3"))]
    (root / "ratings.csv").write_text("\n".join(left) + "\n")
    images = (root / "images.csv").read_text().replace(",P0,parotid,D0,0,", ",P0,parotid,D0,3,", 1)
    (root / "images.csv").write_text(images)  # the reference of i0 is 3, its readers said 0, 0, 1
    return load_cohort(root)


def table_of(cohort: Cohort, source: str, soft_from: str = "") -> pd.DataFrame:
    table, digest = label_table(cohort, [FOLD], source=source, soft_from=soft_from)
    assert len(digest) == 64
    assert list(table["image_id"]) == IDS
    assert list(table["split"]) == ["train"] * 6 + ["validation"] * 2 + ["test"] * 4
    return table.set_index("image_id")


def test_consensus_is_the_median_and_one_reader_is_none(cohort: Cohort) -> None:
    table = table_of(cohort, "consensus")
    expected = {f"i{at}": sorted(row)[1] for at, row in enumerate(GRADES_READ)}
    without = {"i3", "i4"}
    for image, row in table.iterrows():
        assert row["label"] == (row["reference"] if image in without else expected[image])
        assert row["label_from"] == ("reference" if image in without else "consensus")
    assert (table.loc["i0", "reference"], table.loc["i0", "label"]) == (3, 0)
    assert (table["label"] != table["reference"]).sum() == 1


def test_soft_is_the_share_of_readers_by_their_first_reading(cohort: Cohort) -> None:
    table = table_of(cohort, "soft", "readers")
    for at, read in enumerate(GRADES_READ):
        row = table.loc[f"i{at}"]
        p = [read.count(grade) / 3 for grade in range(4)]
        if at in (3, 4):
            p = np.eye(4)[row["reference"]]
        np.testing.assert_allclose(row[list(P_LABELS)].to_numpy(float), p, atol=1e-6)
    # three readers, three grades: the reference (2) is among the most probable ones
    assert GRADES_READ[7] == (1, 2, 3)
    assert table.loc["i7", "label"] == table.loc["i7", "reference"] == 2
    assert table.loc["i0", "label"] == 0


def test_dawid_skene_learns_readers_errors_from_the_training_part_alone(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated")
    before = [table_of(load_cohort(root), "soft", "dawid_skene")]
    text = (root / "ratings.csv").read_text()
    (root / "ratings.csv").write_text(text.replace("i9,r2,1,2", "i9,r2,1,0"))  # i9 is tested
    before.append(table_of(load_cohort(root), "soft", "dawid_skene"))
    learnt = [table.loc[IDS[:8], list(P_LABELS)].to_numpy() for table in before]
    np.testing.assert_array_equal(*learnt)
    np.testing.assert_allclose(before[0][list(P_LABELS)].sum(axis=1), 1, atol=1e-5)
    folds, _ = label_table(load_cohort(root), [FOLD, OTHER], source="soft", soft_from="dawid_skene")
    one, two = (folds[folds["fold"] == name].set_index("image_id") for name in ("one", "two"))
    assert not np.allclose(one.loc[IDS, "label_p1"], two.loc[IDS, "label_p1"])


def test_adjudicated_grades_stand_over_the_reference(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: dict[str, int] = {"i0": 1, "i5": 3, "i9": 2}

    def grades(root: Path) -> Mapping[str, int]:
        assert root == cohort.root
        return settled

    monkeypatch.setattr(adjudication, "adjudicated_grades", grades)
    table = table_of(cohort, "adjudicated")
    assert table.loc["i0", ["reference", "label"]].tolist() == [3, 1]
    assert set(table.index[table["label_from"] == "adjudicated"]) == set(settled)
    rest = table.drop(index=list(settled))
    assert (rest["label"] == rest["reference"]).all()
    hashes = {label_table(cohort, [FOLD], source="adjudicated", soft_from="")[1]}
    settled["i9"] = 3
    hashes.add(label_table(cohort, [FOLD], source="adjudicated", soft_from="")[1])
    assert len(hashes) == 2
    settled.clear()
    with pytest.raises(CohortError, match="nothing was adjudicated"):
        table_of(cohort, "adjudicated")


def test_a_cohort_without_ratings_and_unknown_sources_are_refused(
    cohort: Cohort, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"label source 'best'.*Use one of: reference, consensus"):
        table_of(cohort, "best")
    (cohort.root / "ratings.csv").unlink()
    for source in ("consensus", "soft"):
        with pytest.raises(CohortError, match=r"has no ratings\.csv"):
            table_of(load_cohort(cohort.root), source, "readers")


def test_two_readers_cannot_tell_their_errors(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated", [row[:2] for row in GRADES_READ], twice=False)
    with pytest.raises(ConfigError, match=r"soft_from=dawid_skene: no item was read three times"):
        table_of(load_cohort(root), "soft", "dawid_skene")


def test_the_grade_of_a_distribution() -> None:
    p = np.array([[0.4, 0.4, 0.2, 0], [0.4, 0.4, 0.2, 0], [0.4, 0.4, 0.2, 0], [0, 0, 0.3, 0.7]])
    assert most_probable_label(p, np.array([0, 1, 3, 0])).tolist() == [0, 1, 0, 3]
