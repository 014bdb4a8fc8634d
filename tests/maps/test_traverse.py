import json

import numpy as np
import pyarrow as pa
import pytest

from diabolo import LinearAutoencoder, maps
from diabolo.errors import DataError, ImageSizeError, MissingColumnError, ParameterError
from diabolo.frames import Frame


def test_only_one_number_of_the_code_changes_and_is_decoded(pair):
    model, X = pair
    found = maps.traverse(model, 3, 1, [-1.0, 0.0, 1.0], X=X)
    own = model.transform(Frame.of(X).take(np.array([3])))[0]
    assert found.codes[:, 1].tolist() == [-1.0, 0.0, 1.0]
    np.testing.assert_allclose(np.delete(found.codes, 1, 1), np.delete(own, 1)[None].repeat(3, 0), atol=1e-5)
    assert type(found.rows) is type(model.inverse_transform(found.codes))
    assert Frame.of(found.rows).n_rows == 3
    assert found.name == "z2"
    assert found.sentence.startswith("z2: ")
    json.dumps(found.to_json())


def test_the_rows_of_an_array_move_along_the_loading(of_array, array):
    rows = maps.traverse(of_array, array[0], 0, [0.0, 1.0]).rows
    np.testing.assert_allclose(rows[1] - rows[0], of_array.components_[0], atol=1e-5)


@pytest.mark.parametrize("dim", [0, np.int64(0), "z1"])
def test_a_dimension_by_number_or_name(of_array, array, dim):
    assert maps.traverse(of_array, 0, dim, X=array).dimension == 0


@pytest.mark.parametrize("dim", [3, -1, "z0", "z4", "age", 1.0, True])
def test_a_dimension_that_is_not_there(of_array, array, dim):
    with pytest.raises(ParameterError, match="this model has 3, z1 to z3, which are dim=0 to dim=2"):
        maps.traverse(of_array, 0, dim, X=array)


@pytest.mark.parametrize("row", [-1, 200, np.int64(999)])
def test_a_row_out_of_range(of_array, array, row):
    with pytest.raises(ParameterError, match=r"out of range: there are 200 rows"):
        maps.traverse(of_array, row, 0, X=array)


def test_a_position_needs_rows(of_array):
    with pytest.raises(ParameterError, match="X="):
        maps.traverse(of_array, 3, 0, [0.0])


def test_rows_of_another_kind(of_table, of_array, of_images, array):
    with pytest.raises(MissingColumnError):
        maps.traverse(of_table, {"weather": "sun"}, 0, [0.0])
    with pytest.raises(DataError, match="4 features"):
        maps.traverse(of_array, array[0, :4], 0, [0.0])
    with pytest.raises(ImageSizeError):
        maps.traverse(of_images, np.zeros((9, 9)), 0, [0.0])
    with pytest.raises(DataError, match="200 came"):
        maps.traverse(of_array, array, 0, [0.0])


def test_a_row_in_any_dress(of_table, table):
    row = table.slice(7, 1)
    expected = maps.traverse(of_table, 7, 0, [0.0], X=table).held
    for dress in (row, row.to_pylist()[0], row.to_pylist(), row.to_pandas(), row.to_pandas().iloc[0]):
        np.testing.assert_allclose(maps.traverse(of_table, dress, 0, [0.0]).held, expected, atol=1e-4)


def test_values_come_from_the_quantiles_of_the_data(of_array, array):
    codes = of_array.transform(array)
    found = maps.traverse(of_array, 0, 2, X=array)
    np.testing.assert_allclose(found.values[[0, -1]], np.quantile(codes[:, 2], [0.01, 0.99]), rtol=1e-5)
    assert len(found.values) == 9
    assert not found.far.any()
    same = maps.traverse(of_array, array[0], 2, codes=codes)
    np.testing.assert_allclose(same.values, found.values)


