"""JSON lines."""

from pathlib import Path

import pytest

from diabolo.data import json_lines
from diabolo.errors import DataError, EmptyDataError, MixedTypeWarning


def read(folder: Path, text: str):
    path = folder / "people.jsonl"
    path.write_text(text)
    return json_lines.read(path)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "b": "x"}\n{"b": "y"}\n',
        '[{"a": 1, "b": "x"}, {"b": "y"}]',
        '\n{"a":1,"b":"x"}\n\n{"b":"y"}',
        '\ufeff{"a": 1, "b": "x"}\n{"b": "y"}\n',
        '\ufeff [{"a": 1, "b": "x"}, {"b": "y"}]',
    ],
)
def test_lines_and_lists(tmp_path: Path, text: str):
    assert read(tmp_path, text).to_pydict() == {"a": [1, None], "b": ["x", "y"]}


def test_mixed_types_are_text(tmp_path: Path):
    with pytest.warns(MixedTypeWarning, match="'a' mixes int, str"):
        assert read(tmp_path, '{"a": 1}\n{"a": "x"}\n').to_pydict() == {"a": ["1", "x"]}


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", EmptyDataError, "empty"),
        ("[]", EmptyDataError, "no row"),
        ('{"a": 1}\n{"a": \n', DataError, "line 2: no valid JSON"),
        ('{"a": 1}\n5\n', DataError, "entry 2 is int"),
        ("[1, 2]", DataError, "entry 1 is int"),
        ('[{"a": 1}', DataError, "the list: no valid JSON"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize("text", [b'{"a": "caf\xe9"}\n', b'[{"a": "caf\xe9"}]'])
def test_text_that_is_not_utf8(tmp_path: Path, text: bytes):
    path = tmp_path / "a.jsonl"
    path.write_bytes(text)
    with pytest.raises(DataError, match="not UTF-8"):
        json_lines.read(path)
