"""Sentences about a run, each the answer to one question of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sgus.report.document.material import Material
from sgus.report.figures import unit_noun


def kind_of_ai(m: Material) -> str:
    """Which kind of AI it is."""
    backbone = _network(m).get("backbone", "a network")
    return f"Deep learning: a convolutional network ({backbone}), supervised."


def sources(m: Material) -> str:
    """Where the data come from, as the cohort says."""
    said = [f"Cohort {m.cohort.get('name') or 'without a name'}"]
    said += [f"{m.cohort[key]}" for key in ("source", "terms") if m.cohort.get(key)]
    return ". ".join(part.rstrip(".") for part in said) + "."


def exclusions(m: Material) -> str:
    """What was excluded, by the reasons the cohort gives."""
    if m.images is None:
        return ""
    gone = m.images[m.images["excluded"].astype(str).str.lower() == "true"]
    if gone.empty:
        return f"The cohort's table marks none of its {len(m.images)} images as excluded."
    reasons = gone["exclusion_reason"].astype(str) if "exclusion_reason" in gone else None
    said = f"{len(gone)} of {len(m.images)} images are marked as excluded"
    if reasons is None:
        return f"{said}."
    counts = reasons.replace("", "no reason given").value_counts()
    return f"{said} ({'; '.join(f'{reason}: {n}' for reason, n in counts.items())})."


def preprocessing(m: Material) -> str:
    """What was done to a picture."""
    network = _network(m)
    return (
        f"The ultrasound region is cut out, made grey, brought to {network.get('width')} x "
        f"{network.get('height')} pixels and scaled by its own mean and spread (preparation "
        f"version {m.facts.get('prepare_version')}). {_augmentation(m)}"
    )


def _augmentation(m: Material) -> str:
    acting = [f"{key} {value}" for key, value in m.config.get("augment", {}).items() if value]
    return f"Varied while training: {', '.join(acting)}." if acting else "Nothing was varied."


def subset(m: Material) -> str:
    """Which images of the cohort were used."""
    used = int(m.predictions["image_id"].nunique())
    if m.images is None:
        return f"{used} images have predictions; the cohort is not at hand."
    return f"{used} of the {len(m.images)} images of the cohort have a grade and were used."


def identities(m: Material) -> str:
    """How identities were removed."""
    return "The images are simulated: there is no person." if m.synthetic else ""


def missing(m: Material) -> str:
    """What was done about missing data."""
    return (
        "Images without a grade are left out. Nothing is imputed; where a group is not known, its "
        "images are a group of their own."
    )


def acquisition(m: Material) -> str:
    """Devices and centres, by images."""
    if m.images is None:
        return ""
    said = []
    for column in ("centre", "device"):
        if column in m.images and (m.images[column].astype(str) != "").any():
            counts = m.images[column].astype(str).replace("", "not known").value_counts()
            said.append(f"{column}: " + ", ".join(f"{name} ({n})" for name, n in counts.items()))
    return f"Images by {'; by '.join(said)}." if said else ""


def reference(m: Material) -> str:
    """What the reference standard is, as far as the run knows."""
    return "OMERACT grade 0 to 3 of each image, the column grade of the cohort's table."


def test_annotation(m: Material) -> str:
    """How the test images were annotated."""
    return "By the same column as the training images."


def readers(m: Material) -> str:
    """What is known of how readers vary."""
    ceiling = m.report.get("ceiling") or {}
    if not ceiling.get("figures"):
        return ""
    first = ceiling["figures"][0]
    return (
        f"Readings of {first['n_readers']} readers of {first['n_items']} images were used for the "
        "ceiling below; python -m sgus agreement gives the coefficients."
    )


def assignment(m: Material) -> str:
    """How images were assigned to parts."""
    folds = m.facts.get("folds") or []
    parts = "; ".join(
        f"{part['where']}: {part['n_images']} images of {part['n_patients']} {m.people}"
        for part in m.parts
    )
    return (
        f"Scheme {m.facts.get('scheme', 'not stated')}, split {m.facts.get('split')}, "
        f"{len(folds)} {'fold' if len(folds) == 1 else 'folds'}, by {unit_noun(m.unit, n=1)} and "
        f"balanced by grade. Judged: {parts}."
    )


def disjoint(m: Material) -> str:
    """At which level parts share nothing."""
    if m.unit == "patient":
        return "By patient: no patient and no exact duplicate of an image stands in two parts."
    return (
        f"By {m.unit}: it is not known which images are of one patient; a group may hold several "
        "patients and none is in two parts."
    )


def test_size(m: Material) -> str:
    """Size of the part that the result is of."""
    part = m.part(m.where)
    grades = ", ".join(f"grade {grade}: {n}" for grade, n in part["images_by_grade"].items())
    return f"{part['n_images']} images of {part['n_patients']} {m.people} ({grades})."


def model(m: Material) -> str:
    """The network."""
    network = _network(m)
    return (
        f"{network.get('backbone')} on one channel, {network.get('head')} head, sharing "
        f"{network.get('sharing')}. Three stages: 0/1 v 2/3, then 0 v 1 and 2 v 3; the probability "
        "of a grade is that of its branch times that of its leaf."
    )


def software(m: Material) -> str:
    """Versions and arithmetic."""
    versions = ", ".join(f"{name} {v}" for name, v in (m.facts.get("versions") or {}).items())
    how = m.facts.get("arithmetic") or {}
    said = f"{versions or 'not stated'}."
    return f"{said} Arithmetic {how['precision']}, {how.get('threads')} threads." if how else said


def initial_weights(m: Material) -> str:
    """Where the weights started."""
    digest = m.facts.get("initial_weights_sha256")
    weights = m.config.get("weights", "not stated")
    said = f"weights={weights}, seed {m.facts.get('seed')}"
    return f"{said}, sha256 {digest}." if digest else f"{said}."


def training(m: Material) -> str:
    """How it was trained."""
    config = m.config
    learnt = {"head": "the head alone", "last_block": "the last block and the head"}
    what = learnt.get(str(config.get("trains")), "the whole network")
    return (
        f"Learnt: {what}; at most {config.get('epochs')} epochs of batches of "
        f"{config.get('batch_size')}, {config.get('optimizer')}, learning rate "
        f"{config.get('learning_rate')} ({config.get('schedule')}), weight decay "
        f"{config.get('weight_decay')}. All settings are in the table of settings."
    )


def selection(m: Material) -> str:
    """How the model was chosen."""
    decay = m.config.get("average_decay")
    kept = f" The weights are a moving average (decay {decay})." if decay else ""
    if m.config.get("patience") and any(m.predictions["split"] == "validation"):
        return f"The epoch with the lowest loss on the validation part.{kept}"
    chosen = any(line.get("validation_loss") is not None for line in m.metrics)
    if m.config.get("patience") and chosen:
        return f"In each fold the epoch with the lowest loss on its validation part.{kept}"
    return f"The last epoch; nothing was chosen by its figures.{kept}"


def ensembling(m: Material) -> str:
    """How several models are combined."""
    n = len(m.facts.get("folds") or [])
    if n > 1:
        return f"Nothing was combined: each of the {n} models answers the images of its own fold."
    return "One model; nothing was combined."


def measures(m: Material) -> str:
    """What is measured."""
    return (
        "Accuracy, balanced accuracy, quadratic-weighted kappa, ranked probability score, "
        "precision, recall and F1 of each grade; for each stage also the AUC, on the images that "
        "truly belong to it and as stage 1 routes them; calibration error."
    )


def uncertainty(m: Material) -> str:
    """How intervals are made."""
    how = m.report["resampling"]
    return (
        f"{how['level']:.0%} intervals by {unit_noun(m.unit, n=1)} bootstrap, percentile, "
        f"{how['n_resamples']} resamples, seed {how['seed']}; none where fewer than "
        f"{how['least_patients']} {m.people} carry a figure. No p values."
    )


def robustness(m: Material) -> str:
    """What was looked at beside the main result."""
    groups = [a["attribute"] for a in m.explored["subgroups"]["attributes"]]
    by = f"Figures by {', '.join(groups)}; " if groups else ""
    return f"{by}calibration before and after scaling, prediction sets."


def explanations(m: Material) -> str:
    """How outputs are explained."""
    return "Class activation maps can be made for each image; none was used for this result."


def internal(m: Material) -> str:
    """Evaluation on internal data."""
    part = m.part(m.where)
    kind = "out-of-fold test images" if len(m.facts.get("folds") or []) > 1 else f"{m.where} part"
    return f"{kind.capitalize()}: {part['n_images']} images of {part['n_patients']} {m.people}."


def external(m: Material) -> str:
    """Testing on external data."""
    if m.facts.get("scheme") == "leave-one-centre-out":
        return (
            "Each centre was judged by a model that saw none of its images; no independent data "
            "set was used."
        )
    return "This run holds none."


def counted(m: Material) -> str:
    """Numbers included and left out."""
    parts = "; ".join(
        f"{part['where']}: {part['n_images']} images of {part['n_patients']} {m.people}"
        for part in m.parts
    )
    left = "; ".join(
        f"{row['rows']} {row['where']} rows not reported" for row in m.report["left_out"]
    )
    return " ".join(filter(None, [f"{parts}.", f"{left}." if left else "", exclusions(m)]))


def demographics(m: Material) -> str:
    """Sex and age of each part, a patient counted once."""
    return " ".join(f"{row['where']}: {row['said']}." for row in demographic_rows(m))


def demographic_rows(m: Material) -> list[Mapping[str, Any]]:
    """A row for each part of the prediction table: patients, sex, age; none without a cohort."""
    if m.images is None or not {"sex", "age_years"} & set(m.images.columns):
        return []
    known = m.images.drop_duplicates("image_id").set_index("image_id")
    rows: list[Mapping[str, Any]] = []
    for where, part in m.predictions.groupby("split", sort=True):
        about = known.reindex(part["image_id"]).drop_duplicates("patient_id")
        said = [f"{len(about)} {m.people}"]
        if "sex" in about:
            sexes = about["sex"].astype("string").fillna("").replace("", "not known")
            said += [f"sex {name} {n}" for name, n in sexes.value_counts().sort_index().items()]
        if "age_years" in about:
            ages = about["age_years"].astype("string").str.strip()
            years = ages[ages.str.fullmatch(r"\d+(\.\d+)?").fillna(value=False)].astype(float)
            if len(years):
                quartiles = years.quantile([0.25, 0.5, 0.75])
                said.append("age median {1:.0f} (quartiles {0:.0f}, {2:.0f})".format(*quartiles))
        rows.append({"where": str(where), "said": ", ".join(said)})
    return rows


def performance(m: Material) -> str:
    """Where performance stands."""
    return f"Sections Result, Each label and All figures, for {_listed(m)}."


def precision(m: Material) -> str:
    """Where the intervals stand."""
    return "Every figure stands with its interval and its numbers of images and patients."


def failures(m: Material) -> str:
    """What is known of failures."""
    matrix = next(
        x
        for x in m.report["confusion"]
        if (x["scope"], x["where"], x["subset"]) == ("four_grades", m.where, None)
    )
    far = sum(
        n
        for truth, counts in enumerate(matrix["counts"])
        for predicted, n in enumerate(counts)
        if abs(truth - predicted) > 1
    )
    return (
        f"{far} of {matrix['n_images']} images are off by more than one grade. The images behind "
        "each cell can be opened on the runs page."
    )


def limitations(m: Material) -> str:
    """Where the limits stand."""
    return "Section Limits says what the run itself shows."


def availability(m: Material) -> str:
    """What names the data and the software."""
    return (
        f"Software sgus {(m.facts.get('versions') or {}).get('sgus', 'not stated')}; cohort "
        f"manifest sha256 {m.facts.get('manifest_hash')}."
    )


def _listed(m: Material) -> str:
    return " and ".join(part["where"] for part in m.parts)


def _network(m: Material) -> Mapping[str, Any]:
    found = m.config.get("network")
    return found if isinstance(found, dict) else {}
