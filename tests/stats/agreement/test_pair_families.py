from __future__ import annotations

from sgus.stats.agreement.pair_families import pair_families
from tests.stats.agreement.rated_panels import alike_panel


def test_all_pairwise_figures_come_from_one_count():
    families = pair_families(alike_panel(0, n_readers=4))
    assert len({id(family.features) for family in families}) == 1
    counts = {f.labels[0].statistic: len(f.labels) for f in families}
    assert counts == {
        "cohen_kappa": 6 * 3,
        "light_kappa": 3,
        "mean_kappa": 4 * 3,
        "percent_agreement": 6,
        "specific_agreement": 6 * 4,
        "prevalence_index": 6 * 4,
        "bias_index": 6 * 4,
        "pabak": 6,
    }
    labels = [label for family in families for label in family.labels]
    assert len(set(labels)) == len(labels)
