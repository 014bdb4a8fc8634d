"""What every objective must do: finite terms per row that add up, gradients to every weight, none from gaps."""

import numpy as np
import pytest
import torch

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.distributions import Gaussian
from diabolo.frames import Frame
from diabolo.models.codec import Codec
from diabolo.models.elbo import Elbo
from diabolo.models.reconstruction import Reconstruction
from diabolo.models.told import Told
from diabolo.nn import Dense
from diabolo.terms import KL, Contractive, Masking, Neighbors, Noise, Orthogonal, Sparsity, Swap
from diabolo.terms.penalties import Cost


def data() -> Frame:
    random = np.random.default_rng(0)
    columns = {
        "size": random.normal(size=48),
        "pay": np.where(random.random(48) < 0.4, 0.0, random.lognormal(size=48)),
        "town": random.choice(["a", "b", "c"], 48).astype(object),
        "smoker": random.choice(["y", "n"], 48).astype(object),
    }
    for values in columns.values():
        values[random.random(48) < 0.25] = np.nan if values.dtype == float else None
    return Frame.of({name: values.tolist() for name, values in columns.items()})


def codec_of(schema: Schema, *, ordered: bool = False, linear_path: bool = False) -> Codec:
    torch.manual_seed(0)
    return Codec(schema, 2, Dense((8,), linear_path=linear_path), ordered=ordered)


def bound(schema: Schema, *told: str, **price: float) -> Elbo:
    torch.manual_seed(0)
    known = Told(schema, told) if told else None
    return Elbo(Codec(schema, 2, Dense((8,)), latent=Gaussian, told=known), KL(**price), steps=4)


def near(schema: Schema) -> Cost:
    """A penalty that encodes other rows as well."""
    rows = schema.to_batch(data())
    return Neighbors(k=5).prepare(rows, lambda k: schema.coordinates(rows)[:, :k])


OBJECTIVES = {
    "plain": lambda schema: Reconstruction(codec_of(schema), schema),
    "linear path": lambda schema: Reconstruction(codec_of(schema, linear_path=True), schema),
    "ordered": lambda schema: Reconstruction(codec_of(schema, ordered=True), schema),
    "denoising": lambda schema: Reconstruction(codec_of(schema), schema, corruption=Noise(0.2)),
    "masking, sparse": lambda schema: Reconstruction(codec_of(schema), schema, Masking(0.2), Sparsity(0.1)),
    "swapped, contractive": lambda schema: Reconstruction(
        codec_of(schema), schema, Swap(0.2), Contractive(0.1)
    ),
    "pairs, orthogonal": lambda schema: Reconstruction(
        codec_of(schema), schema, None, Orthogonal(0.1), counterparts=schema.to_batch(data())
    ),
    "variational": lambda schema: bound(schema, warmup=0.0),
    "variational, free bits": lambda schema: bound(schema, warmup=0.0, free_bits=0.05, beta=2.0),
    "variational, told": lambda schema: bound(schema, "town", "size", warmup=0.0),
    "neighbors": lambda schema: Reconstruction(codec_of(schema), schema, cost=near(schema)),
}


@pytest.fixture(scope="module")
def rows() -> tuple[Schema, Batch]:
    schema = Schema.fit(data())
    return schema, schema.to_batch(data())


@pytest.fixture(params=OBJECTIVES)
def objective(request, rows):
    return OBJECTIVES[request.param](rows[0]).eval()


def losses(objective, batch, player):
    torch.manual_seed(0)
    return objective.losses(batch, player)


def test_terms_are_finite_numbers_per_row(objective, rows):
    for player in objective.players:
        for name, term in losses(objective, rows[1], player).items():
            assert term.shape == (48,), name
            assert torch.isfinite(term).all(), name
    measure = objective.monitor(rows[1])
    assert measure.shape == (48,)
    assert torch.isfinite(measure).all()


def test_the_measure_of_a_row_does_not_depend_on_the_others(objective, rows):
    whole = objective.monitor(rows[1])
    parts = torch.cat([objective.monitor(part) for part in rows[1].split(7)])
    assert torch.allclose(whole, parts, atol=1e-5)


@pytest.mark.parametrize("name", ["plain", "linear path"])  # the others draw noise for a batch as a whole
def test_terms_add_up_over_parts_of_a_batch(name, rows):
    objective = OBJECTIVES[name](rows[0]).eval()
    whole = losses(objective, rows[1], "model")
    for name, term in whole.items():
        parts = torch.cat([losses(objective, part, "model")[name] for part in rows[1].split(11)])
        assert torch.allclose(term, parts, atol=1e-4), name


def test_the_same_seed_gives_the_same_terms(objective, rows):
    first, second = (losses(objective, rows[1], "model") for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_every_weight_has_a_player_and_a_gradient(objective, rows):
    objective.train()
    owned = [p for player in objective.players for p in objective.parameters_of(player)]
    assert {id(p) for p in owned} == {id(p) for p in objective.parameters() if p.requires_grad}
    for player in objective.players:
        torch.stack([t.sum() for t in losses(objective, rows[1], player).values()]).sum().backward()
    for name, parameter in objective.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0, name


def test_what_a_gap_hides_has_no_influence(objective, rows):
    """Other values under the gaps change neither terms nor gradients."""
    _, batch = rows
    assert batch.seen
    gradients = []
    for filling in (0.0, 1.0):
        values = {
            k: torch.where(batch.seen[k], v, v.new_tensor(filling)) if k in batch.seen else v
            for k, v in batch.values.items()
        }
        filled = Batch(values, batch.seen, batch.index)
        objective.zero_grad()
        terms = losses(objective, filled, "model")
        torch.stack([t.sum() for t in terms.values()]).sum().backward()
        gradients.append(torch.cat([p.grad.flatten() for p in objective.parameters()]))
    assert torch.equal(*gradients)


def test_nobody_is_blamed_for_a_finite_loss(objective, rows):
    assert objective.blame(rows[1]) == []
