"""A person's choices, and which columns go together."""

import json
import warnings

import pytest

from diabolo.columns import Continuous
from diabolo.data.inference import Finding
from diabolo.data.kinds import KINDS, blocks_of, fit_column, listed, warn_excluded, with_overrides
from diabolo.data.schema import Schema
from diabolo.errors import AmbiguousTextWarning, ConstantColumnWarning, EmptyColumnWarning, SchemaError
from diabolo.frames import Frame

FINDINGS = {"a": Finding("continuous"), "b": Finding("count"), "c": Finding(None, why="is odd", value=3)}


def kinds(override) -> dict[str, str | None]:
    return {name: found.kind for name, found in with_overrides(FINDINGS, override).items()}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (None, ("continuous", "count", None)),
        ({}, ("continuous", "count", None)),
        ({"a": "count"}, ("count", "count", None)),
        ({"a": None}, (None, "count", None)),
        ({"c": "categorical"}, ("continuous", "count", "categorical")),
        (
            {"columns": [{"name": "b", "kind": "ordinal"}, {"name": "c", "kind": None}]},
            ("continuous", "ordinal", None),
        ),
    ],
)
def test_choices(override, expected):
    assert tuple(kinds(override).values()) == expected


@pytest.mark.parametrize(
    "override",
    [
        {"a": {"kind": "continuous", "scaling": "quantile"}},
        {"columns": [{"name": "a", "kind": "continuous", "options": {"scaling": "quantile"}}]},
    ],
)
def test_options(override):
    assert with_overrides(FINDINGS, override)["a"].options == {"scaling": "quantile"}


def test_what_was_left_out_anyway_keeps_its_reason_and_its_value():
    assert with_overrides(FINDINGS, {"c": None})["c"] == FINDINGS["c"]
    assert with_overrides(FINDINGS, {"a": None})["a"].why == "was left out by hand"


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"z": "count"}, "'z'.*the data have 'a', 'b', 'c'"),
        ({"a": "number"}, "'number'.*binary, categorical, continuous, count, datetime, image, ordinal"),
        ({"a": {"scaling": "quantile"}}, "allowed are"),
        ({"a": 3}, "allowed are"),
        ({"columns": [{"name": "a"}]}, "needs a name and a kind"),
        ({"columns": ["a"]}, "needs a name and a kind"),
        ({"columns": [{"name": ["a"], "kind": "count"}]}, "needs a name and a kind"),
        ({"columns": [{"name": "a", "kind": ["count"]}]}, "allowed are"),
        ({"columns": [{"name": "a", "kind": "count", "options": None}]}, "options are None"),
        ({"columns": [{"name": "a", "kind": "count", "options": ["x"]}]}, "an object is needed"),
        (5, "a mapping of columns to kinds or the path of a JSON file, but 5 came"),
        (["a"], "a mapping"),
    ],
)
def test_mistakes_are_told_with_what_is_allowed(override, words):
    with pytest.raises(SchemaError, match=words):
        with_overrides(FINDINGS, override)


@pytest.mark.parametrize(
    ("text", "words"), [("{", "not JSON"), ("[1]", "an object is needed"), (None, "cannot be read")]
)
def test_files_that_are_no_schema(tmp_path, text, words):
    path = tmp_path / "schema.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SchemaError, match=words):
        with_overrides(FINDINGS, path)


@pytest.mark.parametrize("as_text", [False, True])
def test_a_file(tmp_path, as_text):
    path = tmp_path / "schema.json"
    path.write_text(json.dumps({"a": "count"}))
    assert kinds(str(path) if as_text else path)["a"] == "count"


def test_columns_of_a_kind_go_together_unless_options_or_sizes_differ():
    many = [f"z{i % 50}" for i in range(100)]
    few = ["u", "v", "w", "u"] * 25
    frame = Frame.of({"a": [1.0] * 100, "m": many, "f": few, "b": [2.0] * 100, "g": few, "q": [3.0] * 100})
    findings = {
        "a": Finding("continuous"),
        "m": Finding("categorical"),
        "f": Finding("categorical"),
        "b": Finding("continuous"),
        "g": Finding("categorical"),
        "q": Finding("continuous", {"scaling": "quantile"}),
    }
    assert blocks_of(frame, findings) == [
        ("continuous", ("a", "b"), {}),
        ("categorical", ("m",), {}),
        ("categorical", ("f", "g"), {}),
        ("continuous", ("q",), {"scaling": "quantile"}),
    ]


def test_fitting_a_block():
    frame = Frame.of({"a": [1.0, 2.0]})
    assert isinstance(fit_column(frame, "continuous", ("a",), {"scaling": "standard"}), Continuous)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("continuous", {"scalling": "x"}, "continuous has no option 'scalling'; it has .'scaling'"),
        ("datetime", {}, "'a' is of type string"),
        ("continuous", {}, "'a' cannot be continuous"),
        ("binary", {}, "3 distinct values"),
    ],
)
def test_what_the_data_cannot_bear(kind, options, words):
    with pytest.raises(SchemaError, match=words):
        fit_column(Frame.of({"a": ["x", "y", "z"]}), kind, ("a",), options)


def test_every_kind_is_named_after_itself():
    assert all(column.kind == kind for kind, column in KINDS.items())


@pytest.mark.parametrize(("count", "expected"), [(1, "'n0'"), (3, "'n0', 'n1', ... (3 in all)")])
def test_lists_for_messages(count, expected):
    assert listed([f"n{i}" for i in range(count)], 2) == expected


def test_one_warning_per_reason():
    constant = Finding(None, why="holds one value only, 3", warning=ConstantColumnWarning)
    excluded = {f"c{i}": constant for i in range(5)} | {
        "e": Finding(None, why="is empty", warning=EmptyColumnWarning)
    }
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        warn_excluded(excluded)
    assert [w.category for w in told] == [ConstantColumnWarning, EmptyColumnWarning]
    assert "'c2' holds one value only, 3; and 2 more columns likewise" in str(told[0].message)
    assert "'e' is empty: left out" in str(told[1].message)


def test_unclear_text_is_told_unless_a_person_has_said_what_it_is():
    frame = Frame.of({"born": ["01/02/2026", "03/04/2026"] * 9, "x": range(18)})
    with pytest.warns(AmbiguousTextWarning, match="column 'born' holds dates.*--kind born=datetime:day"):
        Schema.fit(frame, {"x": "continuous"})
    for choice in ({"kind": "datetime", "order": "day"}, "categorical", None):
        assert Schema.fit(frame, {"x": "continuous", "born": choice}).table == ("born", "x")
