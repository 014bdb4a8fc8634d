"""Steps that choose their length: where they look, that they halve, and that they beat steps of a fixed length."""

import pytest
import torch

from diabolo.attacks import APGD, L1, L2, PGD, Domain, Halving, Linf, ascend
from diabolo.errors import ParameterError, TooFewClassesWarning
from tests.attacks.conftest import affine


def test_looks_are_the_published_ones():
    looks = list(Halving(1.0, 100).looks)
    assert looks[:6] == [22, 41, 57, 70, 80, 87]  # 0.22, and spans that shrink by 0.03 down to 0.06
    assert Halving(1.0, 100).looks[41] == 19


def test_the_length_halves_where_the_loss_swings():
    rule, space = Halving(1.0, 40), Domain(Linf(9.0))
    found = ascend(
        lambda x, rows: -(x.sum(1) - 0.33).square(), torch.zeros(1, 1), space, rule, steps=40, stop="never"
    )
    assert found.x.item() == pytest.approx(0.33, abs=0.02)


@pytest.mark.parametrize("ball", [Linf(0.13), L2(0.35, exact=True), L1(0.7)], ids=str)
def test_it_fools_no_fewer_than_steps_of_a_fixed_length(net, points, ball):
    adaptive = APGD(ball, loss="margin").run(net, points, bounds=(0, 1))
    fixed = PGD(ball, steps=100, loss="margin").run(net, points, bounds=(0, 1))
    assert adaptive.success.sum() >= fixed.success.sum() - 1
    assert 5 < adaptive.success.sum() < 30


@pytest.mark.parametrize("ball", [Linf(0.3), L2(0.5, exact=True)], ids=str)
def test_of_an_affine_model_it_reaches_the_extreme_point(ball, rng):
    from diabolo.attacks import FGSM

    net, X = affine(rng.normal(size=(2, 6)), [0.0, 0.0]), rng.uniform(size=(10, 6))
    y = net(torch.as_tensor(X)).argmax(1)
    margins = [
        (lambda z: z.gather(1, 1 - y[:, None]) - z.gather(1, y[:, None]))(
            net(torch.as_tensor(attack.run(net, X, y, (0, 1)).X))
        )
        for attack in (APGD(ball, stop="never", loss="margin"), FGSM(ball))
    ]
    assert torch.allclose(margins[0], margins[1], atol=1e-6)


def test_two_classes_have_no_dlr(rng):
    net, X = affine(rng.normal(size=(2, 6)), [0.0, 0.0]), rng.normal(size=(5, 6))
    with pytest.warns(TooFewClassesWarning, match="needs 3 classes and the model has 2: the margin"):
        APGD(Linf(0.5), loss="dlr").run(net, X)


def test_three_classes_have_no_targeted_dlr(rng):
    net, X = affine(rng.normal(size=(3, 6)), [0.0] * 3), rng.normal(size=(5, 6))
    wanted = (net(torch.as_tensor(X)).argmax(1) + 1) % 3
    with pytest.warns(TooFewClassesWarning, match="needs 4 classes"):
        APGD(Linf(0.5), loss="dlr", targeted=True).run(net, X, wanted)


def test_at_least_one_step():
    with pytest.raises(ParameterError, match="steps=0"):
        APGD(Linf(0.1), steps=0)
