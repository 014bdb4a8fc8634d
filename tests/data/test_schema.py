"""The only two crossings between raw data and tensors."""

import dataclasses
import datetime as dt
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diabolo.data.readers import read
from diabolo.data.samples import people
from diabolo.data.schema import Schema
from diabolo.distributions import Joint
from diabolo.errors import (
    ConstantColumnWarning,
    EmptyColumnWarning,
    IdentifierColumnWarning,
    InfiniteValueWarning,
    MissingColumnError,
    OutputError,
    SchemaError,
    UnknownCategoryWarning,
)
from diabolo.frames import Frame

N = 150
QUIET = "ignore::diabolo.errors.DiaboloWarning"


def mixed() -> pd.DataFrame:
    """All kinds but images, in shuffled order, with gaps and columns that are left out."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": np.arange(N),
            "city": pd.Series(rng.choice(["Bonn", "Rome", "Kiel"], N), dtype="category"),
            "age": rng.integers(18, 90, N),
            "smoker": rng.random(N) < 0.3,
            "born": pd.to_datetime("1990-01-01") + pd.to_timedelta(rng.integers(0, 9000, N), "D"),
            "size": pd.Categorical(rng.choice(["S", "M", "L"], N), ["S", "M", "L"], ordered=True),
            "planet": "Earth",
            "kids": pd.Series(rng.poisson(0.8, N), dtype="Int64"),
            "income": rng.lognormal(10, 1, N),
            "note": np.nan,
        }
    )
    table.loc[::9, ["city", "kids", "income"]] = None
    return table


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return mixed()


@pytest.fixture(scope="module")
def frame(table) -> Frame:
    return Frame.of(table)


@pytest.fixture(scope="module")
def schema(frame) -> Schema:
    with pytest.warns() as told:
        schema = Schema.fit(frame)
    assert {w.category for w in told} == {ConstantColumnWarning, EmptyColumnWarning, IdentifierColumnWarning}
    return schema


def test_blocks_and_names(schema, table):
    assert schema.table == tuple(table.columns)
    assert schema.names == ("city", "age", "smoker", "born", "size", "kids", "income")
    assert {key: column.names for key, column in schema.blocks.items()} == {
        "categorical": ("city",),
        "continuous": ("age", "income"),
        "binary": ("smoker",),
        "datetime": ("born",),
        "ordinal": ("size",),
        "count": ("kids",),
    }
    assert [schema.key(column) for column in schema.columns] == list(schema.keys)


def test_only_blocks_with_gaps_have_flags(schema, frame):
    batch = schema.to_batch(frame)
    assert set(batch.values) == set(schema.keys)
    assert set(batch.seen) == {"categorical", "continuous", "count"}
    assert batch.seen["count"].sum() == N - len(range(0, N, 9))
    assert batch.index.tolist() == list(range(N))


def test_a_table_comes_back_with_its_kind_columns_order_and_dtypes(schema, frame, table):
    back = schema.to_table(schema.to_batch(frame).values, frame.template, frame)
    assert back.dtypes.equals(table.dtypes)
    assert back.index.equals(table.index)
    for name in table.columns:
        there = table[name].notna()
        if name == "income":
            assert back[name][there].to_numpy() == pytest.approx(table[name][there].to_numpy(), rel=1e-4)
        else:
            assert back[name][there].equals(table[name][there])


def test_gaps_are_filled(schema, frame):
    back = schema.to_table(schema.to_batch(frame).values, frame.template, frame)
    assert back.drop(columns="note").notna().all().all()


def test_without_rows_to_carry_constants_are_filled_in_and_identifiers_missing(schema, frame):
    back = schema.to_table(schema.to_batch(frame).rows(0, 5).values, frame.template)
    assert back["planet"].tolist() == ["Earth"] * 5
    assert back["id"].isna().all()
    assert len(back) == 5


@pytest.mark.parametrize(
    "value", [dt.date(2020, 5, 17), dt.datetime(2020, 5, 17, 3, tzinfo=dt.UTC), 2.5, True, "x"]
)
@pytest.mark.filterwarnings(QUIET)
def test_a_constant_of_any_type_is_filled_in_again(value):
    data = pa.table({"a": [1.5, 2.5, 9.0, 4.0], "k": [value] * 4})
    schema = Schema.fit(Frame.of(data))
    assert schema.to_table(schema.to_batch(Frame.of(data)).values, Frame.of(data).template)["k"].equals(
        data["k"]
    )


def test_rows_in_any_number_and_columns_in_any_order(schema, frame, table):
    some = Frame.of(table[list(table.columns[::-1])].drop(columns=["id", "note"]).iloc[10:20])
    batch, whole = schema.to_batch(some), schema.to_batch(frame).rows(10, 20)
    for key, values in batch.values.items():
        assert torch.equal(values, whole.values[key])


def test_a_missing_column_is_named(schema, table):
    with pytest.raises(MissingColumnError, match="'age'"):
        schema.to_batch(Frame.of(table.drop(columns="age")))


def test_a_new_category_is_told(schema, table):
    changed = table.astype({"city": str}).assign(city="Oslo")
    with pytest.warns(UnknownCategoryWarning, match="'city'.*'Oslo'"):
        batch = schema.to_batch(Frame.of(changed))
    assert "categorical" not in batch.seen


def test_infinite_numbers_are_missing_and_told(schema, table):
    with pytest.warns(InfiniteValueWarning, match="'age'"):
        batch = schema.to_batch(Frame.of(table.assign(age=np.inf)))
    assert not batch.seen["continuous"][:, 0].any()


def test_json_is_strict_and_exact(schema):
    text = json.dumps(schema.to_json(), allow_nan=False)
    again = Schema.from_json(json.loads(text))
    assert again == schema
    assert json.dumps(again.to_json()) == text


@pytest.mark.parametrize(
    ("change", "words"),
    [({"version": 99}, "version 99"), ({"columns": [{"kind": "smell"}]}, "'smell'.*binary")],
)
def test_a_schema_from_elsewhere_is_refused(schema, change, words):
    with pytest.raises(SchemaError, match=words):
        Schema.from_json(schema.to_json() | change)


def test_an_edited_file_is_honored(schema, frame, tmp_path, table):
    path = tmp_path / "schema.json"
    schema.save(path)
    plan = json.loads(path.read_text())
    assert [entry["name"] for entry in plan["columns"]] == list(table.columns)
    edits = {"age": "ordinal", "id": "continuous", "smoker": None}
    for entry in plan["columns"]:
        entry["kind"] = edits.get(entry["name"], entry["kind"])
    path.write_text(json.dumps(plan))
    edited = Schema.fit(frame, override=path)
    assert set(edited.names) == set(schema.names) - {"smoker"} | {"id"}
    assert edited.blocks["ordinal"].names == ("age", "size")


def test_an_old_file_survives_a_failure_to_save(schema, tmp_path):
    path = tmp_path / "schema.json"
    path.write_text("old")
    broken = dataclasses.replace(schema, options=({"scaling": object()},) * len(schema.columns))
    with pytest.raises(TypeError):
        broken.save(path)
    with pytest.raises(OutputError, match="create the folder first"):
        schema.save(tmp_path / "absent" / "schema.json")
    assert [p.name for p in tmp_path.iterdir()] == ["schema.json"]
    assert path.read_text() == "old"


@pytest.mark.filterwarnings(QUIET)
def test_a_plan_is_a_fixed_point(frame, schema):
    assert Schema.fit(frame, override=schema.plan()) == schema


def test_an_override_changes_the_columns_it_names_and_no_other(frame, schema, tmp_path):
    scaled = schema.override(frame, {"income": {"kind": "continuous", "scaling": "standard"}})
    changed = scaled.override(frame, {"age": "ordinal", "id": "continuous", "smoker": None})
    was, now = ({e["name"]: e for e in s.plan()["columns"]} for s in (scaled, changed))
    assert {name: now[name]["kind"] for name in now if now[name] != was[name]} == {
        "age": "ordinal",
        "id": "continuous",
        "smoker": None,
    }
    changed.save(tmp_path / "schema.json")
    assert scaled.override(frame, tmp_path / "schema.json") == changed
    with pytest.raises(SchemaError, match="'zip'"):
        schema.override(frame, {"zip": "categorical"})


@pytest.mark.filterwarnings(QUIET)
def test_options_make_blocks_of_their_own(frame):
    schema = Schema.fit(frame, override={"income": {"kind": "continuous", "scaling": "standard"}})
    assert schema.keys.count("continuous_2") == 1
    assert schema.blocks["continuous_2"].names == ("income",)
    assert schema.plan()["columns"][8]["options"] == {"scaling": "standard"}


@pytest.mark.filterwarnings(QUIET)
def test_nothing_left_to_learn_from_is_an_error_with_the_reasons():
    with pytest.raises(SchemaError, match=r"no column is left.*'a' holds one value only"):
        Schema.fit(Frame.of({"a": [1, 1], "b": [None, None]}))


def test_coordinates_lie_block_after_block(schema, frame):
    batch = schema.to_batch(frame)
    coordinates = schema.coordinates(batch)
    assert coordinates.shape == (N, schema.n_coordinates)
    assert schema.n_coordinates == sum(schema.widths.values()) == 4 + 6
    assert tuple(schema.widths) == schema.names
    assert [schema.names[i] for i in schema.owners] == ["city"] * 4 + [
        "age",
        "income",
        "smoker",
        "born",
        "size",
        "kids",
    ]
    seen = schema.coordinates_seen(batch)
    assert (coordinates[~seen] == 0).all()
    assert seen.sum(0).tolist() == [N - 17] * 4 + [N, N - 17, N, N, N, N - 17]


def test_coordinates_lead_back(schema, frame):
    batch = schema.to_batch(frame)
    back = schema.from_coordinates(schema.coordinates(batch))
    for key, values in back.items():
        seen = batch.seen.get(key, torch.ones_like(values, dtype=torch.bool))
        assert torch.allclose(values[seen].float(), batch.values[key][seen].float(), atol=1e-4)


def test_errors_by_column_are_sums_of_squares_of_their_own_coordinates(schema, frame):
    batch = schema.to_batch(frame)
    coordinates = schema.coordinates(batch)
    noise = torch.randn_like(coordinates)
    errors = schema.errors_by_column(batch, coordinates + noise)
    squared = torch.where(schema.coordinates_seen(batch), noise.square(), 0)
    for j in range(len(schema.names)):
        assert torch.allclose(errors[:, j], squared[:, schema.owners == j].sum(1), atol=1e-5)
    assert errors.shape == (N, len(schema.names))
    assert errors[0, schema.names.index("kids")] == 0


def test_expected_coordinates_of_a_joint(schema, frame):
    hidden = torch.randn(N, 5)
    joint = Joint({key: column.head(5)(hidden, None) for key, column in schema.blocks.items()})
    expected = schema.expected(joint)
    assert expected.shape == (N, schema.n_coordinates)
    assert torch.isfinite(schema.errors_by_column(schema.to_batch(frame), expected)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8"])
def test_an_array_is_one_block_in_its_own_units(dtype):
    x = (np.random.default_rng(0).random((40, 7)) * 100).astype(dtype)
    frame = Frame.of(x)
    schema = Schema.fit(frame)
    assert schema.keys == ("continuous",)
    batch = schema.to_batch(frame)
    assert not batch.seen
    coordinates = schema.coordinates(batch)
    assert coordinates.numpy() == pytest.approx(x - x.mean(0), abs=1e-3)
    back = schema.to_table(batch.values, frame.template)
    assert back.dtype == x.dtype
    assert back == pytest.approx(x, abs=1e-4)
    assert schema.errors_by_column(batch, coordinates + 2).numpy() == pytest.approx(
        np.full((40, 7), 4.0), rel=1e-4
    )


def test_another_width_is_refused_by_the_name_of_the_estimator():
    schema = Schema.fit(Frame.of(np.random.rand(9, 5)))
    with pytest.raises(
        ValueError, match="X has 3 features, but Autoencoder is expecting 5 features as input"
    ):
        schema.to_batch(Frame.of(np.ones((2, 3))))
    with pytest.raises(ValueError, match="but VAE is expecting"):
        schema.to_batch(Frame.of(np.ones((2, 3))), "VAE")


@pytest.mark.parametrize("kind", ["array", "pandas", "csv"])
@pytest.mark.parametrize("of", ["array", "table"])
@pytest.mark.filterwarnings(QUIET)
def test_rows_taken_by_position_come_back_under_their_own_names(of, kind, tmp_path):
    x = np.c_[np.random.default_rng(0).normal(size=(30, 3)), np.arange(30.0)]
    pandas = pd.DataFrame(x, columns=["age", "size", "score", "id"])
    pandas.to_csv(tmp_path / "d.csv", index=False)
    data = {"array": x, "pandas": pandas, "csv": read(tmp_path / "d.csv")}[kind]
    if of == "table":
        schema = Schema.fit(Frame.of(pandas.astype({"id": int})))
        assert set(schema.excluded) == {"id"}
    else:
        schema = Schema.fit(Frame.of(x))
    frame = Frame.of(data)
    back = schema.to_table(schema.to_batch(frame).values, frame.template, frame)
    assert type(back) is type(data)
    assert Frame.of(back).names == frame.names
    assert Frame.of(back).numbers() == pytest.approx(x, abs=1e-4)


@pytest.mark.parametrize("shape", [(12, 6, 5), (12, 6, 5, 3)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_images_are_one_column(shape, dtype):
    x = np.random.default_rng(0).integers(0, 256, shape).astype(dtype) / (1 if dtype == "uint8" else 255)
    x = x.astype(dtype)
    frame = Frame.of(x)
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    assert schema.widths == {"image": int(np.prod(shape[1:]))}
    coordinates = schema.coordinates(batch)
    assert schema.errors_by_column(batch, coordinates + 1).ravel().tolist() == pytest.approx(
        [30.0 * ((*shape, 1))[3]] * 12
    )
    assert schema.to_table(batch.values, frame.template) == pytest.approx(x, abs=1e-6)
    assert Schema.from_json(json.loads(json.dumps(schema.to_json(), allow_nan=False))) == schema


@pytest.mark.filterwarnings(QUIET)
def test_the_sample_table_is_read_as_its_documentation_says():
    schema = Schema.fit(Frame.of(people(500)))
    kinds = {name: column.kind for column in schema.columns for name in column.names}
    assert kinds == {
        "age": "continuous",
        "income": "continuous",
        "savings": "continuous",
        "height": "continuous",
        "weight": "continuous",
        "sex": "binary",
        "smoker": "binary",
        "city": "categorical",
        "schooling": "ordinal",
        "visits": "count",
        "joined": "datetime",
        "last_visit": "datetime",
    }
    assert set(schema.excluded) == {"person_id", "country"}


def test_it_can_be_printed(schema):
    rows = schema.describe()
    assert len(rows) == len(schema.columns) + len(schema.excluded)
    assert ("planet", "left out", "holds one value only, 'Earth'") in rows
    assert all(isinstance(cell, str) for row in rows for cell in row)


def test_it_cannot_be_changed(schema):
    with pytest.raises(dataclasses.FrozenInstanceError):
        schema.table = ()


CELLS = st.one_of(
    st.lists(st.floats(-1e6, 1e6, width=32) | st.none(), min_size=12, max_size=12),
    st.lists(st.integers(-20, 20) | st.none(), min_size=12, max_size=12),
    st.lists(st.sampled_from(["a", "b", "c", "d"]) | st.none(), min_size=12, max_size=12),
    st.lists(st.booleans() | st.none(), min_size=12, max_size=12),
    st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)) | st.none(), min_size=12, max_size=12),
)


@pytest.mark.filterwarnings(QUIET)
@given(st.lists(CELLS, min_size=1, max_size=4))
def test_any_table_goes_in_and_comes_out(columns):
    data = pa.table({f"c{j}": cells for j, cells in enumerate(columns)} | {"x": np.linspace(0, 1, 12)})
    frame = Frame.of(data)
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    back = schema.to_table(batch.values, frame.template, frame)
    assert back.schema == data.schema
    assert torch.isfinite(schema.coordinates(batch)).all()
    assert Schema.from_json(json.loads(json.dumps(schema.to_json(), allow_nan=False))) == schema
    for name in schema.names:
        for cell, cell_back in zip(data[name].to_pylist(), back[name].to_pylist(), strict=True):
            if cell is not None and not isinstance(cell, float):
                assert cell_back == cell
            assert cell_back is not None


ENGLISH, GERMAN = "{:,}".format, lambda x: f"{x:,}".translate({44: ".", 46: ","})
KINDS_OF_NUMBERS = ("continuous", "count", "ordinal", "binary", "categorical")


def written(write, around: str, cents: list[int], kind: str) -> list[str]:
    """Numbers as text, after some that prove how they are written."""
    if kind == "binary":
        numbers = [1234.5, 1.234] * 4
    elif kind == "count":
        numbers = [1234567, 5, *map(abs, cents)]
    else:
        numbers = [1234567.25, 0.5, *(n / 1000 for n in cents)]
    return [around.format(write(x)) for x in numbers]


@given(
    cents=st.lists(st.integers(-(10**7), 10**7), min_size=3, max_size=8, unique=True),
    write=st.sampled_from([ENGLISH, GERMAN]),
    around=st.sampled_from(["{}", "{} %", "{} €", "$ {}", "CHF {}"]),
    kind=st.sampled_from(KINDS_OF_NUMBERS),
    of_file=st.booleans(),
)
@pytest.mark.filterwarnings(QUIET)
def test_a_row_alone_is_read_as_within_its_table(tmp_path_factory, cents, write, around, kind, of_file):
    cells = written(write, around, cents, kind)
    path = tmp_path_factory.mktemp("rows") / "a.csv"

    def frame(some: list[str]) -> Frame:
        path.write_text("price;n\n" + "".join(f"{cell};7\n" for cell in some))
        return Frame.of(read(path)) if of_file else Frame.of(pa.table({"price": some, "n": [7] * len(some)}))

    schema = Schema.fit(frame(cells), {"price": kind, "n": None})
    schema = Schema.from_json(json.loads(json.dumps(schema.to_json())))
    whole = schema.to_batch(frame(cells)).values[kind]
    for row, cell in enumerate(cells):
        assert torch.equal(schema.to_batch(frame([cell])).values[kind][0], whole[row]), cell


@pytest.mark.filterwarnings(QUIET)
def test_a_file_of_before_styles_were_kept_has_none():
    stored = Schema.fit(Frame.of({"price": ["1.234,5", "7", "8"]}), {"price": "continuous"}).to_json()
    assert stored["columns"][0].pop("styles") == ("1.234,5",)
    assert Schema.from_json(stored).columns[0].styles == ()


@pytest.mark.parametrize("style", ["1.234,5", "1234.5"])
@pytest.mark.filterwarnings(QUIET)
def test_rows_written_otherwise_are_read_as_they_say(style: str):
    frame = Frame.of({"price": ["1,234,567", "5"]})
    assert frame.as_written({"price": style}).numbers().ravel().tolist() == [1234567, 5]


@pytest.mark.filterwarnings(QUIET)
def test_levels_that_look_like_numbers_when_alone():
    rows = {"size": ["1,50", "007", "XL", "XL", "1,50", "007"], "x": [1.5, 2.25, 3, 4, 5, 6]}
    schema = Schema.fit(Frame.of(rows), {"size": "categorical"})
    alone = schema.to_batch(Frame.of({"size": ["1,50"], "x": [1.5]}))
    assert alone.values["categorical"][0] == schema.to_batch(Frame.of(rows)).values["categorical"][0]


def test_gaps_at_the_mean():
    frame = Frame.of({"x": [1.0, 3.0, None, 8.0], "y": [0.5, None, 1.5, 4.0]})
    schema = Schema.fit(frame, {"x": "continuous", "y": "continuous"})
    batch = schema.to_batch(frame)
    x, filled = schema.coordinates(batch), schema.filled(batch)
    assert torch.allclose(filled[2, 0], x[[0, 1, 3], 0].mean(), atol=1e-6)
    assert torch.equal(schema.filled(batch, torch.full((2,), 7.0))[1], torch.tensor([x[1, 0], 7.0]))
    complete = batch.rows(3, 4)
    assert torch.equal(schema.filled(complete), schema.coordinates(complete))
