"""Every error is also the built-in error it would be elsewhere, and says in one sentence what it is."""

import inspect

import pytest

from diabolo import errors

CLASSES = [getattr(errors, name) for name in errors.__all__]
ERRORS = [c for c in CLASSES if issubclass(c, errors.DiaboloError) and c is not errors.DiaboloError]
WARNINGS = [c for c in CLASSES if issubclass(c, Warning) and c is not errors.DiaboloWarning]
BUILT_IN = (ValueError, ArithmeticError, OSError, ImportError)


def test_the_list_is_complete_and_sorted():
    defined = [
        name
        for name, thing in vars(errors).items()
        if inspect.isclass(thing) and thing.__module__ == errors.__name__
    ]
    assert sorted(defined) == errors.__all__


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_caught_as_ours_and_as_a_built_in(error: type[Exception]):
    assert sum(issubclass(error, built_in) for built_in in BUILT_IN) == 1
    with pytest.raises(errors.DiaboloError, match="what came"):
        raise error("what came, what is allowed, what to do")


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_warning_can_be_silenced_as_ours(warning: type[Warning]):
    assert issubclass(warning, errors.DiaboloWarning)
    assert issubclass(warning, UserWarning)


@pytest.mark.parametrize("cls", CLASSES)
def test_each_says_what_it_is(cls: type):
    assert (cls.__doc__ or "").endswith(".")


@pytest.mark.parametrize("cls", CLASSES)
def test_the_name_tells_error_from_warning(cls: type):
    suffix = "Warning" if issubclass(cls, Warning) else ("Error", "MissingExtra")
    assert cls.__name__.endswith(suffix)
