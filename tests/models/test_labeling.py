import numpy as np
import pytest
import torch

from diabolo.data.labels import Labels
from diabolo.models.labeling import LABELERS, Probe, Spread, folds_of

GIVEN = 12


@pytest.fixture
def islands(rng):
    """Three clouds, far apart, of 40 rows each."""
    truth = np.repeat(np.arange(3), 40)
    codes = torch.from_numpy(
        rng.normal(size=(120, 2)) + 8 * np.stack([np.cos(2 * truth), np.sin(2 * truth)], 1)
    ).float()
    return codes, truth


def some(truth, per):
    codes = np.full(len(truth), -1)
    for c in range(3):
        codes[np.flatnonzero(truth == c)[:per]] = c
    return Labels(np.arange(3), codes)


@pytest.mark.parametrize("name", LABELERS)
@pytest.mark.parametrize("per", [2, 5])
def test_islands_get_their_labels(islands, name, per):
    codes, truth = islands
    labeler, scores, left_out = LABELERS[name].fit(codes, some(truth, per), None)
    assert (scores.argmax(1) == truth).all()
    assert (labeler.scores(codes + 0.01).argmax(1) == truth).all()
    assert (left_out.argmax(1) == np.repeat(np.arange(3), per)).all()
    again = type(labeler).from_tensors(labeler.tensors())
    assert np.array_equal(again.scores(codes), labeler.scores(codes))


@pytest.mark.parametrize("name", ["knn", "spread"])
@pytest.mark.parametrize("per", [2, 4])
def test_leaving_one_out_is_fitting_without_it(islands, name, per):
    """The short cut gives what a fit without the row gives: here the order of its scores and their differences."""
    codes, truth = islands
    labels = some(truth, per)
    _, _, left_out = LABELERS[name].fit(codes, labels, 5)
    for place, row in enumerate(labels.rows[:3]):
        without = labels.codes.copy()
        without[row] = -1
        labeler, scores, _ = LABELERS[name].fit(codes, Labels(labels.classes, without), 5)
        expected = scores[row]
        if isinstance(labeler, Spread) and per == 2:  # centered fields have a scale of their own
            expected = expected * (np.ptp(left_out[place]) / np.ptp(expected))
        if name == "knn":  # its bandwidth is that of all labels
            assert expected.argmax() == left_out[place].argmax()
        else:
            assert np.allclose(expected, left_out[place], atol=0.05 * np.ptp(left_out[place]) + 0.02)


def test_folds_leave_one_out_or_ten_with_all_classes():
    few, many = (Labels(np.arange(2), np.arange(n) % 2) for n in (100, 300))
    assert len(np.unique(folds_of(few))) == 100
    folds = folds_of(many)
    assert np.unique(folds, return_counts=True)[1].tolist() == [30] * 10
    assert all(len(np.unique(many.codes[folds == f])) == 2 for f in range(10))


def test_a_probe_leaves_no_class_out_whole():
    """Three labels a class in turn, as a person writes them down: every fold keeps two of each."""
    classes = np.tile(np.arange(10), 3)
    codes = torch.from_numpy(
        4.0 * np.eye(10)[classes] + 0.01 * np.random.default_rng(0).normal(size=(30, 10))
    )
    _, _, left_out = Probe.fit(codes, Labels.of(classes, 30), None)
    assert (left_out.argmax(1) == classes).mean() == 1.0
