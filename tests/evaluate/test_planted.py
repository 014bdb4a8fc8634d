import numpy as np
import torch
from torch import nn

from diabolo.evaluate.contest import Contest
from diabolo.evaluate.planted import Planted, planted
from diabolo.evaluate.target import Target
from tests.evaluate.victims import Rounded


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 4)).double().eval()


def contest_of(net: nn.Module) -> Contest:
    X = np.random.default_rng(0).uniform(size=(6, 6))
    y = net(torch.from_numpy(X)).argmax(1).numpy()
    return Contest(Target.of(net, X), np.arange(6), y)


def test_a_smooth_model_gives_them_up():
    found, tried = planted(contest_of(network()), 0.4, np.arange(6))
    assert found == tried > 3


def test_a_masked_one_hides_them():
    found, tried = planted(contest_of(Rounded(network(), 16)), 0.4, np.arange(6))
    assert tried > 3
    assert found == 0


def test_two_classes_split_by_a_plane_of_logits():
    contest = contest_of(network())
    model = Planted(contest, torch.tensor([1.0, 0.0, 0.0, 0.0]).double(), 0.5)
    with torch.no_grad():
        said = model(contest.rows.x)
    torch.testing.assert_close(said[:, 1], contest.logits[:, 0] - 0.5)
