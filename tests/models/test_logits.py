"""The differentiable part of a classifier takes what a person holds, and gives what `predict_proba` is made of."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo import Classifier
from diabolo.errors import CapabilityError, ImageSizeError
from diabolo.nn import Conv, Dense

pytestmark = pytest.mark.toy


def fitted(X, architecture=None, **schema):
    labels = np.arange(len(X)) % 3
    model = Classifier(architecture=architecture or Dense((6,)), max_epochs=1, random_state=0)
    return model.fit(X, labels, schema=schema or None)


def images(*shape, dtype=np.uint8):
    pixels = np.random.default_rng(0).random((30, *shape))
    return (255 * pixels).astype(np.uint8) if dtype is np.uint8 else pixels.astype(dtype)


def gaps():
    rows = np.random.default_rng(0).normal(3, 2, (40, 4))
    rows[::3, 1] = np.nan
    return rows


DATA = {
    "grey bytes": images(6, 5),
    "colored bytes": images(6, 5, 3),
    "floats": images(6, 5, dtype=np.float32),
    "tensor of channels": torch.from_numpy(images(3, 8, 7, dtype=np.float32)),
    "array": np.random.default_rng(0).normal(50, 20, (40, 4)),
    "array with gaps": gaps(),
    "table": pd.DataFrame(
        np.random.default_rng(0).normal(50, 20, (40, 3)) * [1, 10, 100], columns=list("abc")
    ),
}


@pytest.mark.parametrize("name", DATA)
def test_raw_rows_give_the_probabilities(name):
    X = DATA[name]
    model = fitted(X, Conv((4,), hidden=6) if "byte" in name else None)
    raw = X if isinstance(X, torch.Tensor) else torch.as_tensor(np.array(X, dtype=np.float32))
    with torch.no_grad():
        found = model.to_module()(raw).softmax(1).numpy()
    np.testing.assert_allclose(found, model.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("name", ["grey bytes", "array"])
def test_it_is_differentiable_in_double_precision(name):
    module = fitted(DATA[name]).to_module().double()
    x = torch.as_tensor(np.array(DATA[name][:2], dtype=np.float64), dtype=torch.float64).requires_grad_()
    assert module(x).dtype == torch.float64
    assert torch.autograd.gradcheck(module, (x,))


def test_it_is_a_copy_that_leaves_the_model_alone():
    model = fitted(DATA["array"])
    before = model.predict_proba(DATA["array"])
    module = model.to_module()
    assert not module.training
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)
    assert np.array_equal(model.predict_proba(DATA["array"]), before)


def test_a_column_left_out_has_no_influence():
    rows = np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32)
    module = fitted(rows, x2=None).to_module()
    x = torch.from_numpy(rows)
    other = x.clone()
    other[:, 2] = 9.0
    assert torch.equal(module(x), module(other))


def test_a_linear_path_leads_to_the_classes():
    model = fitted(DATA["array"], Dense((), linear_path=True))
    assert model.net_.shortcut is not None
    assert model.predict_proba(DATA["array"]).shape == (40, 3)


def test_rows_with_levels_have_no_derivative():
    table = pd.DataFrame({"a": np.random.default_rng(0).normal(size=30), "town": ["x", "y", "z"] * 10})
    with pytest.raises(CapabilityError, match="continuous, categorical columns are no array"):
        fitted(table).to_module()


def test_images_of_another_size_are_refused():
    with pytest.raises(ImageSizeError, match=r"\(1, 4, 4\)"):
        fitted(DATA["grey bytes"]).to_module()(torch.zeros(2, 4, 4))
