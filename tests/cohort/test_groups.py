from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sgus.cohort.groups import Groups

NAMES = [str(number) for number in range(12)]


def connected(names, links):
    """Slow and obvious: merge sets until nothing changes."""
    sets = [{name} for name in names]
    for link in links:
        touched = [found for found in sets if found & set(link)]
        if touched:
            sets = [found for found in sets if found not in touched] + [set().union(*touched)]
    return {frozenset(found) for found in sets}


@given(st.lists(st.lists(st.sampled_from(NAMES), max_size=4), max_size=8))
def test_groups__are_the_connected_components(links):
    groups = Groups(NAMES)
    for link in links:
        groups.join(link)
    assert {frozenset(found) for found in groups.sets()} == connected(NAMES, links)
