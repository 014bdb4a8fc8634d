import pytest
import torch

from diabolo.errors import CollapseWarning, DeadDimensionWarning, OverfittingWarning
from diabolo.models import diagnosis


class Weighted:
    def __init__(self, *weights: float):
        self.weights = torch.tensor(weights)

    def decode_coordinates(self, code: torch.Tensor) -> torch.Tensor:
        return code * self.weights


@pytest.mark.parametrize(
    ("weights", "dead"),
    [((1.0, 1.0), []), ((1.0, 0.0), [2]), ((0.0, 0.0, 1.0), [1, 2]), ((1.0, 0.05), []), ((1.0, 0.02), [2])],
)
def test_a_dimension_is_dead_below_a_thousandth(weights: tuple[float, ...], dead: list[int]):
    codes = torch.randn(5000, len(weights), generator=torch.Generator().manual_seed(0))
    assert diagnosis.dead_dimensions(Weighted(*weights), codes) == dead


def test_a_decoder_that_says_nothing_has_no_dead_dimension_but_collapse():
    assert diagnosis.dead_dimensions(Weighted(0.0), torch.randn(10, 1)) == []


@pytest.mark.parametrize(("error", "collapsed"), [(0.5, False), (0.98, False), (0.995, True), (3.0, True)])
def test_collapse(error: float, collapsed: bool):
    assert [c for c, _ in diagnosis.collapse(error, 1.0)] == [CollapseWarning] * collapsed


@pytest.mark.parametrize(("train", "expected"), [(None, False), (1.0, False), (0.7, False), (0.6, True)])
def test_overfitting_says_both_errors(train: float | None, expected: bool):
    notes = diagnosis.overfitting(1.0, train)
    assert bool(notes) is expected
    assert all("1" in text and "0.6" in text for _, text in notes)


@pytest.mark.parametrize(
    ("note", "category"),
    [
        (diagnosis.death([1, 3], 4), DeadDimensionWarning),
        (diagnosis.collapse(1.0, 1.0), CollapseWarning),
        (diagnosis.overfitting(2.0, 1.0), OverfittingWarning),
    ],
)
def test_notes_are_sentences_and_warnings(note: list, category: type):
    with pytest.warns(category):
        (sentence,) = diagnosis.warn(note)
    assert sentence[0].isupper() or sentence[0].isdigit()
    assert sentence.endswith(".")


def test_many_dead_dimensions_are_not_all_listed():
    ((_, text),) = diagnosis.death(list(range(1, 31)), 64)
    assert "30 of 64 latent dimensions do nothing (z1, " in text
    assert "z9" not in text
