"""The command: published values through JSON, what it prints, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sgus.cli.main import main

KEYS = {
    "statistic", "weights", "form", "raters", "grade", "value", "low", "high", "se", "n_items",
    "n_units", "n_raters", "n_pairs", "method", "reason",
}  # fmt: skip
WEIGHTS = {"none": "unweighted", "unweighted": "unweighted"}
FRAMEWORK = {
    "gwet.ac1": "gwet_ac",
    "fleiss.kappa": "fleiss_kappa",
    "conger.kappa": "conger_kappa",
    "bp.coeff": "pabak",
    "pa.coeff": "percent_agreement",
    "krippen.alpha": "krippendorff_alpha",
}
ALPHA_METRICS = {"unweighted": "nominal", "quadratic": "interval"}
FORMS = {"fleiss_kappa": "overall", "pabak": "all readers", "percent_agreement": "all readers"}


def run(capsys, *words: object) -> tuple[int, str, str]:
    status = main(["agreement", *map(str, words)])
    said = capsys.readouterr()
    return status, said.out, said.err


def estimates(capsys, path: Path, *words: object) -> list[dict]:
    status, out, err = run(capsys, path, "--json", "--resamples", 0, *words)
    assert (status, err) == (0, "")
    return json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} in JSON"))["estimates"]


def those(rows: list[dict], **wanted: object) -> list[dict]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def only(rows: list[dict], **wanted: object) -> dict:
    (found,) = those(rows, **wanted)
    return found


def series(rows: list[dict], **wanted: object) -> list[float]:
    return [row["value"] for row in those(rows, **wanted)]


def published(shared_data: Path, case: str) -> list[tuple[str, dict, object, float]]:
    said = json.loads((shared_data / "agreement" / f"{case}.json").read_text())
    return [(e["key"], e.get("params") or {}, e["value"], e["tol"]) for e in said["expected"]]


def values(key: str, params: dict, rows: list[dict]) -> object:
    """What we say where the published file says `key`; None where we have no such figure."""
    weights = WEIGHTS.get(params.get("weights", "none"), params.get("weights"))
    if key == "fleiss_kappa":
        return only(rows, statistic=key, form="overall", weights="unweighted")["value"]
    if key == "fleiss_kappa_per_category":
        return series(rows, statistic="fleiss_kappa", form="category")
    if key == "conger_exact_kappa":
        return only(rows, statistic="conger_kappa", weights="unweighted")["value"]
    if key == "light_kappa":
        return only(rows, statistic=key, weights=weights, form=None)["value"]
    if key == "krippendorff_alpha" and params["level"] != "ratio":
        return only(rows, statistic=key, weights=params["level"])["value"]
    if key == "pairwise_kappa":
        return series(rows, statistic="cohen_kappa", form="pair", weights=weights)
    if key == "specific_agreement_per_category":
        return series(rows, statistic="specific_agreement", form="all readers")
    if key == "kendall_W":
        form = "tie-corrected" if params["tie_correction"] else "uncorrected"
        return {"W": only(rows, statistic="kendall_w", form=form)["value"]}
    if key == "icc":
        name = params["name"].replace("3", "k")
        row = only(rows, statistic="icc", form=name)
        return {"est": row["value"], "lo": row["low"], "hi": row["high"]}
    if key.startswith("gwet_framework."):
        return framework(key.removeprefix("gwet_framework."), weights, rows)
    return None


def framework(name: str, weights: str, rows: list[dict]) -> object:
    statistic = FRAMEWORK[name]
    wanted = {"statistic": statistic, "weights": weights}
    if statistic == "krippendorff_alpha":
        if weights not in ALPHA_METRICS:
            return None
        wanted["weights"] = ALPHA_METRICS[weights]
    if statistic in FORMS:
        wanted["form"] = FORMS[statistic]
    row = only(rows, **wanted)
    return {"est": row["value"], "se": row["se"], "ci": [row["low"], row["high"]]}


@pytest.mark.parametrize(
    ("case", "file", "grades", "n_checked"),
    [
        ("fleiss1971", "fleiss1971.csv", "1,2,3,4,5", 12),
        ("krippendorff4x12", "krippendorff4x12.csv", "1,2,3,4,5", 25),
        ("anxiety_icc", "anxiety.csv", "1,2,3,4,5,6", 17),
    ],
)
def test_published_values(shared_data, capsys, case, file, grades, n_checked):
    rows = estimates(capsys, shared_data / "agreement" / file, "--grades", grades)
    checked = 0
    for key, params, value, tolerance in published(shared_data, case):
        ours = values(key, params, rows)
        if ours is None:
            continue
        checked += 1
        if not isinstance(value, dict):
            assert ours == pytest.approx(value, abs=tolerance), (key, params)
            continue
        for part in ours:
            # Published intervals of this source are printed to three decimals.
            allowed = 6e-4 if part == "ci" else tolerance
            assert ours[part] == pytest.approx(value[part], abs=allowed), (key, params, part)
    assert checked == n_checked


def test_published_values__two_eyes_of_7477_women(shared_data, capsys, tmp_path):
    lines = (shared_data / "agreement" / "vision_table.csv").read_text().splitlines()[1:]
    counts = [[int(cell) for cell in line.split(",")] for line in lines]
    path = tmp_path / "eyes.csv"
    rows = [f"{a + 1},{b + 1}" for a in range(4) for b in range(4) for _ in range(counts[a][b])]
    path.write_text("\n".join(["right,left", *rows]))
    found = estimates(capsys, path, "--grades", "1,2,3,4")
    for key, params, value, tolerance in published(shared_data, "vision_weighted_kappa"):
        if key == "cohen_kappa":
            weights = WEIGHTS.get(params["weights"], params["weights"])
            row = only(found, statistic=key, weights=weights, form="pair")
            ours = [row["value"], row["se"], row["low"], row["high"]]
            assert ours == pytest.approx([value["est"], value["se"], *value["ci"]], abs=tolerance)
            assert row["n_items"] == 7477
        elif key == "specific_agreement_per_category":
            ours = series(found, statistic="specific_agreement", form="pair")
            assert ours == pytest.approx(value, abs=tolerance)


def test_dawid_skene_1979__repeats_are_said(shared_data, capsys):
    path = shared_data / "agreement" / "dawid_skene1979.csv"
    status, out, err = run(capsys, path, "--grades", "1,2,3,4", "--resamples", 100)
    assert status == 0
    assert "5 readers, 45 images, 315 readings" in out
    assert "Readers with themselves" in out
    assert "45 times one reader has several rows for one image" in err


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 24)
    lines = ["image_id,patient_id,gland,anna,bert,=cleo()"]
    for at, grade in enumerate(truth):
        cells = np.clip(grade + rng.integers(-1, 2, 3), 0, 3)
        lines.append(f"i{at},p{at // 2},parotid,{','.join(map(str, cells))}")
    lines.append("i99,p0,parotid,,NA,-")
    path = tmp_path / "ours.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_json__is_whole_and_alone(table, capsys, tmp_path):
    status, out, err = run(capsys, table, "--json", "--resamples", 60, "--seed", 7)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert set(document) == {
        "estimates", "panel", "notes", "resampling", "synthetic", "version"
    }  # fmt: skip
    assert all(set(row) == KEYS for row in document["estimates"])
    panel = document["panel"]
    assert (panel["n_items"], panel["n_readers"], panel["n_readings"]) == (24, 3, 72)
    assert (panel["unit"], panel["n_units"], panel["scale"]) == ("patient", 12, [0, 1, 2, 3])
    assert panel["counts"] == {
        "n_rows_read": 25, "n_empty": 3, "n_never_rated": 1, "n_excluded": 0
    }  # fmt: skip
    assert document["resampling"] == {"n_resamples": 60, "seed": 7, "level": 0.95}
    assert document["synthetic"] is None
    assert str(tmp_path) not in out
    assert "NaN" not in out
    row = only(document["estimates"], statistic="cohen_kappa", weights="linear", form="pair",
               raters=["anna", "bert"])  # fmt: skip
    assert row["low"] < row["value"] < row["high"]
    assert (row["n_items"], row["n_units"], row["n_raters"], row["n_pairs"]) == (24, 12, 2, 1)
    assert "patient" in row["method"]
    assert run(capsys, table, "--json", "--resamples", 60, "--seed", 7)[1] == out


def test_text__says_who_how_many_and_how(table, capsys):
    status, out, err = run(capsys, table, "--resamples", 60)
    assert status == 0
    assert out.startswith("ours.csv: 3 readers, 24 images of 12 patients, 72 readings\n")
    assert "what is resampled is the patient, 60 times, seed 0" in out
    for words in ("Fleiss' kappa, quadratic", "ICC(A,1)", "Fleiss' kappa, unweighted, grade 0",
                  "anna with bert", "Readers against the mean of the others", "Of these, on 0/1",
                  "Gwet's AC1, unweighted", "Krippendorff's alpha, ordinal"):  # fmt: skip
        assert words in out
    assert "Readers with themselves" not in out
    assert max(map(len, out.splitlines())) < 140
    assert err == ""


def test_text__of_many_readers_the_extreme_pairs(tmp_path, capsys):
    rng = np.random.default_rng(4)
    lines = [",".join(f"r{n}" for n in range(12))]
    lines += [",".join(map(str, rng.integers(0, 4, 12))) for _ in range(20)]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines))
    status, out, err = run(capsys, path, "--resamples", 0)
    assert status == 0
    assert "Cohen's kappa, quadratic: extremes of 66 pairs" in out
    assert out.count(" with r") == 6
    kappas = [float(line.split()[3]) for line in out.splitlines() if " with r" in line]
    assert kappas == sorted(kappas)
    assert "Note: patients are not known: images are resampled" in err


def test_a_panel_that_says_nothing_gives_reasons(tmp_path, capsys):
    path = tmp_path / "flat.csv"
    path.write_text("image_id,a,b\n" + "".join(f"i{n},1,1\n" for n in range(9)))
    status, out, _ = run(capsys, path, "--resamples", 50)
    assert status == 0
    assert "nan" not in out.lower()
    document = json.loads(run(capsys, path, "--resamples", 50, "--json")[1])
    kappa = only(document["estimates"], statistic="cohen_kappa", weights="unweighted", form="pair")
    assert kappa["value"] is None
    assert "grade 1" in kappa["reason"]


def test_csv__every_figure_and_no_formula(table, capsys, tmp_path):
    out = tmp_path / "figures.csv"
    assert run(capsys, table, "--resamples", 0, "--csv", out)[0] == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert set(rows[0]) == KEYS
    assert len(rows) == len(estimates(capsys, table))
    assert {"anna | bert", "'=cleo()"} <= {row["raters"] for row in rows}
    status, _, err = run(capsys, table, "--csv", out)
    assert status == 2
    assert "the file is there already. Name another, or add --force" in err
    assert run(capsys, table, "--resamples", 0, "--csv", out, "--force")[0] == 0


def test_csv__never_in_the_place_of_the_ratings(table, capsys, tmp_path):
    before = table.read_bytes()
    link = tmp_path / "link.csv"
    link.symlink_to(table)
    for out in (table, link):
        status, _, err = run(capsys, table, "--csv", out, "--force")
        assert (status, table.read_bytes()) == (2, before)
        assert "the ratings are read from there, and are never replaced. Name another file" in err
    status, _, err = run(capsys, table, "--csv", tmp_path, "--force")
    assert (status, "is a directory. Name a file in it" in err) == (2, True)


def test_columns_are_left_out_or_named(table, capsys):
    words = ("--ignore", "=cleo()", "--ignore", "patient_id", "--patient-column", "gland")
    document = json.loads(run(capsys, table, "--json", "--resamples", 0, *words)[1])
    assert document["panel"]["readers"] == ["anna", "bert"]
    assert (document["panel"]["unit"], document["panel"]["n_units"]) == ("patient", 1)


def test_a_cohort_with_its_patients(tmp_path, capsys):
    root = tmp_path / "c"
    root.mkdir()
    images = [f"i{n},images/i{n}.png,p{n // 2},1,true" for n in range(2)]
    images += [f"i{n},images/i{n}.png,p{n // 2},1,false" for n in range(2, 12)]
    ratings = [
        f"i{n},{reader},1,{(n + len(reader)) % 4}" for n in range(12) for reader in ("a", "bb")
    ]
    header = "image_id,path,patient_id,grade,excluded"
    (root / "images.csv").write_text("\n".join([header, *images]) + "\n")
    (root / "ratings.csv").write_text(
        "\n".join(["image_id,rater_id,reading,grade", *ratings]) + "\n"
    )
    facts = {"name": "made up", "synthetic": True, "n_images": 12}
    (root / "cohort.json").write_text(json.dumps(facts))
    status, out, err = run(capsys, root, "--resamples", 20)
    assert status == 0
    assert out.startswith("SYNTHETIC PHANTOMS")
    assert "made up: 2 readers, 10 images of 5 patients, 20 readings" in out
    assert err == "Note: 2 excluded images were left out with their readings\n"
    document = json.loads(run(capsys, root, "--resamples", 20, "--json")[1])
    assert document["synthetic"] is True
    assert document["panel"]["counts"]["n_excluded"] == 2
    assert len(document["panel"]["manifest_hash"]) == 64
    assert str(tmp_path) not in json.dumps(document)
    before = (root / "ratings.csv").read_bytes()
    status, _, err = run(capsys, root, "--csv", root / "ratings.csv", "--force")
    assert (status, "never replaced" in err) == (2, True)
    assert (root / "ratings.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.csv"], "there is no such file. Give the path of a CSV or Excel file."),
        (["ours.csv", "--grades", "1,2"], "is none of the grades 1, 2"),
        (["ours.csv", "--grades", "a"], "Error: --grades: 'a' is no list of whole numbers. Write"),
        (["ours.csv", "--grades", "2,1"], "Error: grades 2,1: they do not rise."),
        (["ours.csv", "--resamples", "-1"], "Error: --resamples: -1 is not from 0 to 20000."),
        (["ours.csv", "--seed", "-1"], "Error: --seed: -1 is below 0."),
        (["ours.csv", "--patient-column", "who"], "no column 'who' for --patient-column"),
        (["."], "there is no such directory|is not there"),
    ],
)
def test_refused(table, capsys, monkeypatch, words, message):
    monkeypatch.chdir(table.parent)
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert any(part in err for part in message.split("|"))


def test_help_is_light():
    code = (
        "import sys; from sgus.cli.main import main; status = main(['agreement', '--help']);"
        "heavy = {'numpy', 'pandas', 'scipy', 'torch'} & set(sys.modules);"
        "assert not heavy, heavy; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--patient-column" in done.stdout
