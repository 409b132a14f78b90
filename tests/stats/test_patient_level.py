from __future__ import annotations

import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sgus.stats.patient_level import gland_medians, summarise

IMAGES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=30)


@given(IMAGES)
def test_medians_are_those_of_the_standard_library(images):
    names, gland = np.unique([g for g, _ in images], return_inverse=True)
    grades = np.array([grade for _, grade in images])
    found = gland_medians(grades, gland, n_glands=len(names))
    for i in range(len(names)):
        assert found[i] == statistics.median_low(grades[gland == i].tolist())


@given(IMAGES)
def test_summaries_are_those_of_a_loop(glands):
    names, examination = np.unique([e for e, _ in glands], return_inverse=True)
    grades = np.array([grade for _, grade in glands])
    found = summarise(grades, examination, n=len(names), cut=2)
    for i in range(len(names)):
        mine = grades[examination == i].tolist()
        assert found.highest[i] == max(mine)
        assert found.total[i] == sum(mine)
        assert found.affected[i] == sum(grade >= 2 for grade in mine)
        assert found.n_glands[i] == len(mine)
