import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.errors import DataError, EmptyDataError, MissingColumnError, SmallGroupWarning
from diabolo.frames import Frame
from diabolo.maps.groups import groups_of, means

FRAME = Frame.of(np.eye(6))
LABELS = {
    "integers": np.array([7, 3, 7, 3, 7, 3]),
    "a tensor": torch.tensor([7, 3, 7, 3, 7, 3]),
    "a series": pd.Series([7, 3, 7, 3, 7, 3]),
    "text": ["b", "a", "b", "a", "b", "a"],
    "objects": np.array(["b", "a", "b", "a", "b", "a"], dtype=object),
    "truth": [True, False] * 3,
    "categories": pd.Series(list("bababa"), dtype="category"),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_any_kind(kind):
    found = groups_of(LABELS[kind], FRAME)
    assert len(found.classes) == 2
    assert found.classes[0] < found.classes[1]
    assert found.codes.tolist() == [1, 0] * 3
    assert found.counts.tolist() == [3, 3]


def test_none_and_nan_are_in_no_group():
    for labels in (["a", None, "a", None, None, "a"], [1.0, np.nan, 1.0, np.nan, np.nan, 1.0]):
        found = groups_of(labels, FRAME)
        assert found.codes.tolist() == [0, -1, 0, -1, -1, 0]


def test_a_column_by_its_name():
    frame = Frame.of({"city": ["Rome", "Bonn", "Rome", "Bonn"], "n": [1, 2, 3, 4]})
    assert groups_of("city", frame).classes.tolist() == ["Bonn", "Rome"]
    with pytest.raises(MissingColumnError, match="country"):
        groups_of("country", frame)


def test_labels_for_other_rows():
    with pytest.raises(DataError, match="5 labels for 6 rows"):
        groups_of([1] * 5, FRAME)
    with pytest.raises(DataError, match="cells of type list"):
        groups_of([[1, 2], "a", 3, 4, 5, 6], FRAME)


@pytest.mark.parametrize("labels", [[None] * 6, np.full(6, np.nan)])
def test_no_row_in_any_group(labels):
    with pytest.raises(EmptyDataError, match="no row is in any group"):
        groups_of(labels, FRAME)


def test_a_group_of_one_is_noted():
    with pytest.warns(SmallGroupWarning, match=r"1 group has one row \('z'\)"):
        found = groups_of(["a", "a", "z", "a", "a", "a"], FRAME)
    assert found.counts.tolist() == [5, 1]


def test_means_within_groups():
    values = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    labels = [1, 0, None, 1, 0, 1]
    found = means(values, groups_of(labels, FRAME))
    np.testing.assert_allclose(found, [values[[1, 4]].mean(0), values[[0, 3, 5]].mean(0)], rtol=1e-6)
