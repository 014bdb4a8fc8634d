import warnings

import pytest

from diabolo import errors
from diabolo.cli.failures import BAD_INPUT, INTERRUPTED, guarded, notes

MISTAKES = [
    getattr(errors, name) for name in errors.__all__ if name.endswith("Error") or name == "MissingExtra"
]


def raising(error: BaseException):
    def command() -> None:
        raise error

    return guarded(command)


@pytest.mark.parametrize("kind", MISTAKES, ids=lambda kind: kind.__name__)
def test_every_error_of_ours_is_a_sentence(kind: type[Exception], capfd: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as end:
        raising(kind("what came,\nwhat is allowed"))()
    assert end.value.code == BAD_INPUT
    assert capfd.readouterr() == ("", "error: what came, what is allowed\n")


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "stopped"),
        (
            PermissionError(13, "Permission denied", "secret.csv"),
            BAD_INPUT,
            "'secret.csv': Permission denied",
        ),
        (OSError("the disk is gone"), BAD_INPUT, "the disk is gone"),
        (MemoryError(), BAD_INPUT, "not enough memory"),
    ],
)
def test_what_the_system_says_is_a_sentence(
    error: BaseException, code: int, words: str, capfd: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as end:
        raising(error)()
    assert end.value.code == code
    assert words in capfd.readouterr().err


@pytest.mark.parametrize("error", [AssertionError("ours"), TypeError("ours"), KeyError("ours")])
def test_mistakes_of_ours_keep_their_traceback(error: Exception):
    with pytest.raises(type(error), match="ours"):
        raising(error)()


def test_a_command_keeps_its_name_and_signature():
    def command(data: str) -> None:
        """Do."""

    assert guarded(command).__name__ == "command"
    assert guarded(command).__wrapped__ is command  # type: ignore[attr-defined]


def test_each_warning_is_told_once(capfd: pytest.CaptureFixture[str]):
    with notes():
        for text in ("first", "first", "second"):
            warnings.warn(text, errors.UnknownCategoryWarning, stacklevel=1)
    assert capfd.readouterr() == ("", "note: first\nnote: second\n")


def test_other_packages_stay_silent(capfd: pytest.CaptureFixture[str]):
    with notes():
        warnings.warn("internal", FutureWarning, stacklevel=1)
    assert capfd.readouterr() == ("", "")


def test_warnings_asked_for_are_not_silenced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.warnoptions", ["error"])
    with pytest.raises(FutureWarning), notes():
        warnings.warn("internal", FutureWarning, stacklevel=1)


def test_the_filters_are_put_back():
    before = warnings.filters[:]
    with notes():
        pass
    assert warnings.filters == before
