import datetime as dt

import numpy as np
import pytest

from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.maps import rows
from diabolo.maps.rows import codes_of, coordinates, encoded, image_of, one_row, plain


def test_a_table_in_pieces_has_the_same_codes(of_table, table, monkeypatch):
    whole = encoded(of_table, Frame.of(table))
    monkeypatch.setattr(rows, "PIECE", 70)
    np.testing.assert_allclose(encoded(of_table, Frame.of(table)), whole, atol=1e-6)


@pytest.mark.parametrize("shape", [(199, 3), (200, 2), (0, 3), (3,)])
def test_codes_of_another_shape(of_array, array, shape):
    with pytest.raises(ParameterError, match="codes of shape"):
        codes_of(of_array, array, np.zeros(shape))


def test_neither_rows_nor_codes(of_array):
    with pytest.raises(ParameterError, match="codes="):
        codes_of(of_array, None, None)


def test_coordinates_are_centered_and_gaps_are_at_the_mean(of_table, table):
    x = coordinates(of_table, Frame.of(table))
    np.testing.assert_allclose(x.mean(0), 0.0, atol=1e-5)
    place = int(np.flatnonzero(of_table.schema_.owners.numpy() == of_table.schema_.names.index("weight"))[0])
    gaps = np.flatnonzero(table["weight"].is_null().to_numpy())
    assert len(gaps)
    np.testing.assert_allclose(x[gaps, place], 0.0, atol=1e-6)


def test_a_row_of_an_array_loses_its_axis_and_gets_it_back(of_array, array, of_images, images):
    for row in (array[3], array[3:4], array[3].tolist()):
        assert one_row(of_array, row).matrix.tolist() == array[3:4].tolist()
    for row in (images[3], images[3:4]):
        assert (one_row(of_images, row).pixels("image") == images[3:4]).all()


def test_the_image_among_the_coordinates(of_images, of_table):
    block, place = image_of(of_images)
    assert (block.size, place) == ((1, 8, 8), slice(0, 64))
    assert image_of(of_table) is None


def test_plain_values_are_json():
    found = plain([{"day": dt.date(2020, 1, 2), "n": 3, "ok": True, "none": None}] * 2)
    assert found[0] == {"day": "2020-01-02", "n": 3, "ok": True, "none": None}
