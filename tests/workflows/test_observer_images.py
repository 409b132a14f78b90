from __future__ import annotations

from pathlib import Path

import pytest

from sgus.core.errors import CohortError
from sgus.workflows.observer_images import cohort_root, image_file, read_item
from sgus.workflows.observers import cohort_readings, observe
from tests.rated_cohort import save_rated_cohort


def test_cohort_root__found_by_its_ratings_and_never_for_an_uploaded_table(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated")
    observed = cohort_readings(root)
    assert cohort_root(observed, tmp_path) == root
    assert cohort_root(observe(root / "ratings.csv"), tmp_path) is None
    (root / "ratings.csv").write_text("image_id,rater_id,reading,grade\ni0,r1,1,2\n")
    assert cohort_root(observed, tmp_path) is None


def test_read_item__the_file_of_the_cohort_and_no_other(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated")
    observed = cohort_readings(root)
    assert read_item(root, observed, "i3").synthetic
    (root / "images" / "i3.png").write_bytes((root / "images" / "i4.png").read_bytes())
    with pytest.raises(CohortError, match="i3: its file is not the one that was imported"):
        read_item(root, observed, "i3")
    with pytest.raises(CohortError, match="no image of this cohort"):
        image_file(root, observed, "../../etc/passwd")


def test_image_file__a_path_out_of_the_cohort_is_refused(tmp_path: Path) -> None:
    root = save_rated_cohort(tmp_path / "rated")
    table = root / "images.csv"
    table.write_text(table.read_text().replace("images/i0.png", "../outside.png"))
    (tmp_path / "outside.png").write_bytes(b"")
    try:
        observed = cohort_readings(root)
    except CohortError:  # the manifest refuses it already
        return
    with pytest.raises(CohortError, match="leads out"):
        image_file(root, observed, "i0")
