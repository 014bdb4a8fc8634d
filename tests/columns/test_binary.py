"""Two values of any type."""

import pytest
import torch

from diabolo.columns import Binary
from diabolo.errors import SchemaError, UnknownCategoryWarning
from diabolo.frames import Frame


def fit(cells: list) -> tuple[Binary, Frame]:
    frame = Frame.of({"x": cells})
    return Binary.fit(frame, ("x",)), frame


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        ([True, False, True], (False, True)),
        ([2, 1, 1], (1, 2)),
        ([0.5, -1.0, 0.5], (-1.0, 0.5)),
        (["yes", "no", "no"], ("no", "yes")),
        (["yes", None, "no"], ("no", "yes")),
    ],
)
def test_levels_are_in_order_and_come_back(cells, levels):
    column, frame = fit(cells)
    assert column.levels == (levels,)
    back = column.from_tensor(column.to_tensor(frame)[0])["x"].to_pylist()
    assert [b for b, c in zip(back, cells, strict=True) if c is not None] == [
        c for c in cells if c is not None
    ]
    assert column.gaps == (None in cells)


def test_shares_shrink_toward_nothing_by_half_a_row():
    assert fit(["a", "a", "b"])[0].share == pytest.approx((1.5 / 4,))


def test_a_third_value_is_missing_and_told():
    column, _ = fit(["a", "b"])
    with pytest.warns(UnknownCategoryWarning, match="'x'.*'c'.*treated as missing"):
        values, seen = column.to_tensor(Frame.of({"x": ["b", "c"]}))
    assert seen.tolist() == [[True], [False]]
    assert values.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("cells", "words"), [(["a", "b", "c"], "3 distinct values"), ([None, None], "no value at all")]
)
def test_other_columns_are_refused(cells, words):
    with pytest.raises(SchemaError, match=words):
        fit(cells)


def test_a_constant_column_forced_in_is_always_its_value():
    column, frame = fit([7, 7])
    p = column.head(3)(torch.randn(5, 3), None)
    assert set(column.from_tensor(p.sample())["x"].to_pylist()) == {7}
    assert column.to_tensor(frame)[1].all()


def test_probabilities_start_at_the_linear_fit():
    code = torch.linspace(-0.1, 0.1, 200).unsqueeze(1)
    frame = Frame.of({"x": [i % 4 == 0 for i in range(200)]})
    column = Binary.fit(frame, ("x",))
    values, seen = column.to_tensor(frame)
    head = column.head(2, 1)
    head.start(code, values, seen)
    slope = torch.linalg.lstsq(torch.cat([code, torch.ones_like(code)], 1), values).solution
    assert torch.allclose(head(torch.zeros(200, 2), code).mean, code * slope[0] + slope[1], atol=1e-4)
