import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import diabolo
from diabolo.errors import CapabilityError
from diabolo.evaluate.target import Target

DIGITS, LABELS = load_digits(return_X_y=True)


def test_columns_that_were_left_out_of_an_array_do_not_move():
    X = DIGITS[:200].astype(np.float32)
    model = diabolo.Classifier(max_epochs=1, size="small", random_state=0)
    model.fit(X, LABELS[:200], schema={"x20": None})
    target = Target.of(model, X)
    assert target.X.shape == X.shape
    box = target.limits.domain(diabolo.attacks.Linf(1.0), torch.from_numpy(X)).box(torch.from_numpy(X))
    moves = np.concatenate(box).astype(bool).any(0)
    assert np.flatnonzero(~moves).tolist() == [20]


@pytest.mark.parametrize("shape", ["(n, y, x)", "(n, y, x, 1)"])
def test_bytes_of_images_keep_their_unit(shape: str):
    images = (DIGITS[:60].reshape(-1, 8, 8) * 15.9).astype(np.uint8)
    images = images if shape == "(n, y, x)" else images[..., None]
    model = diabolo.Classifier(max_epochs=1, size="small", random_state=0).fit(images, LABELS[:60])
    target = Target.of(model, images)
    np.testing.assert_array_equal(target.X.reshape(images.shape), images)
    picture = target.picture(target.X[0])
    assert picture.shape == (1, 8, 8)
    assert picture.max() == pytest.approx(images[0].max() / 255)


def test_a_table_of_numbers_comes_back():
    table = pd.DataFrame({"a": [1.0, 2.0, 5.0], "b": [0, 1, 1]})
    target = Target.of(LogisticRegression().fit(table.to_numpy(), [0, 1, 1]), table)
    back = target.written(target.X[1:] + 0.25, np.array([1, 2]))
    assert back["a"].tolist() == [2.25, 5.25]
    assert back["b"].dtype == table["b"].dtype
    assert target.cells(target.X[0], target.X[0] + np.array([0.0, 2.0])) == (("b", 0.0, 2.0),)


def test_an_autoencoder_has_no_labels():
    with pytest.raises(CapabilityError, match="no labels to be wrong about"):
        Target.of(diabolo.LinearAutoencoder(2).fit(DIGITS[:50, 2:6]), DIGITS[:50, 2:6])
