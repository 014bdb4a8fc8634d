import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.errors import ParameterError
from diabolo.maps.ranges import of_codes, ranges_of


def test_quantiles_and_ends_of_codes():
    codes = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    found = of_codes(codes)
    np.testing.assert_allclose(found.low, np.quantile(codes, 0.01, axis=0), rtol=1e-6)
    assert found.far(0, np.array([codes[:, 0].min(), codes[:, 0].max()])).tolist() == [False, False]
    assert found.far(0, np.array([codes[:, 0].min() - 0.1])).tolist() == [True]


def test_whitened_codes_have_unit_spread(array):
    model = LinearAutoencoder(2, whiten=True).fit(array)
    assert ranges_of(model).high.tolist() == [2.0, 2.0]
    np.testing.assert_allclose(of_codes(model.transform(array)).spread, 1.0, rtol=0.01)


def test_one_step_is_no_traversal(of_array, array):
    with pytest.raises(ParameterError, match="steps=1"):
        ranges_of(of_array, array).steps(0, 1)
