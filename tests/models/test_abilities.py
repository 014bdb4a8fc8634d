"""A model says what it cannot do, and who can."""

import pytest

from diabolo.errors import CapabilityError
from diabolo.models import GAN, Autoencoder


@pytest.mark.parametrize("name", ["transform", "inverse_transform", "reconstruct", "reconstruction_error"])
def test_a_model_without_a_code_says_who_has_one(name):
    with pytest.raises(CapabilityError, match=f"a GAN has no {name}: .*Autoencoder, LinearAutoencoder"):
        getattr(GAN(), name)([[0.0]])


def test_a_model_that_makes_no_rows_says_who_does():
    with pytest.raises(CapabilityError, match=r"no sample: it does not make new rows.*GAN"):
        Autoencoder().sample(3)


def test_what_no_model_has_is_plainly_not_there():
    assert not hasattr(GAN(), "transform")
    with pytest.raises(AttributeError, match="'GAN' object has no attribute 'wings'"):
        _ = GAN().wings
