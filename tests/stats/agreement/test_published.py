"""Every published figure of the shared tables, through the command line where it gives the figure.

A figure is a part of a key of a case, such as the standard error of `gwet_framework.gwet.ac1` of
`fleiss1971`. Each is either reproduced within the tolerance that stands beside it, or named in
`LEFT_OUT` with the reason; what is in neither fails a test.
"""

from __future__ import annotations

import contextlib
import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sgus.cli.main import main
from sgus.stats.agreement.item_counts import item_counts
from sgus.stats.consensus.dawid_skene import dawid_skene, hard_labels
from sgus.workflows.observers import observe

pytestmark = pytest.mark.real

# Cases with their scales.
CASES = {
    "anxiety_icc": (1, 2, 3, 4, 5, 6),
    "dawid_skene1979": (1, 2, 3, 4),
    "fleiss1971": (1, 2, 3, 4, 5),
    "krippendorff4x12": (1, 2, 3, 4, 5),
    "vision_weighted_kappa": (1, 2, 3, 4),
}
PRINTED = 6e-4  # intervals of one source are printed to three decimals
UNWEIGHTED = {"none": "unweighted"}
FRAMEWORK = {
    "gwet.ac1": {"statistic": "gwet_ac"},
    "fleiss.kappa": {"statistic": "fleiss_kappa", "form": "overall"},
    "conger.kappa": {"statistic": "conger_kappa"},
    "bp.coeff": {"statistic": "pabak", "form": "all readers"},
    "pa.coeff": {"statistic": "percent_agreement", "form": "all readers"},
    "krippen.alpha": {"statistic": "krippendorff_alpha"},
}
ALPHA_LEVELS = {"unweighted": "nominal", "quadratic": "interval"}

_NO_TEST = "tests of a hypothesis are not given: intervals are"
_RATIO = "grades are no ratio scale"
_WHOLE = "alpha is given whole; its parts are those of a corrected agreement"
_METRIC = "alpha has its own metrics; its terms with Gwet's weights: test_krippendorff"
_ALPHA = "gwet_framework.krippen.alpha"
_FULL = ("est", "se", "ci", "pa", "pe")
_LEFT_OUT = (  # case, key, parts, why
    ("anxiety_icc", "icc", ("F", "df1", "df2"), _NO_TEST),
    ("fleiss1971", "fleiss_se_null_FNL1979", ("",), _NO_TEST),
    ("fleiss1971", "fleiss_z", ("",), _NO_TEST),
    ("fleiss1971", "fleiss_per_category_se_null", ("",), _NO_TEST),
    ("vision_weighted_kappa", "bowker", ("chisq", "df", "p"), _NO_TEST),
    ("vision_weighted_kappa", "stuart_maxwell", ("chisq", "df", "p"), _NO_TEST),
    ("anxiety_icc", "krippendorff_alpha ratio", ("",), _RATIO),
    ("krippendorff4x12", "krippendorff_alpha ratio", ("",), _RATIO),
    ("fleiss1971", f"{_ALPHA} unweighted", ("pa", "pe"), _WHOLE),
    ("krippendorff4x12", f"{_ALPHA} unweighted", ("pa", "pe"), _WHOLE),
    ("krippendorff4x12", f"{_ALPHA} quadratic", ("pa", "pe"), _WHOLE),
    ("krippendorff4x12", f"{_ALPHA} linear", _FULL, _METRIC),
    ("krippendorff4x12", f"{_ALPHA} ordinal", _FULL, _METRIC),
)
LEFT_OUT = {(case, key, part): why for case, key, parts, why in _LEFT_OUT for part in parts}
CHECKED = {
    "anxiety_icc": 31,
    "dawid_skene1979": 9,
    "fleiss1971": 36,
    "krippendorff4x12": 110,
    "vision_weighted_kappa": 16,
}


@cache
def expectations(folder: Path, case: str) -> tuple[dict, ...]:
    path = folder / "agreement" / f"{case}.json"
    return tuple(json.loads(path.read_text(encoding="utf-8"))["expected"])


