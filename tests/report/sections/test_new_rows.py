from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator

from diabolo.data.batch import Batch
from diabolo.data.samples import people
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report.sections.new_rows import new_rows
from diabolo.report.view import View

ALONE = {"person_id": None, "country": None}


class Bootstrap(Samples, BaseEstimator):
    """Training rows, drawn with replacement."""

    def fit(self, frame: Frame) -> "Bootstrap":
        self.schema_, self.template_ = Schema.fit(frame, ALONE), frame.template
        self.batch_ = self.schema_.to_batch(frame)
        return self

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        return self.batch_.take(torch.randint(len(self.batch_), (n,)))


@pytest.fixture(scope="module")
def table() -> Frame:
    return Frame.of(people(300))


@pytest.fixture(scope="module")
def view(table: Frame) -> View:
    train = table.take(np.arange(200))
    return View(Bootstrap().fit(train), table.take(np.arange(200, 300)), train=train)


def test_copies_are_told_in_the_headline_and_stand_beside_their_originals(view: View):
    section = new_rows(view)
    assert "100 new rows" in section.headline
    assert "100 % of them are copies of training rows (0 % of held-out rows are)" in section.headline
    measures, worst, pairs = section.tables
    copies = next(line for line in measures.lines if line[0] == "Exact copies of training rows")
    assert copies[1:] == ("1", "0", "0")
    assert [line[0] for line in pairs.lines[:2]] == ["new", "nearest real"]
    assert pairs.lines[0][1:-1] == pairs.lines[1][1:-1]
    assert pairs.lines[1][-1] == "0"
    assert len(worst.lines) == 12


def test_columns_lie_over_each_other_the_worst_first(view: View):
    (charts,) = new_rows(view).pictures
    assert len(charts.charts) == 12
    assert {chart.title for chart in charts.charts} <= set(view.model.schema_.names)
    for chart in charts.charts:
        assert sum(chart.real) == pytest.approx(1)
        assert len(chart.labels) == len(chart.generated)


def test_without_training_rows_nearness_is_not_judged(view: View):
    section = new_rows(View(view.model, view.frame))
    assert "copies" not in section.headline
    assert "they were not given" in section.about
    assert not any("copies" in line[0] for line in section.tables[0].lines)


def test_few_rows_say_nothing(view: View):
    assert new_rows(View(view.model, view.frame.take(np.arange(9)), train=view.train)) is None
