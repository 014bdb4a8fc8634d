import numpy as np
import torch

from diabolo.models.querying import worth_labeling


def test_unsure_rows_in_crowds_come_first_and_apart(rng):
    crowd, other = rng.normal(size=(30, 2)) * 0.1, rng.normal(size=(30, 2)) * 0.1 + 5
    lonely = np.array([[50.0, 50.0]])
    codes = torch.from_numpy(np.vstack([crowd, other, lonely])).float()
    shares = np.full((61, 2), 0.5)
    shares[40:60] = [0.99, 0.01]
    found = worth_labeling(codes, shares, np.arange(61), 2)
    assert {int(found[0]) < 30, int(found[1]) < 30} == {True, False}
    assert 60 not in found
    assert all(i < 40 for i in found)


def test_labeled_rows_are_not_asked_for_and_there_may_be_fewer(rng):
    codes = torch.from_numpy(rng.normal(size=(20, 2))).float()
    found = worth_labeling(codes, np.full((20, 2), 0.5), np.array([3, 8, 9]), 10)
    assert sorted(found.tolist()) == [3, 8, 9]
