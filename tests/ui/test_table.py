from __future__ import annotations

import csv
import io

from sgus.core.region import Region
from sgus.ui.results import Outcome
from sgus.ui.table import COLUMNS, csv_bytes, table_rows

GRADED = Outcome(
    sha256="ab" * 32,
    model="m@1",
    grade=1,
    p=(0.31, 0.54, 0.1, 0.05),
    stages={"stage1": 0.15, "stage2a": 0.635294, "stage2b": 1 / 3},
    region=Region(1, 2, 30, 40),
    kind="synthetic phantom",
)
FAILED = Outcome(sha256="cd" * 32, model="m@1", error="It is a text file. Export it again.")


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv__holds_what_the_table_shows() -> None:
    rows = table_rows([("a.jpg", GRADED), ("b, \"c\".txt", FAILED)])  # fmt: skip
    graded, failed = read(csv_bytes(rows))
    assert tuple(graded) == COLUMNS
    assert graded == {
        "image": "a.jpg", "sha256": "ab" * 32, "kind": "synthetic phantom", "grade": "1",
        "p0": "0.31", "p1": "0.54", "p2": "0.1", "p3": "0.05",
        "stage1": "0.15", "stage2a": "0.6353", "stage2b": "0.3333",
        "region": "1 2 30 40", "region_by": "found", "model": "m@1", "error": "",
    }  # fmt: skip
    assert failed["image"] == 'b, "c".txt'
    assert failed["error"] == "It is a text file. Export it again."
    assert {failed[name] for name in COLUMNS[2:13]} == {""}


def test_csv__says_who_set_the_region() -> None:
    by_hand = Outcome(**{**GRADED.__dict__, "by_hand": True})
    assert table_rows([("a.jpg", by_hand)])[0]["region_by"] == "hand"


def test_csv__a_name_is_never_a_formula() -> None:
    rows = table_rows([('=HYPERLINK("x").png', GRADED), ("-1.png", GRADED), ("a=b.png", GRADED)])
    names = [row["image"] for row in read(csv_bytes(rows))]
    assert names == ['\'=HYPERLINK("x").png', "'-1.png", "a=b.png"]
    assert rows[0]["image"] == '=HYPERLINK("x").png'
