"""The application as a whole: names, help, the reference page."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

import diabolo
from diabolo.cli import COMMANDS, application, main

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text()
GROUP: Any = typer.main.get_command(application())
OPTIONS = [
    (name, option)
    for name, command in GROUP.commands.items()
    for parameter in command.params
    for option in [*parameter.opts, *parameter.secondary_opts]
    if option.startswith("-")
]
EVERYWHERE = PAGE.split("\n## ")[0]


def section(name: str) -> str:
    return next(text for text in PAGE.split("\n## ") if text.startswith(f"{name}\n"))


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_is_in_the_reference(command: str, option: str):
    assert re.search(rf"`{option}[ `]", EVERYWHERE + section(command))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_reference_has_no_option_too_many(command: str):
    named = set(re.findall(r"^\| .*?(?= \|)", section(command), re.MULTILINE))
    options = set(re.findall(r"`(--?[a-z][a-z-]*)", " ".join(named)))
    assert options <= {option for name, option in OPTIONS if name == command}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_its_example(run: Callable, command: str):
    result = run(command, "--help")
    assert result.code == 0
    assert "Example: " + COMMANDS[command][1].split(" -")[0] in " ".join(result.out.split())
    assert ">>>" not in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_speaks_json(command: str):
    assert (command, "--json") in OPTIONS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_is_in_the_reference(command: str):
    assert COMMANDS[command][1] in section(command)


def test_version(run: Callable):
    assert run("--version").out == f"diabolo {diabolo.__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["fit"], ["fit", "a.csv", "--nonsense"], ["fit", "a.csv", "--seed", "x"]]
)
def test_a_wrong_call_is_bad_input(run: Callable, arguments: list[str]):
    result = run(*arguments)
    assert result.code == 2
    assert result.out == ""
    assert "Traceback" not in result.err


def test_main_is_the_program_of_the_package():
    assert main(["--help"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit",), "missing argument 'DATA'"),
        (("fit", "people.csv", "--bogus", "3"), "--bogus"),
        (("fit", "people.csv", "--size", "huge"), "'huge' is not one of 'small', 'base', 'large'"),
        (("bogus",), "no such command 'bogus'"),
        (("evaluat",), "'evaluat'. Did you mean 'evaluate'? See:"),
        (("fit", "people.csv", "--lable", "city"), "--lable. Did you mean --label? See:"),
    ],
)
def test_misuse_is_one_line_that_leads_to_the_help(run: Callable, arguments: tuple[str, ...], words: str):
    result = run(*arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert words in result.err
    assert result.err.startswith("error: ")
    assert result.err.endswith(" --help\n")


def test_no_command_at_all_shows_the_help(run: Callable):
    result = run()
    assert result.code == 0
    assert "evaluate" in result.out


def test_a_width_that_copies_is_told_in_options(run: Callable):
    result = run("fit", "people.csv", "-k", "50")
    assert result.code == 2
    error = result.err.splitlines()[-1]
    assert error.startswith("error: -k 50 is not less than")
    assert "=" not in error


def test_only_the_column_that_cannot_be_of_a_kind_is_named(run: Callable):
    result = run("fit", "people.csv", "--kind", "city=continuous")
    assert result.code == 2
    assert "error: column 'city' cannot be continuous" in result.err
