"""Arrays and images <-> cells, as the schema does it, but differentiable."""

import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.errors import ImageSizeError
from diabolo.frames import Frame
from diabolo.models.raw import raw

RANDOM = np.random.default_rng(0)
DATA = {
    "grey bytes": RANDOM.integers(0, 256, (9, 6, 5)).astype(np.uint8),
    "colored bytes": RANDOM.integers(0, 256, (9, 6, 5, 3)).astype(np.uint8),
    "floats": RANDOM.normal(size=(9, 6, 5)).astype(np.float32),
    "numbers": RANDOM.normal(50, 20, (9, 4)).astype(np.float32),
}


@pytest.mark.parametrize("name", DATA)
def test_cells_are_those_of_the_schema_and_lead_back(name):
    schema = Schema.fit(Frame.of(DATA[name]))
    cross, x = raw(schema), torch.tensor(DATA[name].astype(np.float32))
    batch, expected = cross(x), schema.to_batch(Frame.of(DATA[name]))
    (key,) = expected.values
    torch.testing.assert_close(batch.values[key], expected.values[key])
    torch.testing.assert_close(cross.back(batch.values[key], x), x)


def test_channels_may_come_first():
    schema = Schema.fit(Frame.of(DATA["colored bytes"]))
    last = torch.tensor(DATA["colored bytes"].astype(np.float32))
    first = last.movedim(3, 1)
    cross = raw(schema)
    assert torch.equal(cross(first).values["image"], cross(last).values["image"])
    torch.testing.assert_close(cross.back(cross(first).values["image"], first), first)


def test_columns_left_out_are_carried_over():
    schema = Schema.fit(Frame.of(DATA["numbers"]), {"x1": None})
    cross, x = raw(schema), torch.tensor(DATA["numbers"])
    back = cross.back(torch.zeros_like(cross(x).values["continuous"]), x)
    assert torch.equal(back[:, 1], x[:, 1])
    torch.testing.assert_close(back[:, [0, 2, 3]], x[:, [0, 2, 3]].mean(0).expand(9, 3))


def test_images_of_another_size_are_refused():
    with pytest.raises(ImageSizeError, match=r"\(1, 4, 4\)"):
        raw(Schema.fit(Frame.of(DATA["floats"])))(torch.zeros(2, 4, 4))
