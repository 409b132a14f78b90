from __future__ import annotations

import json

from sgus.cli.main import main
from sgus.cohort.info import CohortInfo
from sgus.cohort.table import read_table
from sgus.workflows.importing import import_cohort


def test_check__status_and_json(study, tmp_path, capsys):
    mapping = {"image_id": "Anonymized ID", "patient_id": "Patient ID", "grade": "OMERACT score"}
    info = CohortInfo(name="study")
    source = read_table(study.table, images=study.images, mapping=mapping, info=info)
    root = import_cohort(source, tmp_path / "c").cohort.root
    assert main(["check", str(root)]) == 0
    assert capsys.readouterr().out.endswith("no problem.\n")
    (root / "images" / "3.png").unlink()
    assert main(["check", str(root)]) == 1
    assert "row 4 (image 3): no file images/3.png. Put it back" in capsys.readouterr().out
    assert main(["check", str(root), "--json"]) == 1
    values = json.loads(capsys.readouterr().out)
    assert (values["n_images"], values["n_problems"]) == (12, 1)
    assert values["problems"][0]["kind"] == "missing-file"
    assert values["problems"][0]["row"] == 4
    assert main(["check", str(tmp_path / "none")]) == 2
    assert "no such directory" in capsys.readouterr().err