@cache
def estimates(path: Path, scale: tuple[int, ...]) -> tuple[dict, ...]:
    """What `python -m sgus agreement --json` says; closed forms take items as independent."""
    words = ["agreement", str(path), "--json", "--resamples", "0", "--intervals", "closed",
             "--grades", ",".join(map(str, scale))]  # fmt: skip
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(words) == 0
    return tuple(json.loads(printed.getvalue())["estimates"])


@pytest.fixture(scope="module")
def table(shared_data, tmp_path_factory):
    """The input of a case; the table of 7,477 pairs of eyes is written out, a row a woman."""
    folder = shared_data / "agreement"

    def of(case):
        if case != "vision_weighted_kappa":
            return folder / ("anxiety.csv" if case == "anxiety_icc" else f"{case}.csv")
        path = tmp_path_factory.getbasetemp() / "eyes.csv"
        if not path.exists():
            counts = np.loadtxt(folder / "vision_table.csv", delimiter=",", skiprows=1, dtype=int)
            cells = np.repeat(np.indices((4, 4)).reshape(2, -1), counts.ravel(), axis=1) + 1
            lines = [f"{right},{left}" for right, left in cells.T]
            path.write_text("\n".join(["right,left", *lines]), encoding="utf-8")
        return path

    return of


def those(rows, **wanted):
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def only(rows, **wanted):
    (found,) = those(rows, **wanted)
    return found


def series(rows, **wanted):
    return [row["value"] for row in those(rows, **wanted)]


def by_chance(agreed, kappa):
    """Agreement expected by chance, from the agreement and the coefficient."""
    return (agreed - kappa) / (1.0 - kappa)


def in_full(row, **more):
    ends = [row["low"], row["high"]]
    return {"est": row["value"], "se": row["se"], "ci": ends, **more}


def our_icc(rows, params):
    row = only(rows, statistic="icc", form=params["name"].replace("3", "k"))
    return {"est": row["value"], "lo": row["low"], "hi": row["high"]}


def our_w(rows, params):
    form = "tie-corrected" if params["tie_correction"] else "uncorrected"
    row = only(rows, statistic="kendall_w", form=form)
    # Friedman's chi square is W in another unit.
    return {"W": row["value"], "chisq": row["n_raters"] * (row["n_items"] - 1) * row["value"]}


def our_cohen(rows, params):
    weights = weights_of(params)
    row = only(rows, statistic="cohen_kappa", form="pair", weights=weights)
    # The readers' agreement by weights is given of all readers, who are two here.
    agreed = only(rows, statistic="percent_agreement", form="all readers", weights=weights)
    po = agreed["value"]
    return in_full(row, po=po, pe=by_chance(po, row["value"]))


def our_framework(rows, key, params):
    name, weights = key.removeprefix("gwet_framework."), weights_of(params)
    wanted = FRAMEWORK[name]
    if name == "krippen.alpha":
        return in_full(only(rows, **wanted, weights=ALPHA_LEVELS[weights]))
    row = only(rows, **wanted, weights=weights)
    po = only(rows, **FRAMEWORK["pa.coeff"], weights=weights)["value"]
    pe = 0.0 if name == "pa.coeff" else by_chance(po, row["value"])
    return in_full(row, pa=po, pe=pe)


def weights_of(params):
    given = params.get("weights", "none")
    return UNWEIGHTED.get(given, given)


SIMPLE = {
    "fleiss_kappa": lambda rows, _: only(
        rows, statistic="fleiss_kappa", form="overall", weights="unweighted"
    )["value"],
    "fleiss_p_bar": lambda rows, _: only(
        rows, statistic="percent_agreement", form="all readers", weights="unweighted"
    )["value"],
    "fleiss_p_e": lambda rows, _: by_chance(
        SIMPLE["fleiss_p_bar"](rows, {}), SIMPLE["fleiss_kappa"](rows, {})
    ),
    "fleiss_kappa_per_category": lambda rows, _: series(
        rows, statistic="fleiss_kappa", form="category"
    ),
    "conger_exact_kappa": lambda rows, _: only(
        rows, statistic="conger_kappa", weights="unweighted"
    )["value"],
    "light_kappa": lambda rows, params: only(
        rows, statistic="light_kappa", form=None, weights=weights_of(params)
    )["value"],
    "krippendorff_alpha": lambda rows, params: only(
        rows, statistic="krippendorff_alpha", weights=params["level"]
    )["value"],
    "pairwise_kappa": lambda rows, params: series(
        rows, statistic="cohen_kappa", form="pair", weights=weights_of(params)
    ),
    "specific_agreement_per_category": lambda rows, _: series(
        rows, statistic="specific_agreement", form="all readers"
    ),
    "icc": our_icc,
    "kendall_W": our_w,
    "cohen_kappa": our_cohen,
}


