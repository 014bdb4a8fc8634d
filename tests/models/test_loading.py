"""Loading: the model that was saved, or one sentence."""

import numpy as np
import pytest
import torch

import diabolo
from diabolo.errors import (
    ChecksumError,
    ModelFileError,
    NewerVersionError,
    NotADiaboloFileError,
    ParameterError,
)
from diabolo.files import container
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.loading import from_content
from diabolo.nn import Dense

pytestmark = pytest.mark.toy

ROWS = np.random.default_rng(0).normal(size=(50, 5))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "m.diabolo"
    Autoencoder(2, architecture=Dense((8,)), max_epochs=2, random_state=0).fit(ROWS).save(path)
    return path


def rewritten(path, tmp_path, **changes):
    """The same file with another manifest, its checksums in order."""
    content, tensors = container.read(path)
    new = tmp_path / "changed.diabolo"
    container.write(new, {**content, **changes}, tensors)
    return new


@pytest.mark.parametrize("name", ["system", "Estimator", "loading", "", None, 3])
def test_only_exported_models_are_made(path, tmp_path, name):
    with pytest.raises(ModelFileError, match="not one of the models"):
        diabolo.load(rewritten(path, tmp_path, model=name))


def test_a_checkpoint_is_no_model(path, tmp_path):
    with pytest.raises(ModelFileError, match="checkpoint"):
        diabolo.load(rewritten(path, tmp_path, kind="checkpoint"))


def test_weights_of_another_shape_are_refused(path, tmp_path):
    content, _ = container.read(path)
    parameters = content["fitted"] | {"visible_": 3}
    with pytest.raises(ModelFileError, match="do not fit"):
        diabolo.load(rewritten(path, tmp_path, fitted=parameters))


@pytest.mark.parametrize("position", [20, 0.3, 0.9])
def test_a_flipped_bit_is_noticed(path, tmp_path, position):
    data = bytearray(path.read_bytes())
    data[int(position if position >= 1 else position * len(data))] ^= 4
    (tmp_path / "bad.diabolo").write_bytes(data)
    with pytest.raises((ChecksumError, NotADiaboloFileError, NewerVersionError, ModelFileError)):
        diabolo.load(tmp_path / "bad.diabolo")


def test_parameters_given_replace_stored_ones(path):
    assert diabolo.load(path, random_state=5).random_state == 5


def test_a_parameter_that_the_model_lacks_is_refused_by_name(path):
    with pytest.raises(ParameterError, match=r"Autoencoder has no parameter 'foo'; it has .*architecture"):
        diabolo.load(path, foo=1)


def test_loading_draws_no_random_numbers_that_matter(path):
    first = diabolo.load(path).transform(ROWS)
    torch.manual_seed(123)
    assert np.array_equal(diabolo.load(path).transform(ROWS), first)


@pytest.mark.parametrize("part", ["density", "reference", "score_quantiles"])
def test_a_file_without_a_part_of_todays_models_is_refused(path, tmp_path, part):
    content, tensors = container.read(path)
    new = tmp_path / "older.diabolo"
    container.write(new, content, {n: t for n, t in tensors.items() if not n.startswith(part)})
    with pytest.raises(ModelFileError, match="another version of Diabolo"):
        diabolo.load(new)


@pytest.mark.parametrize("part", ["parameters", "schema", "template", "history", "fitted"])
def test_a_manifest_without_a_part_is_refused(path, tmp_path, part):
    content, tensors = container.read(path)
    new = tmp_path / "older.diabolo"
    container.write(new, {name: value for name, value in content.items() if name != part}, tensors)
    with pytest.raises(ModelFileError, match=f"older.diabolo: the file lacks '{part}'.*another version"):
        diabolo.load(new)


def test_fields_that_a_column_lacks_are_refused(path, tmp_path):
    schema = container.read(path)[0]["schema"]
    del schema["columns"][0]["shift"]
    with pytest.raises(ModelFileError, match="other fields of Continuous"):
        diabolo.load(rewritten(path, tmp_path, schema=schema))


@pytest.mark.parametrize("fault", [KeyError("ours"), TypeError("ours")])
def test_a_fault_of_the_code_is_not_blamed_on_the_file(path, monkeypatch, fault):
    def broken(*_):
        raise fault

    monkeypatch.setattr(diabolo.Autoencoder, "take_tensors", broken)
    with pytest.raises(type(fault), match="ours"):
        diabolo.load(path)


def test_a_model_inside_a_model_must_be_one_of_ours():
    with pytest.raises(ModelFileError, match="'Popen', not one of ours"):
        from_content({"model": "Popen"}, {})
