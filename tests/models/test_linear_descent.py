"""The two linear maps: their loss is the squared error over seen cells, and descent recovers a known space."""

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models import LinearAutoencoder
from diabolo.models.linear_descent import LinearReconstruction


def objective_of(rows, k=2):
    frame = Frame.of(rows)
    schema = Schema.fit(frame)
    return LinearReconstruction(schema, torch.zeros(rows.shape[1]), 1.0, k), schema.to_batch(frame)


def test_the_loss_is_the_squared_error(rng):
    objective, batch = objective_of(rng.normal(size=(6, 4)))
    x, _ = objective.centered(batch)
    expected = (objective.decoder(objective.encoder(x)) - x).square().sum(1)
    assert torch.allclose(objective.losses(batch)["reconstruction"], expected)


def test_missing_cells_have_neither_loss_nor_influence(rng):
    rows = rng.normal(size=(6, 4))
    rows[:, 2] = np.nan
    objective, batch = objective_of(rows)
    objective.losses(batch)["reconstruction"].sum().backward()
    assert objective.decoder.weight.grad is not None
    assert torch.equal(objective.decoder.weight.grad[2], torch.zeros(2))


@pytest.mark.parametrize("share", [0.0, 0.1])
def test_descent_recovers_a_known_space(rng, share):
    truth = np.linalg.qr(rng.normal(size=(12, 2)))[0]
    rows = rng.normal(size=(1_000, 2)) * [3, 2] @ truth.T + 0.1 * rng.normal(size=(1_000, 12)) + 5
    rows[rng.random(rows.shape) < share] = np.nan
    model = LinearAutoencoder(2, solver="sgd", random_state=0, max_epochs=40).fit(rows)
    assert subspace_angles(model.components_.T, truth).max() < (0.05 if share == 0 else 0.3)
    assert np.allclose(model.mean_, 5, atol=0.3)
    assert model.history_.stop_reason in ("max_epochs", "patience")
