"""Attacks that ask: they need no gradient, images and vectors alike, and squares beat noise."""

import pytest
import torch
from sklearn.ensemble import RandomForestClassifier
from torch import nn

from diabolo.attacks import L1, L2, PGD, Linf, Noise, Square
from diabolo.attacks.blackbox import _window
from diabolo.errors import NoGradientError, ParameterError


def test_a_forest_is_fooled_without_a_gradient(rng):
    X, y = rng.uniform(size=(300, 6)), None
    y = (X[:, :3].sum(1) > 1.5).astype(int)
    forest = RandomForestClassifier(20, random_state=0).fit(X, y)
    found = Square(Linf(0.3), queries=200).run(forest, X[:40], y[:40], (0, 1))
    assert found.success.mean() > 0.5
    assert (forest.predict(found.X)[found.success] != y[:40][found.success]).all()
    assert not found.passes[:, 1].any()


def test_what_needs_a_gradient_says_what_does_not(rng):
    forest = RandomForestClassifier(2, random_state=0).fit(rng.uniform(size=(20, 2)), [0, 1] * 10)
    with pytest.raises(NoGradientError, match="Square and Noise"):
        PGD(Linf(0.1)).run(forest, rng.uniform(size=(3, 2)))


@pytest.mark.parametrize("ball", [Linf(0.2), L2(0.6), L1(1.2)], ids=str)
def test_squares_beat_noise_and_gradients_beat_squares(net, points, ball):
    noise = Noise(ball, draws=200).run(net, points, bounds=(0, 1)).success.sum()
    squares = Square(ball, queries=200).run(net, points, bounds=(0, 1)).success.sum()
    steps = PGD(ball, loss="margin").run(net, points, bounds=(0, 1)).success.sum()
    assert (
        noise <= squares <= steps + 1
    )  # of sparse changes, steps of a fixed length are no better than squares
    assert noise < steps


def test_queries_end_with_the_success(net, points):
    found = Square(Linf(0.5), queries=300).run(net, points, bounds=(0, 1))
    assert (found.passes[found.success, 0] == found.steps[found.success] + 2).all()
    assert found.passes[found.success, 0].max() < 302


def test_images_change_in_squares():
    torch.manual_seed(0)
    image = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 3)).eval()
    X = torch.rand(10, 3, 8, 8)
    found = Square(Linf(0.4), queries=100).run(image, X, bounds=(0, 1))
    assert found.X.shape == X.shape
    assert found.success.any()


def test_a_window_is_a_square_of_all_channels():
    draws = torch.Generator().manual_seed(0)
    flags = _window(torch.zeros(50, 3, 9, 7), 0.25, draws)
    assert set(flags.flatten(2).sum(2).flatten().tolist()) == {16}  # round(√(0.25 · 63)) = 4
    assert torch.equal(flags[:, 0], flags[:, 2])
    rows = flags[:, 0].any(2).int()
    assert (rows.diff(dim=1).abs().sum(1) <= 2).all()


def test_a_window_of_a_vector_is_a_set_of_features():
    flags = _window(torch.zeros(50, 10), 0.31, torch.Generator().manual_seed(0))
    assert set(flags.sum(1).tolist()) == {3}


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Noise(Linf(1), draws=0), "draws=0"),
        (lambda: Square(Linf(1), queries=0), "queries=0"),
        (lambda: Square(Linf(1), share=0), "share=0"),
    ],
)
def test_what_is_no_search_is_refused(make, word):
    with pytest.raises(ParameterError, match=word):
        make()
