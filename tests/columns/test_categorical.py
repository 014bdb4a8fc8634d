"""Levels without an order: rare, unknown and many."""

import numpy as np
import pytest
import torch

from diabolo.columns import Categorical
from diabolo.columns.categorical import MOST_COORDINATES, CategoryEmbedder
from diabolo.errors import SchemaError, UnknownCategoryWarning
from diabolo.frames import Frame


def fit(**cells: list) -> tuple[Categorical, Frame]:
    frame = Frame.of(cells)
    return Categorical.fit(frame, tuple(cells)), frame


def many(levels: int, rows: int = 2000) -> list[str]:
    return [f"z{i % levels:04d}" for i in range(rows)]


def test_in_a_small_table_no_level_is_rare():
    column, _ = fit(x=["b", "a", "b", "c"])
    assert column.levels == (("b", "a", "c"),)
    assert column.rare == ((),)


@pytest.mark.parametrize(("rows", "least"), [(100, 2), (2000, 2), (5000, 5)])
def test_in_a_larger_one_single_rows_are_put_together(rows, least):
    column, frame = fit(
        x=["r"] * (least - 1) + ["k"] * least + ["s"] * (least - 1) + ["a"] * (rows - 3 * least + 2)
    )
    assert column.levels == (("a", "k"),)
    assert column.rare == (("r", "s"),)
    values, seen = column.to_tensor(frame)
    assert seen.all()
    assert column.from_tensor(values)["x"].to_pylist().count("r") == 2 * (least - 1)


def test_when_all_levels_are_rare_one_is_kept():
    column, _ = fit(x=[f"{i:03d}" for i in range(150)])
    assert column.levels == (("000",),)
    assert len(column.rare[0]) == 149


