"""Parameters as JSON and back: values of exported classes and nothing else."""

import json

import numpy as np
import pytest
from torch import nn

from diabolo.errors import ModelFileError, ParameterError
from diabolo.models.specs import check_spec, from_json, to_json
from diabolo.nn import Conv, Dense, Modules
from diabolo.terms import Corruption, Masking, Noise, Sparsity
from diabolo.train import Trainer

VALUES = [
    None, 3, 0.5, "auto", True, (1, (2, 3)), {"a": (1,)}, Dense((8, 4), dropout=0.1), Conv((4,)), Noise(0.2), Masking(),
    Sparsity(1.0), Trainer(clip=None, max_seconds=3.0), {"architecture": Dense(()), "k": 2},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_values_come_back(value):
    assert from_json(json.loads(json.dumps(to_json(value), allow_nan=False))) == value


@pytest.mark.parametrize(
    ("value", "plain"), [(np.int64(3), 3), (np.float32(0.5), 0.5), (np.random.RandomState(0), None)]
)
def test_numpy_values_become_plain(value, plain):
    assert to_json(value) == plain


@pytest.mark.parametrize(
    "stored",
    [
        {"spec": "system", "command": "true"},
        {"spec": "Linear", "in_features": 2, "out_features": 2},
        {"spec": "Epoch"},
        {"spec": "Dense", "widths": [8]},
        {"spec": "Corruption"},
        {"spec": "Objective"},
    ],
    ids=lambda stored: stored["spec"],
)
def test_a_file_can_name_exported_values_only(stored):
    with pytest.raises(ModelFileError):
        from_json(stored)


def test_networks_are_named_not_stored():
    stored = to_json(Modules(nn.Linear(2, 1), nn.Linear(1, 2), 2))
    json.dumps(stored)
    with pytest.raises(ModelFileError, match=r"Linear.*diabolo\.load\(path, architecture"):
        from_json(stored)


def test_check_spec_lets_none_and_the_kind_pass():
    check_spec("corruption", None, Corruption, "a corruption")
    check_spec("corruption", Noise(), Corruption, "a corruption")
    with pytest.raises(ParameterError, match=r"corruption=.*Noise.*a corruption"):
        check_spec("corruption", Noise, Corruption, "a corruption")
