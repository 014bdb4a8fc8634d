"""A cost that pulls neighbors together and pushes others apart."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, make_blobs

from diabolo import Autoencoder, load
from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.evaluate import map_quality
from diabolo.nn import Dense
from diabolo.terms import Neighbors
from diabolo.terms.neighbors import contrast

pytestmark = pytest.mark.toy


def batch(x: torch.Tensor, first: int = 0) -> Batch:
    return Batch({"continuous": x}, {}, torch.arange(first, first + len(x)))


def prepared(x: torch.Tensor, first: int = 0, **parameters):
    rows = batch(x, first)
    return rows, Neighbors(**parameters).prepare(rows, lambda k: x[:, :k])


PAIRS = torch.tensor([[0.0, 0.0], [0.0, 0.1], [5.0, 5.0], [5.0, 5.1]])  # 0 and 1 are neighbors, 2 and 3 too


def test_the_graph_is_that_of_the_rows_wherever_they_stood_in_the_table():
    _, cost = prepared(PAIRS, first=7, k=1)
    assert cost.graph.ravel().tolist() == [1, 0, 3, 2]
    assert cost.position[torch.tensor([7, 10])].tolist() == [0, 3]


def test_the_cost_of_a_tiny_graph_by_hand():
    rows, cost = prepared(PAIRS, k=1, weight=0.5)
    code = torch.tensor([[0.0], [1.0], [3.0], [3.0]])
    found = cost(code, rows, lambda other: code[other.index])
    partner = code[[1, 0, 3, 2]]
    for i in range(4):
        q = lambda other, i=i: 1 / (1 + float(code[i] - other) ** 2)  # noqa: E731
        others = sum(q(code[m]) for m in range(4) if m != i) + sum(q(partner[m]) for m in range(4) if m != i)
        expected = -np.log(q(partner[i]) / (q(partner[i]) + others))
        assert found[i] == pytest.approx(0.5 * 2 * expected, rel=1e-5)  # two cells a row


def test_neighbors_are_pulled_together_and_others_pushed_apart():
    rows, cost = prepared(PAIRS, k=1)
    code = torch.tensor([[-1.0], [1.0], [2.0], [4.0]], requires_grad=True)
    cost(code, rows, lambda other: code[other.index]).sum().backward()
    downhill = -code.grad[:, 0]
    assert downhill[0] > 0  # towards its neighbor on the right
    assert downhill[3] < 0  # towards its neighbor on the left
    assert downhill[1] < downhill[0]  # torn between its neighbor and the push of the other pair
    apart = torch.tensor([[0.0], [0.0], [1.0], [1.0]], requires_grad=True)
    cost(apart, rows, lambda other: apart[other.index]).sum().backward()
    assert (-apart.grad[:, 0]).sign().tolist() == [-1, -1, 1, 1]


def test_the_cost_falls_from_chance_to_nothing():
    nowhere, n = torch.zeros(6, 2), 6
    assert contrast(nowhere, nowhere).exp() == pytest.approx(torch.full((n,), 1.0 + 2 * (n - 1)), rel=1e-5)
    scattered = torch.arange(6.0)[:, None] * 1e6
    assert contrast(scattered, scattered).max() < 1e-9


def test_half_precision_codes_are_compared_in_full():
    code = torch.randn(8, 2)
    assert contrast(code.bfloat16(), code.bfloat16()).dtype == torch.float32


def test_gradients_are_those_of_differences():
    code, partner = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    numbers = torch.randn(5, 3, requires_grad=True)
    step = 1e-2
    contrast(numbers, partner.float()).sum().backward()
    nudge = torch.zeros(5, 3)
    nudge[2, 1] = step
    with torch.no_grad():
        up, down = (contrast(numbers + s * nudge, partner.float()).sum() for s in (1, -1))
    assert float(numbers.grad[2, 1]) == pytest.approx(float(up - down) / (2 * step), rel=1e-2, abs=1e-3)
    assert code.shape == partner.shape


def test_partners_are_drawn_from_the_graph_only():
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    rows, cost = prepared(x, k=4)
    asked = []
    for _ in range(30):
        cost(x, rows, lambda other: asked.append(other.index) or x[other.index])
    drawn = torch.stack(asked, 1)
    allowed = [set(near.tolist()) for near in cost.graph]
    assert [set(row.tolist()) for row in drawn] == allowed  # 30 draws of 4: each of them comes


@pytest.mark.parametrize(
    ("parameters", "said"), [({"weight": -1.0}, "weight=-1"), ({"k": 0}, "k=0"), ({"k": True}, "k=True")]
)
def test_what_makes_no_sense_is_refused(parameters, said):
    with pytest.raises(ParameterError, match=said):
        Neighbors(**parameters)


def test_fewer_rows_than_neighbors_are_refused_with_what_is_allowed():
    with pytest.raises(
        ParameterError, match=r"more than 15 training rows, but there are 9: give k from 1 to 8"
    ):
        Autoencoder(2, penalty=Neighbors(), random_state=0).fit(np.random.default_rng(0).normal(size=(9, 5)))


def test_gaps_and_categories_are_welcome():
    x, town = make_blobs(200, 4, centers=3, random_state=0)
    x[::7, 1] = np.nan
    table = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "town": [f"t{i}" for i in town]}
    model = Autoencoder(2, penalty=Neighbors(k=5), max_epochs=2, random_state=0).fit(table)
    assert np.isfinite(model.transform(table)).all()


def test_the_map_of_a_model_with_the_penalty_separates_better():
    x, y = load_digits(return_X_y=True)
    train, test = slice(0, 800), slice(800, 1200)
    plan = {"architecture": Dense((128, 64)), "max_epochs": 15, "batch_size": 64, "random_state": 0}
    plain = Autoencoder(2, **plan).fit(x[train])
    near = Autoencoder(2, penalty=Neighbors(), **plan).fit(x[train])
    hits = [map_quality(model, x[test], y[test]).model.hits[5] for model in (plain, near)]
    assert hits[1] > hits[0] + 0.05
    assert near.score(x[test]) > 0.75 * plain.score(x[test])


def test_a_saved_model_remembers_the_penalty(tmp_path):
    x = load_digits().data[:100]
    model = Autoencoder(2, penalty=Neighbors(0.25, k=7), max_epochs=1, random_state=0).fit(x)
    model.save(tmp_path / "near.diabolo")
    again = load(tmp_path / "near.diabolo")
    assert again.penalty == Neighbors(0.25, k=7)
    assert np.array_equal(again.transform(x), model.transform(x))
