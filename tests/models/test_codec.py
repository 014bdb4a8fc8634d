"""The pair of networks: shapes, the linear start, dimensions out of sight."""

import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.distributions import Gaussian
from diabolo.errors import ModelFileError
from diabolo.frames import Frame
from diabolo.models.codec import Codec, take_weights
from diabolo.models.reference import Reference
from diabolo.nn import Conv, Dense
from diabolo.terms.ordering import prefix


def array_case(rows=150):
    random = np.random.default_rng(0)
    frame = Frame.of(random.normal(size=(rows, 4)) @ random.normal(size=(4, 7)))
    schema = Schema.fit(frame)
    return schema, schema.to_batch(frame)


def image_case():
    frame = Frame.of(np.random.default_rng(0).random((150, 7, 9, 3)))
    schema = Schema.fit(frame)
    return schema, schema.to_batch(frame)


CASES = {
    "array": (array_case, Dense((16,), linear_path=True)),
    "array, sigmoid code": (array_case, Dense((16,), code_activation="sigmoid", linear_path=True)),
    "array, one layer": (array_case, Dense((), linear_path=True)),
    "images": (image_case, Dense((16,), linear_path=True)),
    "images by convolution": (image_case, Conv((4, 6), hidden=8, linear_path=True)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ordered", [False, True])
def test_a_linear_path_starts_at_pca(name, ordered):
    make, architecture = CASES[name]
    schema, batch = make()
    torch.manual_seed(0)
    codec = Codec(schema, 3, architecture, ordered=ordered)
    codec.start(batch)
    codec.eval()
    with torch.no_grad():
        expected = schema.expected(codec.decode(codec.encode(batch).mean))
    error = schema.errors_by_column(batch, expected).sum().item() / len(batch)
    assert error <= 1.01 * Reference.fit(schema, batch, 3).error(schema, batch)


def test_the_codes_of_a_linear_start_have_unit_variance():
    schema, batch = array_case()
    codec = Codec(schema, 3, Dense((16,), linear_path=True))
    codec.start(batch)
    code = codec.eval().encode(batch).mean
    assert torch.allclose(torch.cov(code.T), torch.eye(3), atol=0.02)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_dimensions_out_of_sight_change_nothing(width):
    schema, batch = array_case()
    codec = Codec(schema, 3, Dense((16,)), ordered=True).eval()
    code = codec.encode(batch).mean
    visible = prefix(code, width)
    changed = torch.where(visible > 0, code, torch.randn_like(code))
    same = [schema.expected(codec.decode(z, visible)) for z in (code, changed)]
    assert torch.equal(*same)


def test_an_ordered_codec_shows_everything_unless_told():
    schema, batch = array_case()
    codec = Codec(schema, 3, Dense((16,)), ordered=True).eval()
    code = codec.encode(batch).mean
    assert torch.equal(
        schema.expected(codec.decode(code)), schema.expected(codec.decode(code, torch.ones_like(code)))
    )


@pytest.mark.parametrize("name", CASES)
def test_a_code_may_be_a_normal_distribution_that_starts_narrow_at_pca(name):
    make, architecture = CASES[name]
    schema, batch = make()
    torch.manual_seed(0)
    codec = Codec(schema, 3, architecture, latent=Gaussian)
    codec.start(batch)
    q = codec.eval().encode(batch)
    assert q.loc.shape == q.log_scale.shape == (150, 3)
    assert torch.allclose(torch.cov(q.loc.T), torch.eye(3), atol=0.02)
    if "sigmoid" not in name:
        assert torch.allclose(q.log_scale, torch.full((), -1.0))


def test_weights_of_another_network_are_refused():
    schema, _ = array_case()
    with pytest.raises(ModelFileError, match="do not fit"):
        take_weights(Codec(schema, 2, Dense((8,))), Codec(schema, 3, Dense((8,))).state_dict())


def test_a_column_whose_likelihood_is_not_finite_is_blamed():
    schema, batch = array_case()
    codec = Codec(schema, 2, Dense((8,))).eval()
    assert codec.blame(batch) == []
    with torch.no_grad():
        codec.heads["continuous"].readout.main.bias[4] = torch.nan
    assert codec.blame(batch) == [schema.names[4]]
