"""Losses of a classifier: their values, and when they call it success."""

import pytest
import torch
from torch.nn import Identity, functional

from diabolo.attacks import Classification, margins
from diabolo.attacks.goals import allowed, rounding
from diabolo.errors import ParameterError, TooFewClassesWarning

LOGITS = torch.tensor([[3.0, 1.0, 0.0, -2.0], [0.0, 2.0, 5.0, 1.0]])
LABELS = torch.tensor([0, 1])
EVERY = torch.arange(2)


def goal(loss, **options) -> Classification:
    return Classification(Identity(), LABELS, loss, **options)


def test_the_margin_is_the_lead_of_the_best_other_class():
    assert margins(LOGITS, LABELS).tolist() == [-2.0, 3.0]
    assert margins(LOGITS, LABELS, targeted=True).tolist() == [2.0, -3.0]


@pytest.mark.parametrize("targeted", [False, True])
def test_losses_are_their_formulas(targeted):
    sign = -1 if targeted else 1
    ce = functional.cross_entropy(LOGITS, LABELS, reduction="none")
    assert torch.allclose(goal("ce", targeted=targeted)(LOGITS, EVERY)[0], sign * ce)
    assert goal("margin", targeted=targeted)(LOGITS, EVERY)[0].tolist() == [sign * -2.0, sign * 3.0]
    third = torch.tensor([(0.0 - 2.0) / 2, (1.0 + 0.0) / 2]) if targeted else torch.tensor([0.0, 1.0])
    wanted = torch.tensor([sign * -2.0, sign * 3.0]) / (LOGITS.amax(1) - third)
    assert torch.allclose(goal("dlr", targeted=targeted)(LOGITS, EVERY)[0], wanted)


def test_dlr_does_not_see_the_scale():
    one, ten = (goal("dlr")(scale * LOGITS, EVERY)[0] for scale in (1, 10))
    assert torch.allclose(one, ten)


def test_success_is_a_lead_by_the_margin():
    assert goal("ce")(LOGITS, EVERY)[1].tolist() == [False, True]
    assert goal("ce", margin=3.5)(LOGITS, EVERY)[1].tolist() == [False, False]
    assert goal("ce", targeted=True)(LOGITS, EVERY)[1].tolist() == [True, False]


def test_a_tie_is_no_success_nor_what_rounding_could_undo():
    tie = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    close = tie + torch.tensor([[0.0, 1e-6], [0.0, 0.0]])
    assert not goal("ce")(tie, EVERY)[1].any()
    assert not goal("ce")(close, EVERY)[1].any()
    assert goal("ce").met(margins(close, LABELS)).tolist() == [True, False]
    assert rounding(tie.double()).max() < 1e-14


def test_labels_are_looked_up_by_position():
    assert goal("margin")(LOGITS[1:], torch.tensor([1]))[0].tolist() == [3.0]


def test_an_unknown_loss_is_refused():
    with pytest.raises(ParameterError, match="loss='hinge' is not one of ce, margin, dlr"):
        goal("hinge")


@pytest.mark.parametrize(("classes", "targeted"), [(2, False), (3, True)])
def test_dlr_needs_classes(classes, targeted):
    with pytest.warns(TooFewClassesWarning, match="the margin of the logits is ascended"):
        assert allowed("dlr", classes, targeted=targeted) == "margin"
    assert allowed("dlr", classes + 1, targeted=targeted) == "dlr"
    assert allowed("ce", classes, targeted=targeted) == "ce"