def test_values_beyond_the_data_are_decoded_and_flagged(of_array, array):
    most = of_array.transform(array)[:, 0].max()
    found = maps.traverse(of_array, 0, 0, [0.0, most, most + 1.0], X=array)
    assert found.far.tolist() == [False, False, True]
    assert len(found.rows) == 3


def test_without_data_a_linear_model_knows_its_ranges_and_a_net_does_not(of_array, net_of_table, table):
    found = maps.traverse(of_array, None, 0)
    np.testing.assert_allclose(found.values[-1], 2 * np.sqrt(of_array.explained_variance_[0]))
    np.testing.assert_allclose(found.held, 0.0)
    with pytest.raises(ParameterError, match="X="):
        maps.traverse(net_of_table, None, 0)
    row = table.slice(0, 1)
    assert maps.traverse(net_of_table, row, 0, [0.0]).far is None


@pytest.mark.parametrize("values", [[], ["a"], [np.nan], [np.inf]])
def test_values_that_are_none(of_array, array, values):
    with pytest.raises(ParameterError, match="values="):
        maps.traverse(of_array, 0, 0, values, X=array)


def test_several_dimensions_come_by_what_they_move(of_array, array):
    found = maps.traverse(of_array, 0, [2, 0, 1], X=array)
    assert [t.name for t in found] == ["z1", "z2", "z3"]  # as variances fall
    assert list(found.shares) == sorted(found.shares, reverse=True)
    assert sum(found.shares) == pytest.approx(1.0)
    assert len(maps.traverse(of_array, 0, X=array)) == 3
    with pytest.raises(ParameterError, match="dim="):
        maps.traverse(of_array, 0, [], X=array)


def test_a_dimension_that_does_nothing_is_folded(array):
    flat = np.column_stack([array[:, :2], np.ones((200, 3))])
    found = maps.traverse(LinearAutoencoder(4).fit(flat), None, X=flat)
    assert [t.name for t in found] == ["z1", "z2"]
    assert {t.name for t in found.folded} == {"z3", "z4"}
    assert found.to_json()["folded"]


def test_a_truncated_model_has_only_its_dimensions(net_of_table, table):
    short = net_of_table.truncate(2)
    assert len(maps.traverse(short, 0, X=table).shown + maps.traverse(short, 0, X=table).folded) == 2
    with pytest.raises(ParameterError, match="z1 to z2"):
        maps.traverse(short, 0, 2, X=table)


def test_the_sentence_names_columns_in_their_own_units():
    rng = np.random.default_rng(0)
    wealth = rng.normal(size=400)
    rows = pa.table(
        {
            "gain": 6000 + 2000 * wealth,
            "income": np.where(wealth > 0, ">50K", "<=50K"),
            "noise": rng.normal(size=400),
        }
    )
    model = LinearAutoencoder(1).fit(rows)
    up = 1 if maps.traverse(model, None, 0, [-1, 1]).movements[0].text.count("up") else -1
    found = maps.traverse(model, None, 0, [-2.0 * up, 2.0 * up])
    assert found.sentence.startswith("z1: ")
    assert "gain up from " in found.sentence
    assert "income to >50K" in found.sentence
    gain = found.movements[[m.column for m in found.movements].index("gain")]
    assert gain.start == pytest.approx(found.rows["gain"][0].as_py())


def test_images_have_a_strip_and_a_heat_map(net_of_images, images):
    found = maps.traverse(net_of_images, images[0], 0, [-1.0, 0.0, 1.0])
    assert found.strip.shape == (3, 1, 8, 8)
    np.testing.assert_allclose(found.strip[:, 0], found.rows, atol=1e-5)
    np.testing.assert_allclose(found.difference, found.strip[-1] - found.strip[0])
    assert "pixel" in found.sentence


@pytest.mark.parametrize("steps", [1, 2.5, "9", None, True])
def test_a_number_of_steps_that_cannot_be(of_array, array, steps):
    with pytest.raises(ParameterError, match=r"steps=.* is not a whole number, at least 2"):
        maps.traverse(of_array, 0, 0, steps=steps, X=array)
