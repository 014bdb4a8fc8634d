from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report.sections.fresh_judge import fresh_judge
from diabolo.report.view import View


class Gaussian(Samples, BaseEstimator):
    """Two numbers about a center."""

    def __init__(self, center: float = 0.0) -> None:
        self.center = center

    def fit(self, frame: Frame) -> "Gaussian":
        self.schema_, self.template_ = Schema.fit(frame), frame.template
        return self

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        return Batch({"continuous": self.center + torch.randn(n, 2)}, {}, torch.arange(n))


@pytest.mark.parametrize(("center", "verdict"), [(0.0, "cannot tell"), (2.0, "can tell")])
def test_a_headline_says_whether_it_can_tell_beside_the_band(center: float, verdict: str):
    frame = Frame.of(np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32))
    section = fresh_judge(View(Gaussian(center).fit(frame), frame))
    assert f"it {verdict} them apart" in section.headline
    assert "45.1 % to 54.9 %" in section.headline  # half, and 1.96 / sqrt(4 * 400)
    assert "50 % is the goal" in section.about
    assert section.tables[0].lines[3] == ("rows asked about", "400")


def test_few_rows_say_nothing():
    frame = Frame.of(np.zeros((9, 2), np.float32) + np.arange(9)[:, None])
    assert fresh_judge(View(Gaussian().fit(frame), frame)) is None
