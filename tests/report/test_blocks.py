import dataclasses

import pytest

from diabolo.report import blocks


@pytest.mark.parametrize("name", blocks.__all__)
def test_every_block_is_a_frozen_value(name: str):
    kind = getattr(blocks, name)
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
