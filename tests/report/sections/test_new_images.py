from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator

from diabolo.data.batch import Batch
from diabolo.data.samples import digits
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.report.sections.new_images import new_images
from diabolo.report.sections.new_rows import new_rows
from diabolo.report.view import View


class Shuffled(Samples, BaseEstimator):
    """Every pixel of a training image by itself, or whole training images."""

    def __init__(self, apart: bool = True) -> None:
        self.apart = apart

    def fit(self, frame: Frame) -> "Shuffled":
        self.schema_, self.template_ = Schema.fit(frame), frame.template
        self.batch_ = self.schema_.to_batch(frame)
        return self

    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        rows = torch.randint(len(self.batch_), (n,))
        cells = self.batch_.values["image"]
        drawn = cells[rows]
        if self.apart:
            flat = cells.flatten(1)
            drawn = flat.gather(0, torch.randint(len(flat), (n, flat.shape[1]))).reshape(drawn.shape)
        return Batch({"image": drawn}, {}, torch.arange(n))


@pytest.mark.parametrize("apart", [False, True])
def test_images_stand_above_the_nearest_real_ones(apart: bool):
    images = digits()[np.random.default_rng(0).permutation(1797)[:600]]  # the first are of other writers
    train, test = Frame.of(images[:400]), Frame.of(images[400:])
    view = View(Shuffled(apart).fit(train), test, train=train)
    section = new_images(view)
    new, near = (np.array([tile.image for tile in strip.tiles]) for strip in section.pictures)
    assert len(new) == len(near) == 12
    assert bool((new == near).all()) is not apart  # copies lie above themselves
    frechet = section.tables[0].lines[0]
    assert (float(frechet[1]) > 2 * float(frechet[2])) is apart
    assert new_rows(view) is None
