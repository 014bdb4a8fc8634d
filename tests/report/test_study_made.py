"""A page about a model that makes rows and rebuilds none."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report import Report, Study
from diabolo.report.html import to_html
from diabolo.report.markdown import to_markdown
from diabolo.report.study import makes_only


class Gaussian(Samples, BaseEstimator):
    """Two numbers about zero."""

    history_ = SimpleNamespace(parameters=0, rows=300, stop_reason="exact", seconds=0.1, epochs=(), plan={})

    def fit(self, frame: Frame) -> "Gaussian":
        self.schema_, self.template_ = Schema.fit(frame), frame.template
        return self

    def sample_batch(self, n, given):
        return Batch({"continuous": torch.randn(n, 2)}, {}, torch.arange(n))


@pytest.fixture(scope="module")
def report() -> Report:
    rows = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    model = Gaussian().fit(Frame.of(rows[:300]))
    assert makes_only(model)
    return Study(model, rows[300:], train=rows[:300]).report()


def test_it_speaks_of_what_is_made_and_of_nothing_else(report: Report):
    assert [section.key for section in report.sections] == ["new-rows", "judge"]
    assert report.findings == tuple(section.headline for section in report.sections)
    assert (report.scores, report.scatter, report.gallery) == (None, None, None)
    assert json.loads(json.dumps(report.to_json()))["scores"] is None


def test_a_page_without_map_and_gallery(report: Report):
    page = to_html(report)
    for absent in ('id="map"', 'id="columns"', 'id="rows"', "<script", 'href="#map"'):
        assert absent not in page
    assert 'class="overlays"' in page
    assert page.count("<section") == page.count("</section>") == 5
    assert "## New rows" in to_markdown(report)


def test_few_rows_make_a_page_that_says_so(report: Report):
    rows = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    study = Study(Gaussian().fit(Frame.of(rows)), rows)
    assert "too few" in study.report().findings[0]
