from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from sgus.workflows.observer_boundary import contested, disagreement, swaps
from sgus.workflows.observers import Observed, cohort_readings, observe
from tests.rated_cohort import GRADES_READ, save_rated_cohort

PAIRS = [pair for row in GRADES_READ for pair in combinations(row, 2)]
DIFFERING = [tuple(sorted(pair)) for pair in PAIRS if pair[0] != pair[1]]


@pytest.fixture
def rated(tmp_path: Path) -> Observed:
    return cohort_readings(save_rated_cohort(tmp_path / "rated"))


def test_disagreement__counts_and_shares_are_those_of_all_pairs(rated: Observed) -> None:
    found = disagreement(rated, n_resamples=50, seed=0)
    assert (found.n_met, found.n_differing) == (len(PAIRS), len(DIFFERING))
    for form, grades in (("0/1", (0, 1)), ("1/2", (1, 2)), ("2/3", (2, 3))):
        share = found.figure("disagreement_share", form)
        assert share.value == pytest.approx(DIFFERING.count(grades) / len(DIFFERING))
    apart = sum(high - low > 1 for low, high in DIFFERING)
    assert found.figure("disagreement_share", "two or more").value == pytest.approx(
        apart / len(DIFFERING)
    )
    assert (found.n_met_within, found.n_differing_within) == (len(GRADES_READ), 1)
    within = found.figure("disagreement_share", "0/1", within=True)
    assert within.value == 1.0
    assert found.figure("disagreement_rate", "all readers", within=True).value == pytest.approx(
        1 / len(GRADES_READ)
    )
    with pytest.raises(KeyError):
        found.figure("disagreement_share", "0/9")


def test_swaps__by_group_and_by_pair(rated: Observed) -> None:
    found = swaps(rated, (0, 1), n_resamples=50, seed=0)
    everything, *groups = found.groups
    assert everything.rate.value == pytest.approx(DIFFERING.count((0, 1)) / len(PAIRS))
    assert [(one.attribute, one.group) for one in groups] == [
        ("gland", "parotid"), ("gland", "submandibular"),
        ("device", "D0"), ("device", "D1"), ("device", "D2"),
    ]  # fmt: skip
    parotid = [row for at, row in enumerate(GRADES_READ) if at % 2 == 0]
    met = [sorted(pair) for row in parotid for pair in combinations(row, 2)]
    assert groups[0].rate.value == pytest.approx(met.count([0, 1]) / len(met))
    assert found.matrix.swaps[0, 1] == sum(sorted(row[:2]) == [0, 1] for row in GRADES_READ)


def test_swaps__attributes_of_an_uploaded_table_and_experience(tmp_path: Path) -> None:
    lines = ["image_id,rater_id,reading,grade,gland,experience"]
    for at in range(4):
        for reader, years in (("a", "long"), ("b", "long"), ("c", "short")):
            lines.append(
                f"i{at},{reader},1,{int(reader == 'c')},{'pg' if at % 2 else 'smg'},{years}"
            )
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    found = swaps(observe(path), (0, 1), n_resamples=20, seed=0)
    rates = {(one.attribute, one.group): one.rate.value for one in found.groups}
    assert rates["gland", "pg"] == pytest.approx(2 / 3)
    assert rates["readers", "long"] == 0.0
    assert rates["readers", "long with short"] == 1.0


def test_contested__all_or_one_boundary(rated: Observed) -> None:
    assert {item.item for item in contested(rated, (0, 1))} == {
        f"i{at}" for at, row in enumerate(GRADES_READ) if {0, 1} <= set(row)
    }
    assert contested(rated, None)[0].item == "i7"
