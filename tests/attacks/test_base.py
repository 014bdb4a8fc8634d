"""The face of attacks: labels, bad input, and the fresh check of what goes out."""

import numpy as np
import pytest
import torch
from torch import nn

from diabolo.attacks import FGSM, L0, L2, PGD, Limits, Linf, Momentum
from diabolo.errors import (
    AlreadyWrongWarning,
    BoundsError,
    DataError,
    EpsilonError,
    ImmutableError,
    LabelError,
    NoGradientError,
    NonFiniteGradientWarning,
    ParameterError,
    TargetError,
)


class Named:
    """A model with names for its classes."""

    classes_ = np.array(["a", "b", "c", "d"])

    def __init__(self, net: nn.Module) -> None:
        self.net = net

    def to_module(self) -> nn.Module:
        return self.net


def test_labels_are_those_of_the_model(net, points):
    said = np.array(list("abcd"))[net(points).argmax(1)]
    found = PGD(Linf(0.4)).run(Named(net), points, said, (0, 1))
    assert found.success.sum() > 20
    assert (found.labels[found.success] != said[found.success]).all()
    with pytest.raises(LabelError, match="labels e are none of the model's 4 classes a, b, c, d"):
        PGD(Linf(0.4)).run(Named(net), points, ["e"] * 30)


@pytest.mark.parametrize("y", [[7] * 30, [-1] * 30, [0.5] * 30])
def test_labels_outside_the_classes(net, points, y):
    with pytest.raises(LabelError, match="none of the model's 4 classes 0, 1, 2, 3"):
        PGD(Linf(0.4)).run(net, points, y)


@pytest.mark.parametrize(
    ("y", "text"), [([0], "1 labels for 30 rows"), ([[0]] * 30, "one label for each row")]
)
def test_labels_of_another_shape(net, points, y, text):
    with pytest.raises(LabelError, match=text):
        PGD(Linf(0.4)).run(net, points, y)


def test_without_labels_the_models_own_are_attacked(net, points):
    own, given = (PGD(Linf(0.3)).run(net, points, y, (0, 1)) for y in (None, net(points).argmax(1)))
    assert torch.equal(own.X, given.X)
    assert not (own.reason == "skipped_wrong").any()


def test_all_wrong_already_is_said(net, points):
    labels = (net(points).argmax(1) + 1) % 4
    with pytest.warns(AlreadyWrongWarning, match="every row wrong before"):
        found = PGD(Linf(0.3)).run(net, points, labels)
    assert set(found.reason) == {"skipped_wrong"}
    assert torch.equal(found.X, points)


def test_a_target_that_is_the_label(net, points):
    with pytest.raises(TargetError, match="the target of every row is the label"):
        PGD(Linf(0.3), targeted=True).run(net, points, net(points).argmax(1))
    with pytest.raises(LabelError, match="needs y"):
        PGD(Linf(0.3), targeted=True).run(net, points)


@pytest.mark.parametrize(("ball", "bounds"), [(Linf(8), (0, 1)), (L2(4.0), (0, 1))])
def test_a_size_in_another_unit(net, points, ball, bounds):
    with pytest.raises(EpsilonError, match="larger than the whole range"):
        FGSM(ball).run(net, points, bounds=bounds)


def test_no_bounds_no_range(net, points):
    assert FGSM(Linf(8)).run(net, points).norm.max() == pytest.approx(8)


def test_rows_outside_their_bounds(net, points):
    with pytest.raises(BoundsError, match="outside its bounds"):
        FGSM(Linf(0.1)).run(net, points * 255, bounds=(0, 1))
    with pytest.raises(BoundsError, match="L0"):
        PGD(L0(2)).run(net, points)


def test_nothing_left_to_change(net, points):
    with pytest.raises(ImmutableError, match="nothing is left"):
        PGD(Linf(0.3)).run(net, points, bounds=Limits(0, 1, immutable=range(10)))


def test_a_model_of_whole_numbers_has_no_gradient(net, points):
    class Rounds(nn.Module):
        def forward(self, x):
            return net(x.detach().round())

    with pytest.raises(NoGradientError, match="Square and Noise"):
        PGD(Linf(0.3)).run(Rounds(), points)


def test_a_gradient_that_is_no_number(net, points):
    class Root(nn.Module):
        def forward(self, x):
            return net(x) + (x[:, :1] - x[:, :1].detach()).sqrt()

    with pytest.warns(NonFiniteGradientWarning, match="the gradient of 30 rows is not finite"):
        found = PGD(Linf(0.3), random_start=False, loss="margin").run(Root(), points)
    assert set(found.reason) == {"stalled"}


@pytest.mark.parametrize("rows", [np.full((2, 10), np.nan), np.full((2, 10), "a")])
def test_rows_that_are_no_numbers(net, rows):
    with pytest.raises(DataError):
        PGD(Linf(0.3)).run(net, rows)


def test_batches_have_a_size(net, points):
    with pytest.raises(ParameterError, match="batch_size=0"):
        PGD(Linf(0.3)).run(net, points, batch_size=0)


@pytest.mark.parametrize(
    "attack", [FGSM(L2(0.4)), Momentum(Linf(0.2)), PGD(Linf(0.2), random_start=False)], ids=str
)
def test_the_size_of_batches_does_not_matter(net, points, attack):
    whole, pieces = (attack.run(net, points, bounds=(0, 1), batch_size=size) for size in (256, 7))
    assert torch.allclose(whole.X, pieces.X, atol=1e-12)


def test_success_is_what_a_fresh_look_says(net, points):
    class Fickle(nn.Module):
        """Hides its weakness from those who do not differentiate."""

        def forward(self, x):
            return net(x) if torch.is_grad_enabled() else net(points[: len(x)])

    found = PGD(Linf(0.4), steps=10, random_start=False).run(Fickle(), points, bounds=(0, 1))
    assert not found.success.any()
    assert "success" not in found.reason


def test_half_precision_is_checked_as_it_goes_out(net, points):
    single = net.float()
    found = PGD(Linf(0.3)).run(single, points.half(), bounds=(0, 1))
    assert found.X.dtype == torch.float16
    fooled = (single(found.X.float()).argmax(1) != single(points.half().float()).argmax(1)).numpy()
    inside = ((found.X.float() - points.half().float()).abs().amax(1) <= 0.3 + 1e-6).numpy()
    assert found.success.tolist() == (fooled & inside).tolist()
    assert found.success.any()


def test_the_result_says_itself_in_a_line(net, points):
    text = str(PGD(Linf(0.4)).run(net, points, bounds=(0, 1)))
    assert "of 30 rows fooled, median change 0." in text
    assert "in the unit of the data" in text


def test_probabilities_before_and_after(net, points):
    found = PGD(Linf(0.4)).run(net, points, bounds=(0, 1))
    assert np.allclose(found.before, net(points).softmax(1).detach())
    assert np.allclose(found.after, net(found.X).softmax(1).detach())
    assert (found.after.argmax(1) == found.labels).all()
