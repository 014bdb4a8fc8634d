"""The two players: gradients of the right one, the losses' known values, the penalty in closed form, the verdict."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.encoding import POINTS, Encoding
from diabolo.models.game import LOSSES, WINDOW, Game, coverage, energy
from diabolo.nn import Dense
from diabolo.train import Epoch

NETS = Dense((8,), activation="leaky_relu", norm="none")


def points(rows: int = 40, width: int = 3) -> Batch:
    return Batch({POINTS: torch.randn(rows, width)}, {}, torch.arange(rows))


def game(loss: str = "rpgan", width: int = 3, discriminator: nn.Module | None = None) -> Game:
    torch.manual_seed(0)
    array = np.random.default_rng(0).normal(size=(30, width))
    encoding = Encoding(Schema.fit(Frame.of(array)))
    judge = discriminator or NETS.encoder(width, 1)
    return Game(NETS.encoder(2, width), judge, encoding, LOSSES[loss], 2, steps=100)


@pytest.fixture(params=LOSSES)
def loss(request) -> str:
    return request.param


def test_terms_are_finite_numbers_per_row(loss):
    played = game(loss)
    for player in played.players:
        for name, term in played.losses(points(), player).items():
            assert term.shape == (40,), name
            assert torch.isfinite(term).all(), name


def test_a_step_of_one_player_leaves_the_other_alone(loss):
    played = game(loss)
    for player in played.players:
        played.zero_grad()
        torch.stack([t.sum() for t in played.losses(points(), player).values()]).sum().backward()
        mine = {id(p) for p in played.parameters_of(player)}
        for name, weight in played.named_parameters():
            if id(weight) in mine:
                assert weight.grad is not None, name
            else:
                assert weight.grad is None, name
    assert all(p.requires_grad for player in played.players for p in played.parameters_of(player))


def test_every_weight_that_learns_belongs_to_one_player(loss):
    played = game(loss)
    owned = [id(p) for player in played.players for p in played.parameters_of(player)]
    assert len(owned) == len(set(owned))
    assert set(owned) == {id(p) for p in played.parameters() if p.requires_grad}


class Plane(nn.Module):
    """D(x) = w · x, whose gradient is w everywhere."""

    def __init__(self, weight: list[float]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x @ self.weight)[:, None]


@pytest.mark.parametrize(
    ("loss", "expected"), [("rpgan", 1.0 / 2 * (25 + 25)), ("wgan-gp", 0.2 / 2 * (5 - 1) ** 2)]
)
def test_the_penalty_of_a_plane_is_known(loss, expected):
    played = game(loss, discriminator=Plane([3.0, 4.0, 0.0]))
    played.steps = 10**9  # the very beginning of the plan
    penalty = played.losses(points(), "discriminator")["penalty"]
    assert torch.allclose(penalty, torch.full((40,), expected), rtol=1e-4)


def test_a_discriminator_that_is_flat_somewhere_still_learns(loss):
    flat = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    nn.init.constant_(flat[0].bias, -100.0)
    played = game(loss, discriminator=flat)
    torch.stack([t.sum() for t in played.losses(points(), "discriminator").values()]).sum().backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in played.parameters_of("discriminator"))


def test_the_penalty_fades_to_its_last_weight():
    played = game(discriminator=Plane([3.0, 4.0, 0.0]))
    played.step.fill_(played.steps)
    penalty = played.losses(points(), "discriminator")["penalty"].detach()
    assert float(penalty[0]) == pytest.approx(0.001 / 2 * 50, rel=1e-4)


def test_a_discriminator_that_cannot_tell_pays_a_coin():
    played = game(discriminator=Plane([0.0, 0.0, 0.0]))
    terms = [t for player in played.players for t in played.losses(points(), player).values()]
    assert [float(t[0].detach()) for t in terms] == pytest.approx([math.log(2), 0.0, math.log(2)])


def test_spectral_normalization_bounds_the_slope():
    played = game("hinge")
    for layer in [m for m in played.discriminator.modules() if isinstance(m, nn.Linear)]:
        layer.parametrizations.weight.original.data.mul_(50)
    for _ in range(30):
        played.losses(points(), "discriminator")
    a, b = torch.randn(500, 3), torch.randn(500, 3)
    slopes = (played.discriminator(a) - played.discriminator(b)).abs().squeeze(1) / (a - b).norm(dim=1)
    assert float(slopes.detach().max()) < 1.02


def test_the_judged_generator_is_the_average_and_the_measure_is_the_same_every_time():
    played = game().eval()
    batch = points()
    first = played.measures(batch)
    nn.init.zeros_(next(iter(played.generator.parameters())))
    assert played.measures(batch) == first
    assert set(played.monitor(batch).tolist()) == {1.0}


def test_the_energy_score_is_least_for_the_truth():
    torch.manual_seed(0)
    rows = torch.randn(2000, 2)
    scores = {sd: float(energy(rows, sd * torch.randn(2000, 2)).mean()) for sd in (0.7, 1.0, 1.4)}
    assert min(scores, key=scores.get) == 1.0
    assert scores[1.0] == pytest.approx(math.sqrt(math.pi) / 2, abs=0.02)  # E‖X − X′‖/2 of a plane's normal


def test_coverage_falls_with_the_modes_that_are_lost():
    torch.manual_seed(0)
    rows = torch.randn(600, 2) * 0.01 + torch.arange(600).fmod(3)[:, None]
    made = rows + torch.randn(600, 2) * 0.01
    assert coverage(rows, made) > 0.9
    assert coverage(rows, made[rows[:, 0].round() == 1]) == pytest.approx(1 / 3, abs=0.05)


def epochs(wins, coverages):
    band = [0.45, 0.55]
    return [
        Epoch(i + 1, {}, 0.0, 0.0, 0.0, {"win_rate": [w], "band": band, "coverage": [c]})
        for i, (w, c) in enumerate(zip(wins, coverages, strict=True))
    ]


INSIDE, OUTSIDE = [0.52] * WINDOW, [0.7] * WINDOW


@pytest.mark.parametrize(
    ("wins", "coverages", "verdict"),
    [
        (OUTSIDE + INSIDE, [0.9] * 2 * WINDOW, "indistinguishable"),
        (OUTSIDE + INSIDE, [0.9] * WINDOW + [0.96] * WINDOW, None),
        (OUTSIDE + INSIDE, [0.9] * WINDOW + [0.6] * WINDOW, None),
        (INSIDE + OUTSIDE, [0.9] * 2 * WINDOW, None),
        ([*OUTSIDE, 0.3, *INSIDE[1:]], [0.9] * 2 * WINDOW, None),
        (INSIDE, [0.9] * WINDOW, None),
        (INSIDE + INSIDE, [0.5] * 2 * WINDOW, None),
    ],
)
def test_the_game_is_over_when_nobody_can_tell_and_nothing_is_lost(wins, coverages, verdict):
    assert game().verdict(epochs(wins, coverages)) == verdict
