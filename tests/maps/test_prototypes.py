import json

import numpy as np
import pyarrow as pa
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.errors import EmptyDataError, SmallGroupWarning
from diabolo.frames import Frame


def test_the_origin_of_a_linear_model_is_the_mean_of_the_data(of_array, array, of_images, images):
    np.testing.assert_allclose(maps.origin(of_array), array.mean(0, keepdims=True), rtol=1e-5)
    np.testing.assert_allclose(maps.origin(of_images), images.mean(0, keepdims=True), atol=1e-5)


def test_the_origin_of_a_table_is_its_mean_row():
    rng = np.random.default_rng(0)
    rows = pa.table({"a": rng.normal(5, 2, 200), "b": rng.normal(-1, 1, 200), "c": ["x", "y", "x", "x"] * 50})
    found = maps.origin(LinearAutoencoder(2).fit(rows)).to_pylist()
    assert len(found) == 1
    assert found[0]["a"] == pytest.approx(np.mean(rows["a"]), abs=1e-4)
    assert found[0]["c"] == "x"  # the most frequent level


def test_every_model_has_an_origin_of_the_kind_of_its_data(pair):
    model, X = pair
    found = Frame.of(maps.origin(model))
    assert (found.n_rows, found.kind, found.names) == (1, Frame.of(X).kind, Frame.of(X).names)


def test_a_prototype_is_the_mean_code_decoded(net_of_images, images, labels):
    found = maps.prototype(net_of_images, images, labels)
    assert set(found) == set(range(10))
    codes = net_of_images.transform(images[labels == 7]).mean(0, keepdims=True)
    np.testing.assert_allclose(found[7], net_of_images.inverse_transform(codes), atol=1e-5)
    assert found[7].shape == (1, 8, 8)


def test_for_a_linear_model_it_is_the_mean_of_the_reconstructions(of_array, array):
    groups = np.arange(200) % 3
    found = maps.prototype(of_array, array, groups)
    for g in range(3):
        np.testing.assert_allclose(found[g][0], of_array.reconstruct(array[groups == g]).mean(0), atol=1e-4)


def test_beside_it_stands_the_average_in_input_space(of_array, array, of_table, table):
    groups = np.where(np.arange(200) % 5 == 0, np.nan, np.arange(200) % 2)
    found = maps.prototypes(of_array, array, groups)
    assert found.counts.tolist() == [80, 80]
    np.testing.assert_allclose(found.averages[1], array[groups == 1].mean(0), atol=1e-4)
    by_city = maps.prototypes(of_table, table, "sex")
    heights = table.group_by("sex").aggregate([("height", "mean")]).to_pylist()
    expected = {row["sex"]: row["height_mean"] for row in heights}
    assert by_city.groups == ("f", "m")
    for i, sex in enumerate(by_city.groups):
        assert by_city.averages["height"][i].as_py() == pytest.approx(expected[sex], abs=0.05)
        assert by_city.averages["sex"][i].as_py() == sex
    json.dumps(by_city.to_json())


def test_known_codes_are_taken(of_array, array):
    codes, groups = of_array.transform(array), np.arange(200) % 2
    assert maps.prototype(of_array, array, groups)[0] == pytest.approx(
        maps.prototype(of_array, array, groups, codes=codes)[0]
    )


def test_a_group_of_one_is_its_own_row(of_array, array):
    groups = np.where(np.arange(200) == 17, "odd", "rest")
    with pytest.warns(SmallGroupWarning, match="odd"):
        found = maps.prototype(of_array, array, groups)
    np.testing.assert_allclose(found["odd"], of_array.reconstruct(array[17:18]), atol=1e-4)


def test_no_group(of_array, array):
    with pytest.raises(EmptyDataError):
        maps.prototype(of_array, array, [None] * 200)


def test_a_row_is_its_template_and_a_difference(of_table, table):
    found = maps.difference(of_table, table, "sex", 0)
    assert set(found) == {"f", "m"}
    own, other = table["sex"][0].as_py(), ({"f", "m"} - {table["sex"][0].as_py()}).pop()
    sizes = {g: {m.column: m.size for m in found[g]}["sex"] for g in found}
    assert sizes[own] < sizes[other]
