"""The manifest: canonical, strict, and refused when it is not understood."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabolo.errors import ModelFileError, NewerVersionError, NotADiaboloFileError
from diabolo.files import manifest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
VALID = {"format": "diabolo", "format_version": 1, "kind": "model", "tensors": {}}


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_any_json_value_comes_back_equal_and_encodes_to_the_same_bytes(content):
    encoded = manifest.to_json(content)
    assert manifest.from_json(encoded) == content
    assert manifest.to_json(dict(reversed(content.items()))) == encoded


def test_text_that_is_not_valid_unicode_survives():
    content = {"column \udce9": "\x00\ud800"}
    assert manifest.from_json(manifest.to_json(content)) == content


@pytest.mark.parametrize(
    ("value", "plain"),
    [(np.int64(3), 3), (np.float32(0.5), 0.5), (np.bool_(True), True), (np.str_("a"), "a"), ((1, 2), [1, 2])],
)
def test_numpy_scalars_and_tuples_become_json_values(value, plain):
    stored = manifest.from_json(manifest.to_json({"x": value}))["x"]
    assert stored == plain
    assert type(stored) is type(plain)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        np.float32("nan"),
        {1, 2},
        b"bytes",
        pytest.param(object(), id="an object"),
        np.zeros(2),
        {1: "a", "1": "b"},
    ],
    ids=repr,
)
def test_what_is_not_json_is_refused_before_anything_is_written(value):
    with pytest.raises(ModelFileError, match="cannot be stored as JSON"):
        manifest.to_json({"x": value})


def test_keys_that_are_equal_as_text_are_refused():
    with pytest.raises(ModelFileError):
        manifest.to_json({"x": {None: 0, "null": 1}})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"k":1,"k":2}', "'k' occurs twice"),
        ('{"a":{"k":1,"k":1}}', "'k' occurs twice"),
        ('{"k":NaN}', "NaN is not a finite number"),
        ('{"k":-Infinity}', "-Infinity is not a finite number"),
        ('{"k":1e999}', "1e999 is not a finite number"),
        ('{"k":1', "delimiter"),
        ('{"k":1} x', "Extra data"),
        ("", "Expecting value"),
        ("[]", "not an object"),
        ("null", "not an object"),
        ('"diabolo"', "not an object"),
    ],
)
def test_loose_json_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        manifest.from_json(text.encode())


def test_json_nested_too_deeply_is_refused():
    with pytest.raises(RecursionError):
        manifest.from_json(b"[" * 10**6)


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        ({"format": "other"}, NotADiaboloFileError, "names another format"),
        ({"format_version": manifest.FORMAT_VERSION + 1}, NewerVersionError, "install a newer one"),
        ({"format_version": 0}, ModelFileError, "0 is not a format version"),
        ({"format_version": True}, ModelFileError, "True is not a format version"),
        ({"format_version": "1"}, ModelFileError, "'1' is not a format version"),
        ({"format_version": None}, ModelFileError, "None is not a format version"),
        ({"kind": 3}, ModelFileError, "lacks 'kind' or 'tensors'"),
        ({"tensors": []}, ModelFileError, "lacks 'kind' or 'tensors'"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused(change, error, sentence):
    manifest.check(VALID, "m.diabolo")
    with pytest.raises(error, match=sentence) as caught:
        manifest.check({**VALID, **change}, "m.diabolo")
    assert type(caught.value) is error
    assert "'m.diabolo'" in str(caught.value)


def test_the_stamp_names_every_version_and_nothing_that_changes():
    stamp = manifest.stamp()
    assert stamp == manifest.stamp()
    assert set(stamp) == {"format", "format_version", "created_by"}
    assert stamp["created_by"]["safetensors"][0].isdigit()


def test_a_package_that_is_not_installed_has_an_unknown_version(monkeypatch):
    monkeypatch.setattr(manifest, "_PACKAGES", ("no-such-package-here",))
    assert manifest.stamp()["created_by"]["no-such-package-here"] == "unknown"
