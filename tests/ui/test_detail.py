from __future__ import annotations

from dataclasses import replace

from sgus.images.decode import decode_image
from sgus.ui.detail import verdict_html
from tests.fakes import FakeEngine
from tests.made_up import encoded, ultrasound


def test_verdict_html__cautions_stand_beside_the_grade_and_other_notes_do_not() -> None:
    image = decode_image(encoded(ultrasound()), name="a.png")
    caution = "Strong colours cover 5% of the picture, as in colour Doppler."
    noted = replace(image, notes=("The colours were turned into grey.", caution))
    shown = verdict_html(FakeEngine().grade(noted))
    assert f"<b>{caution}</b>" in shown
    assert "turned into grey" not in shown
