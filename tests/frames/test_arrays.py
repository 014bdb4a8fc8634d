"""Arrays, tensors and lists of rows."""

import numpy as np
import pytest
import scipy.sparse
import torch

from diabolo.errors import DataError
from diabolo.frames.arrays import SparseDataError, source_of


class Convertible:
    def __array__(self, dtype=None, copy=None):
        return np.eye(2)


@pytest.mark.parametrize("data", [[[1, 0], [0, 1]], ((1.0, 0.0), (0.0, 1.0)), Convertible(), np.eye(2)])
def test_what_numpy_takes_is_an_array(data):
    source = source_of(data)
    assert source is not None
    assert source.kind == "numpy"
    np.testing.assert_array_equal(source.array, np.eye(2))


@pytest.mark.parametrize("data", ["text", b"bytes", None, 5, {1, 2}])
def test_anything_else_is_not(data):
    assert source_of(data) is None


def test_objects_that_are_numbers_are_read():
    source = source_of(np.array([[1, 2.5], [None, True]], dtype=object))
    assert source is not None
    np.testing.assert_array_equal(source.array, [[1, 2.5], [np.nan, 1]])


def test_gaps_of_a_masked_array_are_missing():
    source = source_of(np.ma.masked_equal(np.array([[1, 2], [3, 4]]), 3))
    assert source is not None
    np.testing.assert_array_equal(source.array, [[1, 2], [np.nan, 4]])


def test_bfloat16_is_read_as_float32():
    source = source_of(torch.ones(2, 2, dtype=torch.bfloat16))
    assert source is not None
    assert source.array is not None
    assert (source.array.dtype, source.hints["torch_dtype"]) == (np.float32, "bfloat16")


def test_a_tensor_that_needs_gradients_is_read():
    assert source_of(torch.ones(2, 2, requires_grad=True)) is not None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones(3), "Expected 2D array, got 1D array instead(.|\n)*Reshape your data"),
        ([1, 2, 3], "Expected 2D array, got 1D array instead"),
        (np.float64(1), "Expected 2D array, got scalar array instead"),
        (np.ones((2, 2, 2, 2, 2)), "5 axes"),
        (np.ones((2, 5, 5, 2)), "2 channels"),
        ([[1, 2], [3]], "rows differ in length"),
        (np.ones((2, 2), complex), "Complex data not supported"),
        (np.array([["a", "b"]]), "holds no numbers"),
        (np.array([["a", 1]], dtype=object), "no numbers"),
        (np.array([["2020-01-01"]], dtype="M8[D]"), "holds no numbers"),
        (np.empty((2, 0)), r"0 feature\(s\)"),
    ],
)
def test_what_is_refused(data, message: str):
    with pytest.raises(DataError, match=message):
        source_of(data)


@pytest.mark.parametrize("kind", [scipy.sparse.csr_matrix, scipy.sparse.coo_array])
def test_sparse_data_are_a_type_error(kind):
    with pytest.raises(SparseDataError, match="Sparse data was passed, but dense data is required"):
        source_of(kind(np.eye(3)))
    assert issubclass(SparseDataError, TypeError)


def test_objects_that_are_no_cells_are_a_type_error():
    with pytest.raises(TypeError, match=r"argument must be .* string.* number"):
        source_of(np.array([[{"foo": "bar"}, 1.0]], dtype=object))