@pytest.mark.parametrize("rows", [2000, 5000])
def test_there_are_never_more_than_a_thousand_levels(rows):
    column, _ = fit(x=many(1000, rows) + ["q"] * (rows // 1000))
    assert len(column.levels[0]) <= 1000


def test_a_level_never_met_goes_to_other_and_is_told_once():
    column, _ = fit(x=["a", "b", "b"])
    with pytest.warns(UnknownCategoryWarning, match="'x'.*'q'.*'other'") as told:
        values, seen = column.to_tensor(Frame.of({"x": ["b", "q", None, "q"]}))
    assert len(told) == 1
    assert values.ravel().tolist() == [1, 0, 0, 0]
    assert seen.ravel().tolist() == [True, True, False, True]


@pytest.mark.parametrize("rare", [False, True])
def test_other_is_given_only_where_levels_were_rare(rare):
    column, _ = fit(x=["a"] * 60 + ["b"] * 60 + ["r"] * rare)
    head = column.head(3)
    with torch.no_grad():
        head.log_share[0] = 20.0
    p = head(torch.zeros(50, 3), None)
    for values in (p.mode, p.sample(), column.from_coordinates(column.expected(p))):
        assert (values == 0).any() == rare
        assert set(column.from_tensor(values)["x"].to_pylist()) <= ({"a", "b", "r"} if rare else {"a", "b"})


def test_an_unknown_level_has_a_finite_score():
    column, _ = fit(x=["a", "b", "b"])
    assert torch.isfinite(
        column.head(3)(torch.zeros(1, 3), None).log_prob(torch.zeros(1, 1, dtype=torch.long))
    ).all()


def test_squared_distances_of_coordinates_are_zero_or_one():
    column, frame = fit(x=list("abca"), y=["u", "v", "u", "v"])
    coordinates = column.coordinates(column.to_tensor(frame)[0])
    distances = torch.cdist(coordinates, coordinates).square()
    assert torch.allclose(distances[0], torch.tensor([0.0, 2.0, 1.0, 1.0]), atol=1e-6)
    assert column.widths == (4, 3)


def test_the_error_of_probabilities_is_half_the_brier_score():
    column, frame = fit(x=list("abca"))
    p = column.head(3)(torch.randn(4, 3), None)
    values, _ = column.to_tensor(frame)
    brier = (p.mean[:, 0] - torch.nn.functional.one_hot(values[:, 0], 4)).square().sum(1)
    assert torch.allclose(
        (column.expected(p) - column.coordinates(values)).square().sum(1), brier / 2, atol=1e-6
    )


@pytest.mark.parametrize("levels", [63, 64, 200])
def test_beyond_sixty_three_levels_the_rest_share_a_coordinate(levels):
    column, frame = fit(x=many(levels), y=["u", "v"] * 1000)
    assert column.widths == (MOST_COORDINATES, 3)
    values, _ = column.to_tensor(frame)
    back = column.from_coordinates(column.coordinates(values))
    own = values[:, 0] < MOST_COORDINATES
    assert torch.equal(back[own], values[own])
    assert (back[~own, 0] == MOST_COORDINATES).all()
    expected = column.expected(column.head(3)(torch.randn(9, 3), None))
    assert torch.allclose(expected.sum(1), torch.full((9,), 2 * 0.5**0.5), atol=1e-5)


@pytest.mark.parametrize(("levels", "embedded"), [(63, 0), (100, 20), (900, 32)])
def test_many_levels_are_embedded(levels, embedded):
    column, frame = fit(x=many(levels, 3600))
    embedder = column.embedder()
    assert isinstance(embedder, CategoryEmbedder)
    assert embedder.width == MOST_COORDINATES + embedded
    values, seen = column.to_tensor(frame)
    features = embedder(values, seen)
    # Levels that share a coordinate are told apart by their embeddings.
    if embedded:
        features.sum().backward()
        assert all(parameter.grad.abs().sum() > 0 for parameter in embedder.parameters())
        last = features[torch.tensor([levels - 2, levels - 1])]
        assert torch.equal(last[0, :MOST_COORDINATES], last[1, :MOST_COORDINATES])
        assert not torch.equal(last[0], last[1])


def test_an_unknown_level_has_a_blank_embedding():
    column, _ = fit(x=many(100))
    unknown = column.embedder()(torch.zeros(1, 1, dtype=torch.long), None)
    assert (unknown[:, MOST_COORDINATES:] == 0).all()


def test_columns_of_unequal_size_are_padded_with_impossible_levels():
    column, _frame = fit(x=list("abca"), y=["u", "v", "u", "v"])
    p = column.head(3)(torch.randn(4, 3), None)
    assert p.mean.shape == (4, 2, 4)
    assert (p.mean[:, 1, 3] == 0).all()
    assert torch.allclose(p.mean.sum(-1), torch.ones(4, 2))


def test_marginal_shares_are_where_the_head_starts():
    rng = np.random.default_rng(0)
    column, frame = fit(x=rng.choice(list("abc"), 500, p=[0.7, 0.2, 0.1]).tolist())
    values, seen = column.to_tensor(frame)
    head = column.head(3, 1)
    head.start(torch.zeros(500, 1), values, seen)
    assert torch.allclose(
        head(torch.zeros(1, 3), torch.zeros(1, 1)).mean[0, 0], torch.tensor(column.shares[0]), atol=2e-3
    )


def test_nothing_at_all_is_refused():
    with pytest.raises(SchemaError, match="no value at all"):
        fit(x=[None, None])


def test_other_is_drawn_as_the_rare_levels_by_their_shares():
    column, _ = fit(x=["a"] * 4000 + ["r"] * 3 + ["s"])
    torch.manual_seed(0)
    drawn = column.from_tensor(column.draw_rare(torch.tensor([[0], [1]] * 2000), {}))["x"].to_pylist()
    assert drawn.count("a") == 2000
    assert abs(drawn.count("r") - 1500) < 80
    assert drawn.count("s") == 2000 - drawn.count("r")


def test_other_is_drawn_among_the_levels_that_are_wanted():
    column, _ = fit(x=["a"] * 4000 + ["r"] * 3 + ["s"])
    drawn = column.from_tensor(column.draw_rare(torch.zeros(50, 1, dtype=torch.long), {"x": ["a", "s"]}))
    assert set(drawn["x"].to_pylist()) == {"s"}


@pytest.mark.parametrize("rare", [[], ["q"]])
def test_levels_that_share_a_coordinate_are_drawn_by_their_shares(rare):
    column, _ = fit(x=many(200, 4000) + rare, y=["a", "b"] * 2000 + ["b"] * len(rare))
    torch.manual_seed(0)
    drawn = column.draw_beyond(torch.tensor([[0, 2]]).expand(13_700, -1))
    counts = torch.bincount(drawn[:, 0], minlength=201)
    assert counts[1:MOST_COORDINATES].sum() == 0
    assert 50 < counts[MOST_COORDINATES:].min() <= counts[MOST_COORDINATES:].max() < 150
    assert (counts[0] > 0) == bool(rare)
    assert set(drawn[:, 1].tolist()) == {2}
