import json

import numpy as np
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.maps.rows import as_codes


def test_effects_of_principal_components_are_their_shares_of_variance(of_array, array):
    found = maps.dimensions(of_array, array)
    variance = of_array.explained_variance_
    np.testing.assert_allclose(found.effect, variance / variance.sum(), rtol=1e-4)
    assert found.order.tolist() == [0, 1, 2]
    assert found.folded == ()
    json.dumps(found.to_json())


def test_importance_of_an_array_is_the_absolute_loading_times_the_spread(of_array, array):
    """The unit: the array's own, per standard deviation of the dimension."""
    loadings = np.abs(of_array.components_)
    np.testing.assert_allclose(maps.importance(of_array, np.zeros((1, 3))), loadings, atol=1e-6)
    spread = of_array.transform(array).std(0)[:, None]
    np.testing.assert_allclose(maps.dimensions(of_array, array).importance, loadings * spread, atol=1e-4)


def test_importance_of_a_table_is_the_loading_in_standard_deviations(of_table, table):
    """Numbers count in standard deviations; the levels of a category are taken together."""
    found = maps.importance(of_table, np.zeros((1, 3)))
    schema = of_table.schema_
    owners = schema.owners.numpy()
    for c, name in enumerate(schema.names):
        expected = np.sqrt(np.square(of_table.components_[:, owners == c]).sum(1))
        np.testing.assert_allclose(found[:, c], expected, atol=1e-6, err_msg=name)
    assert (schema.widths["city"], found.shape) == (6, (3, len(schema.names)))


def test_importance_of_a_net_is_its_slope(net_of_table, table):
    z = net_of_table.transform(table)[:5]
    found, step = maps.importance(net_of_table, z), 1e-2
    j = list(net_of_table.schema_.names).index("height")
    coordinate = int(np.flatnonzero(net_of_table.schema_.owners.numpy() == j)[0])
    for dim in range(3):
        ends = [z + sign * step * np.eye(3, dtype=np.float32)[dim] for sign in (1, -1)]
        up, down = (
            net_of_table.decode_coordinates(as_codes(e))[:, coordinate].detach().numpy() for e in ends
        )
        slope = np.sqrt(np.square((up - down) / (2 * step)).mean())
        assert found[dim, j] == pytest.approx(slope, rel=0.02, abs=1e-3)


def test_dimensions_that_do_nothing_are_folded(array):
    flat = np.column_stack([array[:, :2], np.ones((200, 2))])
    found = maps.dimensions(LinearAutoencoder(3).fit(flat), flat)
    assert found.active.tolist() == [True, True, False]
    assert found.folded == ("z3",)
    assert [d["dimension"] for d in found.to_json()["dimensions"]] == ["z1", "z2"]


def test_every_model_has_an_overview(pair):
    model, X = pair
    found = maps.dimensions(model, X)
    assert found.importance.shape == (model.n_components_, len(model.schema_.names))
    assert (found.effect >= 0).all()
    assert np.isfinite(found.importance).all()


def test_a_sample_is_decoded_and_its_size_told(of_array):
    codes = np.random.default_rng(0).normal(size=(5000, 3))
    found = maps.dimensions(of_array, codes=codes)
    assert (found.n_rows, found.sample) == (5000, 1000)
