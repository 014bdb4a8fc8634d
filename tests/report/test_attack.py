import dataclasses
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.datasets import load_digits

import diabolo
from diabolo.evaluate import Robustness, robustness
from diabolo.report.attack import attack_report
from diabolo.report.html import to_html


@pytest.fixture(scope="module")
def attacked() -> tuple[diabolo.Classifier, Robustness]:
    """Images under attack."""
    images, y = (load_digits().images * 15.9).astype(np.uint8), load_digits().target
    model = diabolo.Classifier(max_epochs=3, size="small", random_state=0).fit(images[:400], y[:400])
    return model, robustness(model, images[400:440], y[400:440], checked_rows=10, draws=50)


class Images(HTMLParser):
    """Words and sources of the images of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


def test_images_before_after_and_their_difference(attacked):
    model, found = attacked
    report = attack_report(found, model, title="Digits")
    assert [section.key for section in report.sections] == ["curve", "checks", "examples", "proof"]
    page, images = to_html(report), Images()
    images.feed(page)
    assert len(images.found) == 3 * len(found.examples)
    assert all(image["alt"] and image["src"].startswith("data:image/png") for image in images.found)
    assert "of the range from black to white" in page
    assert found.sentence in page
    assert "latent dimensions" not in page


def test_the_curve_and_its_interval(attacked):
    _, found = attacked
    lines = attack_report(found).sections[0].pictures[0]
    assert [series.marks for series in lines.series] == ["line", "line", "line", "dots"]
    assert lines.series[0].y[0] == found.clean.accuracy
    assert lines.series[1].y[0] == found.clean.low < lines.series[2].y[0] == found.clean.high


def test_a_check_that_fails_is_in_the_headline(attacked):
    _, found = attacked
    bad = dataclasses.replace(found.checks[0], passed=False)
    report = attack_report(dataclasses.replace(found, checks=(bad, *found.checks[1:])))
    assert "1 of 16 checks failed: clean accuracy" in report.findings[1]
    assert report.sections[1].tables[0].lines[0][0] == "⚠ WARN"


def test_nothing_fooled_and_nothing_proved(attacked):
    _, found = attacked
    report = attack_report(dataclasses.replace(found, examples=(), certificate=None, median_distance=None))
    assert [section.key for section in report.sections] == ["curve", "checks"]
    assert "Fewer than half" in report.sections[0].headline
    assert report.schema == ()
    assert "<svg" in to_html(report)
