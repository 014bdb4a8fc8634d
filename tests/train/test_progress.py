"""The bar: on a terminal or where it is asked for, and never in the way."""

import pytest

from diabolo.train.progress import Progress


@pytest.mark.parametrize("show", [False, "auto"])
def test_where_there_is_no_terminal_nothing_is_written(show, capsys):
    with Progress(show, 3, 0) as bar:
        for _ in range(3):
            bar.advance("loss 1.0")
    assert capsys.readouterr() == ("", "")
    assert bar.done == 3


def test_auto_looks_at_standard_error(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert Progress("auto", 3, 0).show
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert not Progress("auto", 3, 0).show


def test_a_bar_goes_to_standard_error_only_and_starts_where_the_run_is(capsys):
    with Progress(True, 10, 4) as bar:
        bar.advance("held-out 0.25")
        assert bar._bar.tasks[0].completed == 5
        assert bar._bar.tasks[0].description == "held-out 0.25"
    assert capsys.readouterr().out == ""


def test_it_ends_with_an_error_too():
    with pytest.raises(RuntimeError), Progress(True, 2, 0) as bar:
        raise RuntimeError
    assert bar._bar.finished is False
    assert not bar._bar.live.is_started
