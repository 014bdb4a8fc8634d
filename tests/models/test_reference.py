"""The references: the mean row and PCA of the same width on the same rows."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.reference import Reference


def case(rows, width):
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, min(rows, width))) @ random.normal(size=(min(rows, width), width)) + 3.0
    schema = Schema.fit(Frame.of(x))
    return x, schema, schema.to_batch(Frame.of(x))


@pytest.mark.parametrize("shape", [(200, 10), (20, 60), (30, 30)])
@pytest.mark.parametrize("k", [0, 1, 5])
def test_it_is_scikit_learns_pca(shape, k):
    x, schema, batch = case(*shape)
    reference = Reference.fit(schema, batch, 5)
    expected = np.square(x - x.mean(0)).sum(1).mean()
    if k:
        pca = PCA(k).fit(x)
        expected = np.square(pca.inverse_transform(pca.transform(x)) - x).sum(1).mean()
    assert reference.error(schema, batch, width=k) == pytest.approx(expected, rel=1e-4)
    assert torch.allclose(reference.components @ reference.components.T, torch.eye(5), atol=1e-5)


def test_missing_cells_are_at_the_mean_and_count_nothing():
    x, _, _ = case(200, 6)
    x[::3, 2] = np.nan
    frame = Frame.of({f"x{j}": x[:, j] for j in range(6)})
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    reference = Reference.fit(schema, batch, 2)
    assert torch.isfinite(reference.components).all()
    assert reference.mean.abs().max().item() < 1e-5  # standardised columns
    assert reference.error(schema, batch, width=0) == pytest.approx(5 + 2 / 3, rel=1e-2)


def test_a_cut_reference_is_the_one_of_that_width():
    _, schema, batch = case(100, 8)
    wide = Reference.fit(schema, batch, 6)
    assert wide.truncate(2).error(schema, batch) == pytest.approx(wide.error(schema, batch, width=2))
    assert wide.truncate(2).error(schema, batch) == pytest.approx(
        Reference.fit(schema, batch, 2).error(schema, batch)
    )


def test_more_components_than_there_are_are_as_many_as_there_are():
    _, schema, batch = case(10, 4)
    reference = Reference.fit(schema, batch, 99)
    assert reference.components.shape == (4, 4)
    assert reference.error(schema, batch) == pytest.approx(0, abs=1e-6)
    assert set(reference.to("cpu").tensors()) == {"mean", "components"}
