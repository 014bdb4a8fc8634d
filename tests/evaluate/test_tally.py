import itertools

import numpy as np
import pytest
import torch

from diabolo.columns import Categorical, Continuous, Image
from diabolo.evaluate.measures import Truth, measure_of
from diabolo.evaluate.tally import RIVALS, Tally, kept
from diabolo.frames import Frame

ERRORS = {"model": 1.0, "pca": 2.0, "mean": 4.0}


def tally_in_parts(column, frame: Frame, bounds: list[int]) -> Tally:
    tally = Tally(measure_of(column), column.names)
    for start, stop in itertools.pairwise(bounds):
        rows = frame.take(np.arange(start, stop))
        truth = Truth(rows, column.names, *column.to_tensor(rows))
        for i, rival in enumerate(RIVALS):
            tally.add(rival, truth, truth.values + i if truth.values.is_floating_point() else truth.values)
        tally.count(truth, torch.full(truth.values.shape, -1.0))
    return tally


@pytest.mark.parametrize("bounds", [[0, 6], [0, 1, 6], [0, 2, 4, 6]])
@pytest.mark.parametrize("kind", [Continuous, Categorical])
def test_rows_may_come_in_parts(kind: type, bounds: list[int], rng: np.random.Generator):
    frame = Frame.of(
        {"c": ["a", "b", "a", "a", "b", "a"]} if kind is Categorical else {"c": rng.normal(size=6)}
    )
    column = kind.fit(frame, ("c",))
    whole, parts = (tally_in_parts(column, frame, b).score(0, ERRORS) for b in ([0, 6], bounds))
    assert parts.model == pytest.approx(whole.model)
    assert parts.seen == whole.seen == 6
    assert parts.bits == (None if kind is Continuous else pytest.approx(1 / np.log(2)))


def test_shares_of_the_mean_error():
    frame = Frame.of({"x": [1.0, 2.0]})
    score = tally_in_parts(Continuous.fit(frame, ("x",)), frame, [0, 2]).score(0, ERRORS)
    assert (score.kept, score.pca_kept, score.mean_error) == (0.75, 0.5, 4.0)


def test_images_are_counted_whole():
    frame = Frame.of(np.arange(2 * 64, dtype=np.uint8).reshape(2, 8, 8))
    score = tally_in_parts(Image.fit(frame, ("image",)), frame, [0, 1, 2]).score(0, ERRORS)
    assert (score.seen, score.ssim, score.model) == (2, pytest.approx(1.0), np.inf)
    assert score.pca_ssim < 1


def test_nothing_seen_is_nothing_known():
    frame = Frame.of({"x": [1.0, 2.0], "y": [None, None]})
    column = Continuous.fit(frame, ("x", "y"))
    score = tally_in_parts(column, frame, [0, 2]).score(1, dict.fromkeys(RIVALS, 0.0))
    assert (score.seen, score.model, score.kept) == (0, None, None)


@pytest.mark.parametrize(
    ("error", "mean", "expected"), [(0, 4, 1), (4, 4, 0), (8, 4, -1), (0, 0, None), (1, 0, None)]
)
def test_kept(error: float, mean: float, expected: float | None):
    assert kept(error, mean) == expected
