"""What every penalty must do: a finite cost per row with a gradient, a function of the seed, and a value that is kept."""

import dataclasses

import pytest
import torch

from diabolo import terms
from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.models.specs import from_json, to_json
from diabolo.terms import Penalty

exported = [getattr(terms, name) for name in terms.__all__]
PENALTIES = [made for made in exported if issubclass(made, Penalty) and made is not Penalty]

each_penalty = pytest.mark.parametrize("made", PENALTIES, ids=lambda made: made.__name__)


@pytest.fixture
def rows() -> Batch:
    draw = torch.Generator().manual_seed(0)
    return Batch({"continuous": torch.randn(30, 4, generator=draw)}, {}, torch.arange(100, 130))


@pytest.fixture
def codes() -> torch.Tensor:
    return torch.randn(30, 2, generator=torch.Generator().manual_seed(1))


def cost(penalty: Penalty, rows: Batch, codes: torch.Tensor, part: slice = slice(None)) -> torch.Tensor:
    """Of some of the rows, under a fixed seed; the code follows the row's cells at a slope of about the code's size."""
    prepared = penalty.prepare(rows, lambda k: rows.values["continuous"][:, :k])
    torch.manual_seed(0)
    batch = rows.rows(part.start or 0, part.stop or len(rows))

    def encode(other: Batch) -> torch.Tensor:
        own = codes[other.index - 100]
        cells = other.values["continuous"][:, :2]
        return own * (1 + cells - rows.values["continuous"][other.index - 100, :2])

    return prepared(codes[part], batch, encode)


@each_penalty
def test_a_finite_cost_per_row_with_a_gradient(made, rows, codes):
    codes.requires_grad_()
    found = cost(made(), rows, codes)
    assert found.shape == (30,)
    assert torch.isfinite(found).all()
    assert (found >= 0).all()
    found.sum().backward()
    assert torch.isfinite(codes.grad).all()
    assert codes.grad.abs().max() > 0


@each_penalty
def test_a_batch_may_be_any_part_of_the_rows(made, rows, codes):
    assert cost(made(), rows, codes, slice(10, 17)).shape == (7,)


@each_penalty
def test_the_same_seed_gives_the_same_cost(made, rows, codes):
    assert torch.equal(cost(made(), rows, codes), cost(made(), rows, codes))


@each_penalty
def test_the_cost_grows_with_the_weight(made, rows, codes):
    assert torch.allclose(cost(made(weight=3.0), rows, codes), 3 * cost(made(weight=1.0), rows, codes))
    assert not cost(made(weight=0.0), rows, codes).any()


@each_penalty
def test_it_is_a_value_that_a_file_can_hold(made):
    assert dataclasses.fields(made)
    assert from_json(to_json(made(weight=0.7))) == made(weight=0.7) != made()


@each_penalty
@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_a_weight_that_would_reward_is_refused(made, weight):
    with pytest.raises(ParameterError, match="weight="):
        made(weight=weight)
