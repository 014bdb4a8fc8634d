import numpy as np
import pandas as pd
import pytest
import torch

import diabolo
from diabolo.attacks import Limits
from diabolo.errors import CapabilityError, ParameterError
from diabolo.evaluate.coding import Coding
from diabolo.frames import Frame


@pytest.fixture
def mixed_coding(rng: np.random.Generator) -> Coding:
    """Integers, a heavy tail, gaps and a category."""
    n = 120
    table = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "income": np.exp(rng.normal(8, 1.5, n)),
            "size": rng.normal(1.7, 0.1, n),
            "city": rng.choice(["Bonn", "Rome"], n),
        }
    )
    table.loc[::5, "size"] = np.nan
    model = diabolo.Classifier(max_epochs=2, size="small", random_state=0)
    model.fit(table, np.where(table["age"] > 50, "old", "young"))
    return Coding.of(model, Frame.of(table))


def test_the_network_says_of_vectors_what_it_says_of_rows(mixed_coding: Coding):
    with torch.no_grad():
        p = mixed_coding.to_module()(torch.from_numpy(mixed_coding.x)).softmax(1).numpy()
    np.testing.assert_allclose(p, mixed_coding.model.predict_proba(mixed_coding.frame), atol=1e-5)


def test_unchanged_vectors_are_unchanged_rows(mixed_coding: Coding):
    rows = np.arange(5, 30)
    written = mixed_coding.written(mixed_coding.x[rows], rows)
    before = mixed_coding.frame.take(rows)
    for name in mixed_coding.frame.names:
        assert Frame.of(written).arrow(name).to_pylist() == before.arrow(name).to_pylist()


def test_a_number_moves_alone_and_in_its_unit(mixed_coding: Coding):
    x, where = mixed_coding.x.copy(), mixed_coding.positions
    x[0, where["age"]] += 3
    x[0, where["income"]] += 0.1
    written = mixed_coding.written(x[:1], np.array([0]))
    old = mixed_coding.frame.take(np.array([0]))
    assert written["age"][0] == old.arrow("age")[0].as_py() + 3
    assert written["income"][0] > old.arrow("income")[0].as_py()
    assert written["city"][0] == old.arrow("city")[0].as_py()
    cells = mixed_coding.cells(mixed_coding.x[0], x[0])
    assert {name for name, *_ in cells} == {"age", "income"}


def test_limits_are_those_of_the_training_rows(mixed_coding: Coding):
    limits, where = mixed_coding.limits(Limits(immutable=["size"], rises=["age"])), mixed_coding.positions
    ages = mixed_coding.x[:, where["age"]]
    assert (limits.low[where["age"]], limits.high[where["age"]]) == (ages.min(), ages.max())
    assert limits.whole == [where["age"]]
    assert where["size"] in limits.immutable
    assert limits.rises == [where["age"]]
    assert len(limits.immutable) == mixed_coding.x.shape[1] - 2
    unknown = mixed_coding.limits(Limits(immutable=["nothing"]))
    with pytest.raises(ParameterError, match="there is no feature"):
        unknown.domain(diabolo.attacks.L2(1.0), torch.from_numpy(mixed_coding.x))


def test_no_number_no_small_change():
    table = {"a": ["x", "y"] * 20, "b": ["u", "u", "v", "v"] * 10}
    model = diabolo.Classifier(max_epochs=1, size="small", random_state=0).fit(table, [0, 1] * 20)
    with pytest.raises(CapabilityError, match="none is a continuous number"):
        Coding.of(model, Frame.of(table))
