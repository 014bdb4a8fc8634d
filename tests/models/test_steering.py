"""How a person tells a flow what a row is to be."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.errors import LabelError, ParameterError
from diabolo.frames import Frame
from diabolo.models.steering import LABEL, Steering


def table() -> pd.DataFrame:
    random = np.random.default_rng(0)
    data = pd.DataFrame(
        {
            "size": random.normal(170, 10, 200),
            "town": random.choice(["Rome", "Oslo", "Bern"], 200, p=[0.6, 0.3, 0.1]),
            "age": random.normal(40, 10, 200),
        }
    )
    data.loc[:20, "age"] = np.nan
    return data


def steering(names=("town", "age"), y=None):
    frame = Frame.of(table())
    return Steering.fit(frame, y, names, Schema.fit(frame), torch.arange(200))


def test_conditions_are_encoded_like_rows_that_have_them():
    found, known = steering()
    data = table()
    points, told, _ = found.told({"town": data.town[50], "age": data.age[50]}, 1)
    assert torch.allclose(points[0], known[50], atol=1e-4)
    assert told.all()


def test_a_gap_can_be_told():
    found, known = steering()
    points, _, _ = found.told({"age": None, "town": table().town[0]}, 2)
    assert torch.allclose(points[0], known[0], atol=1e-4)


def test_what_is_not_named_is_not_told():
    found, _ = steering()
    _, told, chosen = found.told({"town": "Rome"}, 3)
    assert told.sum(1).tolist() == [1, 1, 1]
    assert list(chosen) == ["town"]


def test_of_several_levels_each_comes_up_by_its_share():
    found, _ = steering()
    torch.manual_seed(0)
    _, _, chosen = found.told({"town": ["Rome", "Bern"]}, 4000)
    data = table().town.value_counts()
    share = data["Rome"] / (data["Rome"] + data["Bern"])
    assert float((chosen["town"] == 0).float().mean()) == pytest.approx(share, abs=0.03)


def test_labels_beside_the_rows_are_a_condition():
    found, known = steering((), y=np.arange(200) % 4)
    assert found.schema.names == (LABEL,)
    points, _, _ = found.told({LABEL: 3}, 1)
    assert torch.allclose(points[0], known[3])


def test_labels_that_are_all_the_same_tell_nothing():
    assert steering((), y=np.ones(200))[0] is None


@pytest.mark.parametrize(
    "given",
    [
        {"size": 170.0},
        {"wings": 2},
        {"town": "Atlantis"},
        {"age": (30, 40)},
        {"age": [30, 40]},
        {"town": None},
    ],
)
def test_refuses_what_it_cannot_be_told(given):
    found, _ = steering()
    with pytest.raises(ParameterError):
        found.told(given, 3)


def test_refuses_unknown_columns_and_labels_that_do_not_fit():
    with pytest.raises(ParameterError, match="no column 'wings'"):
        steering(("wings",))
    with pytest.raises(LabelError, match="one for each row"):
        steering((), y=np.arange(10))
    frame = Frame.of(table().rename(columns={"town": LABEL}))
    with pytest.raises(LabelError, match="already"):
        Steering.fit(frame, np.arange(200), (), Schema.fit(frame), torch.arange(200))