def our_dawid_skene(path, key, params):
    fit = fitted(path)
    readers = [int(name) for name in fit.readers]
    return {
        "class_prevalence": lambda: fit.prevalence,
        "log_likelihood": lambda: fit.log_likelihood,
        "confusion_rater": lambda: fit.confusion[readers.index(params["rater"])],
        "map_class": lambda: hard_labels(fit) + 1,
        "posterior_patient": lambda: fit.posterior[np.array(params["items"]) - 1],
    }[key]()


@cache
def fitted(path):
    observed = observe(path, grades=CASES["dawid_skene1979"])
    assert observed.panel.items == tuple(str(at) for at in range(1, 46))
    return dawid_skene(observed.readings)


def ours(case, path, key, params):
    """Our figures where the shared file says `key`: a value, or a value by part."""
    if case == "dawid_skene1979":
        return our_dawid_skene(path, key, params)
    if key == "n_pairable_values":
        counts = item_counts(observe(path, grades=CASES[case]).panel)
        return counts.readings[counts.paired].sum()
    rows = estimates(path, CASES[case])
    if key.startswith("gwet_framework."):
        return our_framework(rows, key, params)
    return SIMPLE[key](rows, params)


def named(case, expected, part):
    """How `LEFT_OUT` names a figure: the key with the one parameter that tells it apart."""
    key, params = expected["key"], expected.get("params") or {}
    if key == "krippendorff_alpha":
        key = f"{key} {params['level']}"
    if key == "gwet_framework.krippen.alpha":
        key = f"{key} {params['weights']}"
    return case, key, part


def parts(expected):
    """The figures of a key by part, one without a name where it is a single one."""
    value = expected["value"]
    return value if isinstance(value, dict) else {"": value}


def split(case, expected):
    """The parts to reproduce, and those left out."""
    kept, gone = {}, []
    for part, value in parts(expected).items():
        name = named(case, expected, part)
        if name in LEFT_OUT:
            gone.append(name)
        else:
            kept[part] = value
    return kept, gone


@pytest.mark.parametrize("case", CASES)
def test_every_published_figure_is_reproduced(shared_data, table, case):
    n_checked = 0
    for expected in expectations(shared_data, case):
        kept, _ = split(case, expected)
        if not kept:
            continue
        params = expected.get("params") or {}
        found = ours(case, table(case), expected["key"], params)
        found = found if isinstance(found, dict) else {"": found}
        for part, value in kept.items():
            printed = part == "ci" and expected["key"].startswith("gwet_framework.")
            allowed = PRINTED if printed else expected["tol"]
            np.testing.assert_allclose(
                found[part],
                value,
                rtol=0,
                atol=allowed,
                err_msg=f"{expected['key']} {params} {part}",
            )
            n_checked += 1
    assert n_checked == CHECKED[case]


def test_what_is_left_out_is_there_and_nothing_else_is(shared_data):
    """A new file, key or part in the shared folder has to be looked at."""
    files = {path.stem for path in (shared_data / "agreement").glob("*.json")}
    assert files == set(CASES)
    gone = [
        name
        for case in CASES
        for expected in expectations(shared_data, case)
        for name in split(case, expected)[1]
    ]
    assert set(gone) == set(LEFT_OUT)
    assert all(LEFT_OUT.values())
    n_all = sum(
        len(parts(expected)) for case in CASES for expected in expectations(shared_data, case)
    )
    assert n_all == sum(CHECKED.values()) + len(gone)
