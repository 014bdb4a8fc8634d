from types import SimpleNamespace

import pytest

from diabolo.report.figures import curves_figure
from diabolo.report.training import curves
from diabolo.train import History
from diabolo.train.history import Epoch


def fitted(kind: str, **plan: object) -> object:
    """A model of a class of this name, with three epochs behind it."""
    epochs = tuple(Epoch(i, {"a": 4.0 - i, "b": 1.0}, 3.0 - i, 0.01, 0.1, {}) for i in (1, 2, 3))
    history = History(epochs, "max_epochs", 3, 0.0, 9, 9, 1.0, plan)
    return type(kind, (SimpleNamespace,), {})(history_=history)


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("Autoencoder", "squared error per row"),
        ("VAE", "−ELBO in nats per row"),
        ("MaskedAutoencoder", "loss in nats per row"),
    ],
)
def test_what_held_out_rows_are_judged_by_is_named(kind: str, unit: str):
    found = curves(fitted(kind))
    assert (found.on_held_out, found.held_out, found.training) == (unit, (2.0, 1.0, 0.0), (4.0, 3.0, 2.0))
    assert unit.removesuffix(" per row") in found.sentence
    assert f"{unit} on held-out rows" in curves_figure(found, "held_out")


def test_a_game_is_not_said_to_have_an_error_of_held_out_rows():
    found = curves(fitted("GAN"))
    assert found.held_out == ()
    assert "last epoch" in found.sentence
    assert "squared error" not in found.sentence + curves_figure(found, "training")


def test_a_model_that_is_pca_is_marked_at_its_start():
    assert curves(fitted("Autoencoder", epochs_before=1)).second == 2
