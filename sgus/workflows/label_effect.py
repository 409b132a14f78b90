"""What other labels did: runs on the same test images, judged by every version of their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sgus.core.errors import CohortError, RunError, SgusError
from sgus.report.changed_sides import config_differences
from sgus.report.figures import unit_noun
from sgus.report.label_versions import LabelVersion, compare_label_versions
from sgus.workflows.label_sources import ADJUDICATED, CONSENSUS, REFERENCE, label_table
from sgus.workflows.run_view import RunView, open_run

TRUE_GRADE: Final = "true_grade"
_BESIDE: Final = (TRUE_GRADE, CONSENSUS)
"""Versions that are shown beside the reference, but that nobody learnt or decided."""
LABEL_SETTINGS: Final = ("labels", "soft_from")


def label_effect(
    runs: Sequence[Path], *, data: Path | None = None, n_resamples: int = 2000, seed: int = 0
) -> dict[str, Any]:
    """Open runs and judge them by every version of the labels of their test images.

    Args:
        runs: Directories of finished runs, different ones.
        data: Folder of cohorts among which theirs is looked for, for ratings, adjudications and
            the truth of phantoms; that of this installation when None.
        n_resamples: Resamples of the patient bootstrap.
        seed: Seed of the resamples.

    Returns:
        As `effect_of`.

    Raises:
        RunError: A run is not finished, two have one name, or they share no test image.
        ConfigError: Too few resamples.
    """
    views = [open_run(directory, data=data) for directory in runs]
    return effect_of(views, n_resamples=n_resamples, seed=seed)


def effect_of(
    views: Sequence[RunView], *, n_resamples: int = 2000, seed: int = 0
) -> dict[str, Any]:
    """Judge runs by every version of the labels of the images that all of them tested.

    Args:
        views: One run or more, the one that others are held against first.
        n_resamples: Resamples of the patient bootstrap.
        seed: Seed of the resamples.

    Returns:
        As `compare_label_versions`, and `learnt` (labels each run learnt), `warnings` (plain
        sentences: test labels that changed, runs that differ in more than their labels), `notes`
        (versions that are not at hand, and why; what the readers' median says beside the
        reference), `unit`, `synthetic` and `caution`.

    Raises:
        RunError: Two runs have one name, or they share no test image.
        ConfigError: Too few resamples.
    """
    names = [view.name for view in views]
    if len(set(names)) != len(names):
        raise RunError("label effect", "two of the runs have one name", "Give different runs")
    versions, notes = label_versions(views)
    unit = views[0].unit
    found = compare_label_versions(
        {view.name: view.predictions for view in views}, versions,
        n_resamples=n_resamples, seed=seed, patient_unit=unit,
    )  # fmt: skip
    learnt = {view.name: learnt_labels(view.facts) for view in views}
    notes += _median_beside(found, unit)
    n = sum(len(version["differences"]) for version in found["versions"])
    return found | {
        "learnt": learnt,
        "warnings": [*_changed(found, learnt, unit), *_other_than_labels(views)],
        "notes": notes,
        "unit": unit,
        "synthetic": any(view.synthetic for view in views),
        "caution": _caution(n) if n else None,
    }


def learnt_labels(facts: Mapping[str, Any]) -> str:
    """What labels a run learnt, by its `run.json`: `reference`, or such as `soft (readers)`."""
    said = facts.get("labels")
    if not isinstance(said, Mapping):
        return REFERENCE
    soft = f" ({said['soft_from']})" if said.get("soft_from") else ""
    return f"{said.get('source')}{soft}"


def label_versions(views: Sequence[RunView]) -> tuple[list[LabelVersion], list[str]]:
    """Versions of the labels of the test images, beside the reference of the first run.

    They are those each run learnt, the readers' consensus and the adjudicated grades as the cohort
    has them now, and of phantoms the truth. A version that says the same as one before it is left
    out.

    Returns:
        The versions, and why others are not at hand.
    """
    found = [version for view in views if (version := _of_run(view)) is not None]
    others = [_reference_of(view) for view in views[1:]]
    cohort, notes = _of_cohort(views[0])
    tested = views[0].predictions.query("split == 'test'")
    reference = dict(zip(tested["image_id"], tested["grade"], strict=True))
    seen, kept = [reference], []
    for version in (*found, *others, *cohort):
        whole = reference | {k: v for k, v in version.grades.items() if k in reference}
        # Adjudicated labels are shown even where they are the same: that nothing moved is news.
        if whole not in seen or version.name == ADJUDICATED:
            seen.append(whole)
            kept.append(version)
    return kept, notes


def _of_run(view: RunView) -> LabelVersion | None:
    rows = view.predictions.query("split == 'test'")
    if "label" not in rows:
        return None
    grades = pd.to_numeric(rows["label"], errors="coerce")
    pairs = zip(rows["image_id"], grades, strict=True)
    said = {str(image): int(grade) for image, grade in pairs if pd.notna(grade)}
    learnt = learnt_labels(view.facts)
    return LabelVersion(f"{learnt}, {view.name}", f"{learnt} labels as {view.name} has them", said)


def _reference_of(view: RunView) -> LabelVersion:
    rows = view.predictions.query("split == 'test'")
    said = dict(zip(rows["image_id"].astype(str), map(int, rows["grade"]), strict=True))
    title = f"reference labels as {view.name} has them"
    return LabelVersion(f"{REFERENCE}, {view.name}", title, said)


def _of_cohort(view: RunView) -> tuple[list[LabelVersion], list[str]]:
    if view.cohort is None or view.images is None:
        return [], ["The cohort of these runs is not at hand: its labels of today are not shown."]
    found, notes = [], []
    titles = {
        CONSENSUS: "consensus of the readers (median), today",
        ADJUDICATED: "adjudicated labels, today",
    }
    for source, title in titles.items():
        try:
            found.append(LabelVersion(source, title, labels_today(view.cohort, source)))
        except SgusError as error:
            notes.append(f"No {source} labels: {error.cause}.")
    if TRUE_GRADE in view.images:
        true = pd.to_numeric(view.images[TRUE_GRADE], errors="coerce")
        pairs = zip(view.images["image_id"], true, strict=True)
        said = {str(image): int(grade) for image, grade in pairs if pd.notna(grade)}
        found.append(LabelVersion(TRUE_GRADE, "the truth that was simulated", said))
    return found, notes


def labels_today(root: Path, source: str) -> dict[str, int]:
    """What a source says of each usable image of a cohort, as it is now.

    Args:
        root: The cohort.
        source: `consensus` or `adjudicated`.

    Raises:
        CohortError: It has nothing to say, or the cohort cannot be read.
    """
    from sgus.cohort.manifest import load_cohort
    from sgus.cohort.split_model import Fold

    cohort = load_cohort(root)
    ids = list(cohort.usable()["image_id"])
    if not ids:
        raise CohortError(root, "no image of it is graded and not excluded", "Check the cohort")
    everything = Fold(name="all", train=ids, validation=[], test=[])
    table, _ = label_table(cohort, [everything], source=source, soft_from="")
    return dict(zip(table["image_id"], map(int, table["label"]), strict=True))


def _changed(found: Mapping[str, Any], learnt: Mapping[str, str], unit: str) -> list[str]:
    said = []
    changed = [
        f"by the {version['title']}, {_differ(version, found, unit)} have another label than the "
        "reference"
        for version in found["versions"]
        if version["n_differ"] and version["name"] not in _BESIDE
    ]
    if changed:
        said.append(
            f"TEST LABELS CHANGED: {'; '.join(changed)}. Figures against such labels judge by "
            "other labels: compare runs within one version."
        )
    for run, labels in learnt.items():
        if labels != REFERENCE:
            said.append(
                f"{run} learnt {labels} labels. Judged by labels of the same people it profits "
                "from having learnt their habits, right or wrong."
            )
    return said


def _median_beside(found: Mapping[str, Any], unit: str) -> list[str]:
    """What the readers' median says where nobody learnt it: readers differ, nothing changed."""
    return [
        f"The readers' median gives {_differ(version, found, unit)} another grade than the "
        "reference does; no run learnt it, and the test labels are as they were."
        for version in found["versions"]
        if version["n_differ"] and version["name"] == CONSENSUS
    ]


