import pytest

from diabolo.cli.abilities import require
from diabolo.errors import CapabilityError
from diabolo.models import Autoencoder, LinearAutoencoder, MaskedAutoencoder
from diabolo.models.imputing import Imputes
from diabolo.models.sampling import Samples


def test_a_model_that_can_is_handed_back():
    model = MaskedAutoencoder()
    assert require(model, Samples, "make new rows") is model


def test_one_that_cannot_is_told_which_can():
    with pytest.raises(
        CapabilityError, match=r"a LinearAutoencoder cannot make new rows.*--model masked.* or \w+\."
    ):
        require(LinearAutoencoder(), Samples, "make new rows")


def test_the_only_one_that_can_stands_alone():
    with pytest.raises(CapabilityError, match=r"^an Autoencoder cannot fill gaps: .* with --model masked\.$"):
        require(Autoencoder(), Imputes, "fill gaps")
