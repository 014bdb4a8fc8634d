"""Rows as points and back: every kind of column, gaps, inflated values."""

import numpy as np
import pandas as pd
import pytest
import torch

from diabolo import Autoencoder
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.encoding import Encoding, LatentEncoding
from diabolo.nn import Dense


def table(rows: int = 300) -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "height": random.normal(170, 10, rows),
            "pay": np.where(random.random(rows) < 0.5, 0.0, random.lognormal(size=rows)),
            "town": random.choice(["Rome", "Oslo", "Bern"], rows, p=[0.7, 0.2, 0.1]),
            "smoker": random.choice(["yes", "no"], rows),
            "children": random.poisson(2, rows),
            "visits": random.poisson(40, rows),
            "since": pd.date_range("2020-01-01", periods=rows, freq="7h"),
        }
    )
    frame.loc[random.random(rows) < 0.2, "height"] = np.nan
    frame.loc[random.random(rows) < 0.3, "town"] = None
    return frame


def encoded(data):
    frame = Frame.of(data)
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    encoding = Encoding(schema).fit(batch)
    return schema, frame, batch, encoding


def test_a_table_comes_back_as_it_was():
    data = table()
    schema, frame, batch, encoding = encoded(data)
    found = encoding.decode(encoding(batch))
    again = schema.to_table(found.values, frame.template, seen=found.seen)
    assert again.dtypes.equals(data.dtypes)
    assert (again.isna() == data.isna()).all().all()
    assert np.allclose(again.height, data.height, rtol=1e-4, equal_nan=True)
    assert ((again.pay == 0) == (data.pay == 0)).all()
    for name in ("town", "smoker", "children", "visits"):
        assert (again[name].fillna("") == data[name].fillna("")).all(), name
    assert (again.since - data.since).abs().max() < pd.Timedelta("10min")


@pytest.mark.parametrize(
    "data", [np.random.default_rng(0).normal(3, 0.1, (50, 4)), np.ones((9, 4, 5), np.uint8) * 7]
)
def test_arrays_and_images_come_back_as_they_were(data):
    data = data + np.arange(len(data)).reshape(-1, *[1] * (data.ndim - 1)).astype(data.dtype)
    schema, frame, batch, encoding = encoded(data)
    assert encoding.sizes == ()
    again = schema.to_table(encoding.decode(encoding(batch)).values, frame.template)
    assert np.allclose(again, data, atol=1e-5)


def test_points_are_centered_and_every_column_has_unit_variance():
    _, _, batch, encoding = encoded(table(3000))
    points = encoding(batch)
    assert points.shape == (3000, encoding.width)
    assert points.mean(0).abs().max() < 0.05
    numbers, slots = points[:, : encoding.n_numbers], points[:, encoding.n_numbers :]
    assert torch.allclose(numbers.var(0), torch.ones(encoding.n_numbers), atol=0.1)
    totals = [float(group.var(0).sum()) for group in slots.split(encoding.sizes, 1)]
    assert totals == pytest.approx(
        [float(total > 0) for total in totals], abs=0.01
    )  # of a block with gaps, some have none
    assert sum(totals) >= 4


def test_an_array_keeps_its_shape():
    """One scale for all columns: a long cloud stays long."""
    data = np.random.default_rng(0).normal(size=(500, 2)) * [10.0, 0.1]
    _, _, batch, encoding = encoded(data)
    spread = encoding(batch).std(0)
    assert float(spread[0] / spread[1]) == pytest.approx(100, rel=0.1)


def test_levels_are_drawn_by_their_logits():
    _, _, _, encoding = encoded(table())
    raw = torch.zeros(20_000, encoding.width)
    first = encoding.n_numbers + sum(encoding.sizes[: encoding.sizes.index(5)])
    raw[:, first + 2] = np.log(3.0)
    torch.manual_seed(0)
    rows = encoding.decode(encoding.choose(raw, 0.5))
    town = rows.values["categorical"][:, 0][rows.seen["categorical"][:, 0]]
    assert float((town == 2).float().mean()) == pytest.approx(3 / 5, abs=0.02)
    assert float(rows.seen["categorical"].float().mean()) == pytest.approx(5 / 6, abs=0.02)


def test_a_draw_is_hard_forward_and_has_a_gradient():
    _, _, _, encoding = encoded(table())
    raw = torch.zeros(8, encoding.width, requires_grad=True)
    points = encoding.choose(raw, 0.5)
    slots = points[:, encoding.n_numbers :] * encoding.scale[encoding.n_numbers :]
    slots = slots + encoding.shift[encoding.n_numbers :]
    assert torch.allclose(slots.round(), slots, atol=1e-5)
    (points * torch.randn(encoding.width)).sum().backward()
    assert raw.grad.abs().sum() > 0


def test_what_training_never_had_is_never_made():
    """A column without gaps beside one that has some gets none, and no level beyond the known ones comes up."""
    random = np.random.default_rng(0)
    data = pd.DataFrame({"a": random.normal(size=200), "b": random.normal(size=200)})
    data.loc[:50, "a"] = np.nan
    schema, frame, _, encoding = encoded(data)
    torch.manual_seed(0)
    made = encoding.decode(10 * torch.randn(2000, encoding.width))
    again = schema.to_table(made.values, frame.template, seen=made.seen)
    assert again.a.isna().any()
    assert not again.b.isna().any()


def test_features_know_their_columns():
    schema, _, batch, encoding = encoded(table())
    changed = {key: values.clone() for key, values in batch.values.items()}
    column = schema.blocks["categorical"]
    changed["categorical"][:, 0] = 1
    moved = (encoding(Batch(changed, batch.seen, batch.index)) != encoding(batch)).any(0)
    numbers = torch.arange(encoding.width) < encoding.n_numbers
    assert set(encoding.owners[moved & ~numbers].tolist()) == {schema.names.index(column.names[0])}


def test_points_through_a_code_have_unit_size_and_stay_in_its_range():
    random = np.random.default_rng(0)
    rows = (random.normal(size=(200, 2)) @ random.normal(size=(2, 4))).astype(np.float32)
    model = Autoencoder(2, architecture=Dense((8,), linear_path=False), max_epochs=30, random_state=0).fit(
        rows
    )
    batch = model.schema_.to_batch(Frame.of(rows))
    encoding = LatentEncoding(model).fit(batch)
    with torch.inference_mode():
        points = encoding(batch)
        far = encoding.decode(1e6 * torch.ones(1, 2))
        edge = model.decode_values(model.encode_batch(batch).amax(0, keepdim=True))
    assert torch.allclose(points.std(0, correction=0), torch.ones(2), atol=1e-4)
    spread = model.decode_joint(torch.zeros(1, 2))["continuous"].log_scale.exp().max()
    assert (far.values["continuous"] - edge["continuous"]).abs().max() < 6 * spread


def test_levels_beyond_those_with_a_slot_keep_their_shares():
    town = [f"t{i % 200:03d}" for i in range(4000)]
    schema, frame, batch, encoding = encoded({"town": town, "x": np.arange(4000.0)})
    torch.manual_seed(0)
    found = encoding.decode(encoding(batch))
    again = schema.to_table(found.values, frame.template)["town"].to_pylist()
    counts = pd.Series(again).value_counts()
    assert len(counts) == 200
    assert counts.max() < 45
