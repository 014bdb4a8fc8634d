import re
import xml.etree.ElementTree as ET

import pytest

from diabolo.report.blocks import Overlay
from diabolo.report.overlays import HEIGHT, WIDTH, overlay_figure

EVIL = "<script>alert('x')</script>"


@pytest.mark.parametrize("levels", [True, False])
def test_a_figure_is_well_formed_and_escapes_what_data_say(levels: bool):
    text = overlay_figure(Overlay("x", (EVIL, "b", "c"), (0.5, 0.25, 0.25), (0.2, 0.8, 0.0), levels, EVIL))
    ET.fromstring(text)
    assert "<script" not in text
    assert "real 50 %, generated 20 %" in text


def test_bars_stay_within_the_figure():
    text = overlay_figure(Overlay("x", tuple("abcd"), (0.1, 0.2, 0.3, 0.4), (1.0, 0.0, 0.0, 0.0), False, "x"))
    numbers = [float(n) for n in re.findall(r'[xy]="([\d.]+)"', text)]
    assert max(numbers) <= max(WIDTH, HEIGHT)
    assert text.count("<rect") == 4


def test_nothing_is_no_trouble():
    ET.fromstring(overlay_figure(Overlay("x", ("a",), (0.0,), (0.0,), False, "nothing")))