def _differ(version: Mapping[str, Any], found: Mapping[str, Any], unit: str) -> str:
    """`8 of 120 test images (5 patients)`."""
    n = version["n_patients_differ"]
    of = found["images"]["n_images"]
    return f"{version['n_differ']} of {of} test images ({n} {unit_noun(unit, n=n)})"


def _other_than_labels(views: Sequence[RunView]) -> list[str]:
    said = []
    first = views[0]
    for other in views[1:]:
        configs = {view.name: view.facts.get("config") or {} for view in (first, other)}
        differ = [
            row["setting"] for row in config_differences(configs)
            if row["setting"] not in LABEL_SETTINGS
        ]  # fmt: skip
        if differ:
            said.append(
                f"{first.name} and {other.name} differ in more than their labels: "
                f"{', '.join(differ)}."
            )
        if _images(first) != _images(other):
            said.append(
                f"{first.name} and {other.name} are not of the same folds: they learnt from other "
                "images too."
            )
    return said


def _images(view: RunView) -> tuple[object, ...]:
    """What says that two runs learnt from, and were tested on, the same images."""
    rows = view.predictions[["fold", "split", "image_id"]]
    return (
        view.facts.get("split"), *sorted(rows.itertuples(index=False, name=None)),
    )  # fmt: skip


def _caution(n: int) -> str:
    return (
        f"{n} differences between runs are looked at. An interval without zero is evidence on such "
        "patients, not a p value. Chance of training (another seed) is not in the intervals."
    )


def ledger_state(cohort: Path | None) -> tuple[tuple[int, int], ...]:
    """Sizes and times of the files of a cohort's ledger: it changes when somebody decides."""
    if cohort is None:
        return ()
    files = sorted(cohort.glob("adjudication.sqlite*"))
    states = [path.stat() for path in files if path.suffix != ".sqlite-shm" and path.is_file()]
    return tuple((state.st_size, state.st_mtime_ns) for state in states)
