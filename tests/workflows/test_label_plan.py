from __future__ import annotations

from pathlib import Path

import pytest

from sgus.cohort.manifest import load_cohort
from sgus.cohort.split_model import Fold
from sgus.core.errors import CohortError
from sgus.workflows.label_plan import label_sentences
from tests.rated_cohort import GRADES_READ, save_rated_cohort

IDS = [f"i{at}" for at in range(12)]
FOLDS = [
    Fold(name="1", train=IDS[:8], validation=[], test=IDS[8:]),
    Fold(name="2", train=IDS[4:], validation=[], test=IDS[:4]),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The reference of i0 is 3 where its readers said 0, 0, 1; nobody but r1 read i9."""
    out = save_rated_cohort(tmp_path / "rated")
    images = (out / "images.csv").read_text().replace(",P0,parotid,D0,0,", ",P0,parotid,D0,3,", 1)
    (out / "images.csv").write_text(images)
    rows = (out / "ratings.csv").read_text().splitlines()
    left = [row for row in rows if not row.startswith(("i9,r2", "i9,r3"))]
    (out / "ratings.csv").write_text("\n".join(left) + "\n")
    return out


def said(root: Path, source: str, soft_from: str = "readers") -> list[str]:
    return label_sentences(load_cohort(root), FOLDS, source=source, soft_from=soft_from)


def test_what_would_change_is_counted_by_part(root: Path) -> None:
    assert said(root, "reference") == []
    whose, train, test, last = said(root, "consensus")
    assert whose.startswith("It learns the median of the readers")
    assert train == (
        "Of 8 training images the label is another in 0 to 1; 0 to 1 have no such label and keep "
        "the reference."
    )
    assert test == (
        "Of the 8 test images the label is another in 1 (1 patient); 1 have no such label and "
        "keep the reference."
    )
    assert "against the reference grades all the same" in last


def test_soft_labels_say_where_they_come_from(root: Path) -> None:
    assert len(GRADES_READ) == 12
    assert "share of the readers" in said(root, "soft")[0]
    assert "the most probable grade is another" in said(root, "soft")[1]
    assert "readers' own errors" in said(root, "soft", "dawid_skene")[0]


def test_without_ratings_it_is_refused(root: Path) -> None:
    (root / "ratings.csv").unlink()
    with pytest.raises(CohortError, match=r"no ratings\.csv"):
        said(root, "consensus")
