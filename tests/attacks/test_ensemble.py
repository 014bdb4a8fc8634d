"""The worst case of several attacks: the union of their successes, each on the survivors."""

import numpy as np
import pytest
import torch
from sklearn.tree import DecisionTreeClassifier

from diabolo.attacks import FGSM, L0, L2, PGD, Linf, Noise, standard, worst_case
from diabolo.errors import ParameterError


@pytest.mark.parametrize("kind", [torch.as_tensor, np.asarray])
def test_a_row_falls_if_one_attack_fells_it(net, points, kind):
    attacks = [Noise(Linf(0.2), draws=20), FGSM(Linf(0.2)), PGD(Linf(0.2))]
    single = [attack.run(net, points, bounds=(0, 1)).success for attack in attacks]
    found = worst_case(net, kind(points), bounds=(0, 1), attacks=attacks)
    assert found.success.tolist() == np.any(single, axis=0).tolist()
    assert isinstance(found.X, type(kind(points)))
    labels = net(torch.as_tensor(found.X)).argmax(1)
    assert found.success.tolist() == (labels != net(points).argmax(1)).tolist()


def test_later_attacks_spend_nothing_on_rows_that_fell(net, points):
    first = FGSM(Linf(0.3)).run(net, points, bounds=(0, 1))
    found = worst_case(net, points, bounds=(0, 1), attacks=[FGSM(Linf(0.3)), PGD(Linf(0.3))])
    assert np.array_equal(found.passes[first.success], first.passes[first.success])
    assert (found.passes[~first.success] > first.passes[~first.success]).all()


def test_the_standard_attacks_find_no_less_than_one_of_them(net, points):
    found = worst_case(net, points, bounds=(0, 1), ball=L2(0.3))
    assert found.success.sum() >= PGD(L2(0.3)).run(net, points, bounds=(0, 1)).success.sum()
    assert (found.norm[found.success] <= 0.3 + 1e-6).all()
    assert "Minimal" not in [type(attack).__name__ for attack in standard(L0(2))]


def test_a_model_without_a_gradient_is_asked_only(rng):
    X = rng.uniform(size=(60, 4))
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, np.where(X[:, 0] > 0.5, "up", "down"))
    found = worst_case(tree, X[:20], bounds=(0, 1), ball=Linf(0.4))
    assert found.success.any()
    assert set(found.labels) <= {"up", "down"}


def test_something_to_attack_with_is_needed(net, points):
    with pytest.raises(ParameterError, match="ball"):
        worst_case(net, points)
