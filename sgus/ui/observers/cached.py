"""What the boundary, model and consensus tabs compute, once for each content of the readings.

Keys are hashes of everything the result depends on: the readings themselves, never the name of
their file, for one table read on two scales gives two results.
"""

from __future__ import annotations

import hashlib
import json

import streamlit as st

from sgus.stats.boundary import ContestedItem
from sgus.stats.comparison.advantage import Alignment
from sgus.stats.comparison.alternative_annotator import (
    AlternativeAnnotator,
    alternative_annotator_test,
)
from sgus.stats.comparison.beside import Beside, beside_readers
from sgus.stats.comparison.stage_accuracy import AccuracyPoint, ceiling_points, stage_accuracies
from sgus.stats.consensus import Ceiling, DawidSkene, dawid_skene, stage_ceilings
from sgus.workflows.observer_boundary import (
    Disagreement,
    Steps,
    Swaps,
    contested,
    disagreement,
    swaps,
)
from sgus.workflows.observer_models import ModelReadings
from sgus.workflows.observers import Observed

_ENTRIES = 16


def content_key(observed: Observed) -> str:
    """Hash of all that is known of images and readers."""
    panel = observed.panel
    said = json.dumps(
        [
            panel.items, panel.readers, panel.scale, panel.patients, panel.unit,
            {name: list(values) for name, values in observed.item_attributes.items()},
            {name: dict(values) for name, values in observed.reader_attributes.items()},
            observed.readings.codes.shape, observed.manifest_hash, observed.synthetic,
        ]
    )  # fmt: skip
    digest = hashlib.sha256(said.encode())
    digest.update(observed.readings.codes.tobytes())
    return digest.hexdigest()


@st.cache_data(max_entries=_ENTRIES, show_spinner="Resampling patients")
def disagreement_of(key: str, n_resamples: int, seed: int, _observed: Observed) -> Disagreement:
    """See `disagreement`; `key` is that of the content."""
    del key
    return disagreement(_observed, n_resamples=n_resamples, seed=seed)


@st.cache_data(max_entries=_ENTRIES, show_spinner="Resampling patients")
def swaps_of(key: str, boundary: Steps, n_resamples: int, seed: int, _observed: Observed) -> Swaps:
    """See `swaps`."""
    del key
    return swaps(_observed, boundary, n_resamples=n_resamples, seed=seed)


@st.cache_data(max_entries=_ENTRIES, show_spinner="Ordering the images")
def contested_of(key: str, boundary: Steps | None, _observed: Observed) -> list[ContestedItem]:
    """See `contested`."""
    del key
    return contested(_observed, boundary)


@st.cache_data(max_entries=_ENTRIES, show_spinner="Estimating the readers' errors")
def fit_of(key: str, seed: int, _observed: Observed) -> DawidSkene:
    """Dawid-Skene of the readings."""
    del key
    return dawid_skene(_observed.readings, seed=seed)


@st.cache_data(max_entries=_ENTRIES, show_spinner="Estimating the ceiling")
def ceilings_of(key: str, seed: int, _observed: Observed) -> list[Ceiling]:
    """The ceilings that readers' errors leave."""
    return stage_ceilings(_observed.readings, seed=seed, fit=fit_of(key, seed, _observed))


def model_key(found: ModelReadings) -> str:
    """Hash of a model's grades and its name."""
    return hashlib.sha256(f"{found.name}\0".encode() + found.codes.tobytes()).hexdigest()


@st.cache_data(max_entries=_ENTRIES, show_spinner="Comparing model and readers")
def beside_of(
    key: str, model: str, n_resamples: int, seed: int, _observed: Observed, _found: ModelReadings
) -> Beside:
    """The model beside the readers; `model` is its key."""
    del key, model
    return beside_readers(
        _observed.panel, _found.codes, name=_found.name, n_resamples=n_resamples, seed=seed
    )


@st.cache_data(max_entries=_ENTRIES, show_spinner="Comparing accuracies")
def accuracies_of(
    key: str, model: str, n_resamples: int, seed: int, _observed: Observed, _found: ModelReadings
) -> list[AccuracyPoint]:
    """Accuracy of model and readers in each stage, and the ceilings."""
    beside = beside_of(key, model, n_resamples, seed, _observed, _found)
    points = stage_accuracies(
        _observed.panel, _found.codes, beside, n_resamples=n_resamples, seed=seed
    )
    return [*points, *ceiling_points(ceilings_of(key, seed, _observed))]


@st.cache_data(max_entries=_ENTRIES, show_spinner="Testing the model in each reader's place")
def alternative_of(
    key: str,
    model: str,
    alignment: Alignment,
    epsilon: float,
    n_resamples: int,
    seed: int,
    _observed: Observed,
    _found: ModelReadings,
) -> AlternativeAnnotator:
    """The alternative annotator test."""
    del key, model
    return alternative_annotator_test(
        _observed.panel, _found.codes, alignment=alignment, epsilon=epsilon,
        n_resamples=n_resamples, seed=seed,
    )  # fmt: skip
