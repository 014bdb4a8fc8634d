"""What can be attacked, and what is said about it."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import nn

from diabolo.attacks import PGD, Linf, LogProbabilities, untouched
from diabolo.attacks.victims import check_logits, victim_of
from diabolo.errors import DataError, ProbabilityWarning, TrainingModeWarning, VictimError

X = np.random.default_rng(0).uniform(size=(60, 4))
y = np.where(X[:, 0] > 0.5, "high", "low")


class Ours:
    """A model that hands its network out."""

    classes_ = np.array(["high", "low"])

    def to_module(self) -> nn.Module:
        return nn.Linear(4, 2).double()


@pytest.mark.parametrize(
    ("model", "gradient", "classes"),
    [
        (nn.Linear(4, 3), True, None),
        (Ours(), True, ["high", "low"]),
        (LogisticRegression().fit(X, y), True, ["high", "low"]),
        (KNeighborsClassifier().fit(X, y), False, ["high", "low"]),
        (SVC().fit(X, y), False, ["high", "low"]),
    ],
    ids=["module", "ours", "linear", "neighbors", "kernel"],
)
def test_models_of_several_kinds(model, gradient, classes):
    victim = victim_of(model)
    assert (victim.module is not None) is gradient
    assert (None if victim.classes is None else victim.classes.tolist()) == classes
    assert victim.logits(torch.as_tensor(X).to(victim.dtype or torch.float64)).shape[0] == 60


def test_what_a_classifier_says_is_what_its_logits_say():
    for model in (KNeighborsClassifier(), SVC(), SVC(kernel="linear")):
        victim = victim_of(model.fit(X, y))
        assert (victim.classes[victim.logits(torch.as_tensor(X)).argmax(1)] == model.predict(X)).all()


def test_a_single_logit_is_that_of_the_second_class():
    net = nn.Linear(4, 1).double()
    for answer in (net, nn.Sequential(net, nn.Flatten(0))):
        assert torch.equal(victim_of(answer).logits(torch.as_tensor(X))[:, 1], net(torch.as_tensor(X))[:, 0])


@pytest.mark.parametrize("model", [3, "net", lambda x: x, KNeighborsClassifier()])
def test_other_things_cannot_be_attacked(model):
    with pytest.raises(VictimError, match=r"give a torch.nn.Module that answers logits"):
        victim_of(model)


def test_probabilities_are_told_and_their_logarithm_is_the_way_out():
    net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(1)).double()
    with pytest.warns(ProbabilityWarning, match=r"attacks.LogProbabilities\(model\)"):
        PGD(Linf(0.3)).run(net, X)
    found = PGD(Linf(0.3)).run(LogProbabilities(net), X)  # no warning
    assert np.allclose(found.before, net(torch.as_tensor(X)).detach(), atol=1e-12)


def test_a_probability_of_zero_keeps_a_gradient():
    x = torch.tensor([[0.0, -200.0]], requires_grad=True)
    answer = LogProbabilities(nn.Softmax(1))(x)
    assert torch.isfinite(answer).all()


@pytest.mark.parametrize("layer", [nn.Dropout(0.5), nn.BatchNorm1d(4)])
def test_training_mode_is_told_where_it_makes_a_difference(layer):
    net = nn.Sequential(layer, nn.Linear(4, 2)).double().train()
    with pytest.warns(TrainingModeWarning, match="Call .eval"):
        found = PGD(Linf(0.2)).run(net, X)
    assert net.training
    assert np.array_equal(PGD(Linf(0.2)).run(net.eval(), X).X, found.X)


def test_training_mode_of_a_net_without_dropout_is_nobodys_business():
    PGD(Linf(0.2)).run(nn.Sequential(nn.Linear(4, 2), nn.ReLU()).double().train(), X)


@pytest.mark.parametrize(
    ("answer", "text"),
    [(torch.zeros(3, 2, 2), "not logits of shape"), (torch.full((3, 2), torch.nan), "not finite")],
)
def test_what_is_no_logit_is_refused(answer, text):
    with pytest.raises(DataError, match=text):
        check_logits(victim_of(nn.Identity()), answer)


def test_flags_come_back_one_by_one():
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.BatchNorm1d(2)).eval()
    net[1].train()
    net[0].bias.requires_grad_(False)
    with untouched(net):
        assert not any(module.training for module in net.modules())
        assert not any(weight.requires_grad for weight in net.parameters())
        torch.rand(3)
    assert [module.training for module in net.modules()] == [False, False, True, False]
    assert [weight.requires_grad for weight in net.parameters()] == [True, False, True, True]
