import json

import numpy as np
import pytest

from diabolo.cli.terminal import Terminal, line


def test_people_read_standard_output(capfd: pytest.CaptureFixture[str]):
    terminal = Terminal()
    terminal.say("[bold] is no markup here")
    terminal.answer({"kept": 1})
    assert capfd.readouterr() == ("[bold] is no markup here\n", "")


def test_machines_get_json_alone(capfd: pytest.CaptureFixture[str]):
    terminal = Terminal(machine=True)
    terminal.say("for people")
    terminal.answer({"kept": 0.5, "name": "größe"})
    out, err = capfd.readouterr()
    assert json.loads(out) == {"kept": 0.5, "name": "größe"}
    assert err == "for people\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), None),
        (float("-inf"), None),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        ((1, 2), [1, 2]),
        ({3: float("inf")}, {"3": None}),
        ("x" * 500, "x" * 500),
        (True, True),
        (None, None),
    ],
)
def test_every_value_is_json(value: object, expected: object, capfd: pytest.CaptureFixture[str]):
    Terminal(machine=True).answer({"value": value})
    assert json.loads(capfd.readouterr().out) == {"value": expected}


def test_a_note_is_one_line(capfd: pytest.CaptureFixture[str]):
    line("many words " * 30 + "\nand a second line")
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1


def test_nothing_moves_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]):
    with Terminal().working("reading"):
        pass
    assert capfd.readouterr() == ("", "")
