"""Checks that every kind of input passes."""

import pytest

from diabolo.errors import DataError, DuplicateColumnError, EmptyDataError
from diabolo.frames.source import check_names, check_size


def test_names_that_differ_pass():
    assert check_names(["a", "b"]) == ("a", "b")


def test_names_that_repeat_are_listed():
    with pytest.raises(DuplicateColumnError, match="2 column names occur more than once: 'a', 'b'"):
        check_names(["a", "b", "c", "b", "a"])


def test_many_repeated_names_are_not_all_listed():
    with pytest.raises(DuplicateColumnError, match=r"'4', \.\.\."):
        check_names([str(i) for i in range(9)] * 2)


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((0, 3), EmptyDataError, r"0 sample\(s\) \(shape=\(0, 3\)\) while a minimum of 1 is required"),
        ((3, 0), DataError, r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required."),
        ((3, 5, 0), DataError, "feature"),
    ],
)
def test_nothing_is_refused(shape: tuple[int, ...], error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        check_size(shape)
