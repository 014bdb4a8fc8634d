import pytest

from diabolo import models
from diabolo.cli.estimators import ModelName, Size, corruption, estimator, penalty
from diabolo.errors import ParameterError
from diabolo.models.base import Decodes
from diabolo.models.defaults import SIZES
from diabolo.models.sampling import Samples
from diabolo.terms import KLSparsity, Masking, Neighbors, SaltAndPepper, Sparsity

NOTHING = {
    "size": None,
    "ordered": False,
    "penalty": None,
    "max_epochs": "auto",
    "batch_size": "auto",
    "learning_rate": "auto",
}


def test_every_model_that_rebuilds_or_makes_rows_can_be_asked_for():
    rebuild = {name for name in models.__all__ if issubclass(getattr(models, name), Decodes | Samples)}
    assert {name.estimator for name in ModelName} == rebuild


def test_every_size_can_be_asked_for():
    assert {size.value for size in Size} == set(SIZES)


@pytest.mark.parametrize("name", ModelName)
@pytest.mark.parametrize(("k", "expected"), [("3", 3), ("auto", "auto")])
def test_width_and_seed(name: ModelName, k: str, expected: object):
    parameters = estimator(name, k, 7, NOTHING).get_params()
    assert parameters["n_components"] == expected
    assert parameters["random_state"] == 7


def test_what_is_not_given_is_left_to_the_model():
    default = models.Autoencoder(2, random_state=0).get_params()
    assert estimator(ModelName.autoencoder, "2", 0, NOTHING).get_params() == default


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        ("max_epochs", "5", 5),
        ("batch_size", "64", 64),
        ("learning_rate", "1e-3", 0.001),
        ("size", "large", "large"),
        ("ordered", True, True),
        ("penalty", "neighbors", Neighbors()),
        ("penalty", "sparsity=0.5", Sparsity(0.5)),
        ("penalty", "klsparsity", KLSparsity()),
        ("corruption", "masking=0.3", Masking(0.3)),
        ("corruption", "saltandpepper", SaltAndPepper()),
    ],
)
def test_options_become_parameters(parameter: str, text: object, value: object):
    made = estimator(ModelName.autoencoder, "2", 0, NOTHING | {parameter: text})
    assert made.get_params()[parameter] == value


@pytest.mark.parametrize(
    ("parameter", "value", "option"),
    [
        ("max_epochs", "5", "--epochs"),
        ("size", "large", "--size"),
        ("ordered", True, "--ordered"),
        ("penalty", "neighbors", "--penalty"),
        ("corruption", "noise", "--corruption"),
    ],
)
def test_an_option_that_means_nothing_is_refused(parameter: str, value: object, option: str):
    with pytest.raises(ParameterError, match=rf"'linear' has no option {option}"):
        estimator(ModelName.linear, "2", 0, NOTHING | {parameter: value})


@pytest.mark.parametrize("parameter", ["max_epochs", "batch_size", "learning_rate"])
@pytest.mark.parametrize("text", ["0", "-3", "many"])
def test_impossible_numbers(parameter: str, text: str):
    option = "--epochs" if parameter == "max_epochs" else f"--{parameter.replace('_', '-')}"
    with pytest.raises(ParameterError, match=rf"{option} {text} is not allowed"):
        estimator(ModelName.autoencoder, "2", 0, NOTHING | {parameter: text})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "nearness",
            "--penalty nearness is not one of contractive, klsparsity, neighbors, orthogonal, sparsity",
        ),
        ("penalty", "is not one of"),
        ("neighbors=", "'' is not a weight"),
        ("neighbors=much", "'much' is not a weight"),
        ("neighbors=-1", "'-1' is not a weight"),
        ("neighbors=nan", "'nan' is not a weight"),
    ],
)
def test_a_penalty_that_does_not_exist_is_refused(text: str, said: str):
    with pytest.raises(ParameterError, match=said):
        penalty(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rust", "--corruption rust is not one of blur, masking, noise, saltandpepper, swap"),
        ("masking=2", "'2' is not a share or a width"),
        ("blur=", "'' is not a share or a width"),
        ("sparsity", "is not one of"),
    ],
)
def test_a_corruption_that_does_not_exist_is_refused(text: str, said: str):
    with pytest.raises(ParameterError, match=said):
        corruption(text)
