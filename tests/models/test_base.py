"""The face all models share; what check_estimator looks at is in tests/contracts."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from diabolo.data.schema import Schema
from diabolo.errors import OutputExistsError, TooFewRowsError
from diabolo.frames import Frame
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.base import n_features
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

QUICK = {"architecture": Dense((8,)), "max_epochs": 2, "random_state": 0}
TABLE = {
    "age": np.random.default_rng(0).normal(40, 10, 60).tolist(),
    "town": np.random.default_rng(1).choice(["Rome", "Oslo", "Bern"], 60).tolist(),
    "pay": np.random.default_rng(2).normal(1000, 200, 60).tolist(),
}


@pytest.mark.parametrize(
    ("data", "features"), [(TABLE, 3), (np.random.rand(30, 4), 4), (np.random.rand(30, 4, 5, 3), 60)]
)
def test_every_pixel_and_every_column_counts_once(data, features):
    assert n_features(Schema.fit(Frame.of(data))) == features


@pytest.mark.parametrize("call", ["transform", "inverse_transform", "reconstruct", "score", "save"])
def test_before_fit_there_is_nothing(call, tmp_path):
    with pytest.raises(NotFittedError):
        getattr(Autoencoder(2), call)(tmp_path / "m" if call == "save" else np.zeros((3, 2)))


def test_one_row_is_too_few():
    with pytest.raises(TooFewRowsError, match="1 row"):
        Autoencoder(1, **QUICK).fit(np.zeros((1, 3)))


def test_scores_and_errors_say_the_same():
    model = Autoencoder(1, **QUICK).fit(TABLE)
    by_column = model.reconstruction_error(TABLE, by_column=True)
    assert by_column.shape == (60, 3)
    assert model.schema_.names == ("age", "town", "pay")
    assert np.allclose(by_column.sum(1), model.reconstruction_error(TABLE))
    batch = model.schema_.to_batch(Frame.of(TABLE))
    mean = model.schema_.errors_by_column(batch, model.mean_coordinates_.expand(60, -1)).sum().item()
    assert model.score(TABLE) == pytest.approx(1 - by_column.sum() / mean, rel=1e-5)


def test_names():
    model = Autoencoder(2, **QUICK).fit(TABLE)
    assert list(model.get_feature_names_out()) == ["z1", "z2"]
    assert list(model.feature_names_in_) == ["age", "town", "pay"]
    assert model.n_features_in_ == 3


def test_a_schema_may_be_given():
    model = Autoencoder(1, **QUICK).fit(TABLE, schema={"town": None})
    assert model.schema_.names == ("age", "pay")
    rows = [dict(zip(TABLE, cells, strict=True)) for cells in zip(*TABLE.values(), strict=True)]
    assert [row["town"] for row in model.reconstruct(rows)] == TABLE["town"]  # carried over unchanged


@pytest.mark.parametrize("overwrite", [True, False])
def test_a_file_that_is_there(tmp_path, overwrite):
    model = Autoencoder(1, **QUICK).fit(TABLE)
    path = tmp_path / "m.diabolo"
    path.write_text("precious")
    if overwrite:
        model.save(path)
        assert path.stat().st_size > 1000
    else:
        with pytest.raises(OutputExistsError):
            model.save(path, overwrite=False)
        assert path.read_text() == "precious"
