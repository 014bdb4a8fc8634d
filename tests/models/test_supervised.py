"""Labels of every row, the column that holds them, and the probabilities of a network."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo import Classifier, Schema
from diabolo.data.batch import Batch
from diabolo.errors import LabelError, ParameterError
from diabolo.frames import Frame
from diabolo.models.supervised import Classification
from diabolo.nn import Conv, Dense

pytestmark = pytest.mark.toy


def people(rows=80) -> pd.DataFrame:
    random = np.random.default_rng(0)
    age = random.normal(40, 10, rows)
    town = random.choice(["Rome", "Oslo"], rows)
    return pd.DataFrame({"age": age, "town": town, "income": np.where(age > 40, ">50K", "<=50K")})


def model(**more):
    return Classifier(**{"architecture": Dense((8,)), "max_epochs": 20, "random_state": 0, **more})


def test_the_log_loss_is_that_of_the_softmax():
    logits = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([2, -1, 0, 1, 1, 0])
    rows = Batch({}, {}, torch.tensor([0, 1, 2, 4, 5]))
    loss = Classification(torch.nn.Identity(), labels)  # the rows alone matter here
    found = loss.log_loss(logits, rows)
    expected = -logits.log_softmax(1)[torch.arange(5), [2, 0, 0, 1, 0]]
    expected[1] = 0  # no label
    assert torch.allclose(found, expected)
    truth = np.array([2, 0, 1, 0])
    assert loss.accuracy(logits, rows) == pytest.approx(
        (logits[[0, 2, 3, 4]].argmax(1).numpy() == truth).mean()
    )


def test_a_column_of_the_table_may_hold_the_labels():
    table = people()
    by_name = model().fit(table, "income")
    by_value = model().fit(table[["age", "town"]], table["income"])
    assert "income" not in by_name.schema_.names
    assert np.array_equal(by_name.predict_proba(table), by_value.predict_proba(table[["age", "town"]]))
    assert np.array_equal(by_name.predict(table[["age", "town"]]), by_name.predict(table))
    assert by_name.score(table, "income") == by_name.score(table, table["income"]) > 0.8


def test_a_schema_must_not_learn_from_the_labels():
    table = people()
    with pytest.raises(LabelError, match="the schema learns from 'income'"):
        model().fit(table, "income", schema=Schema.fit(Frame.of(table)))
    fitted = model().fit(table, "income", schema={"town": None})
    assert fitted.schema_.names == ("age",)


def test_minus_one_is_a_class():
    table = people()
    y = np.where(table["age"] > 45, 1, np.where(table["age"] > 35, 0, -1))
    assert model().fit(table, y).classes_.tolist() == [-1, 0, 1]


@pytest.mark.parametrize(
    ("y", "says"),
    [
        ([0, 1], "2 labels and 80 rows"),
        ([7] * 80, "there is one class"),
        ([None, "b", "b"] + ["a"] * 77, "1 of 80 rows have no label: leave them out"),
        (np.linspace(0, 1, 80), "numbers with decimals"),
        (None, "target y is None"),
    ],
)
def test_labels_that_do_not_fit_are_refused(y, says):
    with pytest.raises(LabelError, match=says):
        model().fit(people()[["age", "town"]], y)


def test_a_missing_column_of_labels_is_named():
    with pytest.raises(ValueError, match="no column 'wage'"):
        model().fit(people(), "wage")


@pytest.mark.parametrize(
    "bad", [{"threshold": 2}, {"size": "huge"}, {"architecture": "deep"}, {"max_epochs": 0}]
)
def test_parameters_out_of_range_are_refused(bad):
    with pytest.raises(ParameterError, match=next(iter(bad))):
        model(**{"architecture": "auto", **bad}).fit(people(), "income")


def test_images_are_read_by_convolutions():
    pixels = np.random.default_rng(0).random((30, 8, 8))
    fitted = model(architecture="auto", size="small", max_epochs=1).fit(pixels, np.arange(30) % 2)
    assert fitted.architecture_ == Conv((16, 32), hidden=128)


def test_a_run_goes_on_from_its_folder(tmp_path):
    table = people()
    whole = model(max_epochs=4).fit(table, "income")
    first = model(max_epochs=4).fit(table, "income", run_dir=tmp_path)
    again = model(max_epochs=4).fit(table, "income", run_dir=tmp_path)
    assert again.history_.plan["resumed_at"] == 4
    for other in (first, again):
        assert np.array_equal(other.predict_proba(table), whole.predict_proba(table))
    with pytest.raises(ValueError, match="labels"):
        model(max_epochs=4).fit(
            table[["age", "town"]], table["income"].iloc[::-1].to_numpy(), run_dir=tmp_path
        )
