import numpy as np
import torch

from diabolo.evaluate.generated.cells import read
from diabolo.evaluate.generated.space import Space, distances
from diabolo.frames import Frame


def test_distances_are_those_of_gower_with_gaps():
    a = {"x": [0.0, 10.0, None, 5.0], "y": ["u", "v", "u", None]}
    (cells,) = read(Frame.of(a))
    (found,) = distances(*[Space.of(cells)(cells)] * 2)
    middle = 0.5  # the median, over the range; a gap is a whole column away
    expected = [
        [0, 2, middle + 1, 1.5],
        [2, 0, 2 + middle, 1.5],
        [middle + 1, 2 + middle, 0, 2],
        [1.5, 1.5, 2, 0],
    ]
    torch.testing.assert_close(found, torch.tensor(expected))


def test_blocks_are_all_there(cells):
    space = Space.of(*cells)
    train, test = space(cells[0]), space(cells[1])
    whole = torch.cat(list(distances(test, train)))
    part = torch.cat(list(distances(test.take(slice(7, 9)), train)))
    assert whole.shape == (600, 600)
    torch.testing.assert_close(whole[7:9], part)


def test_a_column_that_does_not_vary_or_is_empty_is_no_trouble():
    real = Frame.of({"x": [1.5, 2.5, 4.0], "y": [1.0, 2.0, 3.5]})
    made = Frame.of({"x": [3.0, 3.0, 3.0], "y": [np.nan] * 3})
    cells = read(real, made)
    points = Space.of(*cells)(cells[1])
    assert bool(points.joined.isfinite().all())
