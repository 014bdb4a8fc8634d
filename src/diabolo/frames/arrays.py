"""Arrays, tensors and lists of rows -> one array."""

import sys
from typing import Any

import numpy as np

from diabolo.errors import DataError
from diabolo.frames.source import IMAGE, KINDS, Source, check_size

__all__ = ["SparseDataError", "source_of"]

CHANNELS = (1, 3, 4)


class SparseDataError(DataError, TypeError):
    """A sparse matrix came where a dense one is needed; also a ``TypeError``, as in scikit-learn.

    Examples
    --------
    >>> issubclass(SparseDataError, TypeError)
    True
    """


def source_of(data: Any) -> Source | None:
    """The array behind the data, or None if there is none.

    Parameters
    ----------
    data : ndarray, torch.Tensor, list of lists, or an object with ``__array__``

    Raises
    ------
    DataError
        The array is ragged, not 2-D, 3-D or 4-D, or holds no real numbers.

    Examples
    --------
    >>> source_of([[1, 2], [3, 4]]).names
    ('x0', 'x1')
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(data, torch.Tensor):
        return _of_tensor(data, torch)
    if hasattr(data, "tocsr") or type(data).__module__.startswith("scipy.sparse"):
        raise SparseDataError(
            "Sparse data was passed, but dense data is required: convert with X.toarray(), if the memory "
            "allows it."
        )
    if isinstance(data, str | bytes) or not (hasattr(data, "__array__") or isinstance(data, list | tuple)):
        return None
    return _source("numpy", _real(_as_array(data)))


def _as_array(data: Any) -> np.ndarray:
    """A numpy array; gaps of a masked array become NaN."""
    if isinstance(data, np.ma.MaskedArray):
        return np.ma.filled(data.astype(np.result_type(data.dtype, np.float32)), np.nan)
    try:
        return np.asarray(data)
    except ValueError as error:
        raise DataError(f"The rows differ in length: {error}. Pass {KINDS}.") from None


def _of_tensor(tensor: Any, torch: Any) -> Source:
    """A tensor of any device; bfloat16, which numpy lacks, is read as float32."""
    plain = tensor.detach().cpu()
    plain = plain.float() if plain.dtype == torch.bfloat16 else plain
    return _source("torch", _real(plain.numpy()), torch_dtype=str(tensor.dtype).removeprefix("torch."))


def _source(kind: str, array: np.ndarray, **hints: Any) -> Source:
    """Names for the columns, images with channels last."""
    if array.ndim < 2 or array.ndim > 4:
        raise DataError(_wrong_axes(array))
    check_size(array.shape)
    if array.ndim == 2:
        return Source(kind, tuple(f"x{i}" for i in range(array.shape[1])), array=array, hints=hints)
    if array.ndim == 4 and array.shape[3] not in CHANNELS:
        if array.shape[1] not in CHANNELS:
            raise DataError(
                f"Images of shape {array.shape} have {array.shape[3]} channels; allowed are (n, height, "
                "width) or (n, height, width, channels) with 1, 3 or 4 channels."
            )
        array, hints = np.moveaxis(array, 1, 3), {**hints, "channels_first": True}
    if array.dtype == bool:  # Arrow has no images of truth values
        array, hints = array.astype(np.float32), {**hints, "dtype": "bool"}
    return Source(kind, (IMAGE,), array=array, hints=hints)


def _real(array: np.ndarray) -> np.ndarray:
    """The array, if it holds real numbers; objects are read as such."""
    if array.dtype.kind == "c":
        raise DataError(
            f"Complex data not supported: the array has dtype {array.dtype}; pass real and imaginary parts "
            "as columns."
        )
    if array.dtype == object:
        try:
            return array.astype(np.float64)
        except ValueError as error:
            raise DataError(f"The array holds objects that are no numbers ({error}). Pass {KINDS}.") from None
    if array.dtype.kind not in "biuf":
        raise DataError(f"An array of dtype {array.dtype} holds no numbers. Pass {KINDS}.")
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def _wrong_axes(array: np.ndarray) -> str:
    """Why an array of one or too many axes is refused, in words that scikit-learn's users know."""
    if array.ndim < 2:
        came = "1D" if array.ndim == 1 else "scalar"
        return (
            f"Expected 2D array, got {came} array instead (shape={array.shape}). Reshape your data: "
            "X.reshape(-1, 1) if it has a single feature, X.reshape(1, -1) if it is a single sample."
        )
    return f"An array of {array.ndim} axes (shape={array.shape}) cannot be used. Pass {KINDS}."
