"""The reference pages name all there is: estimators, terms, architectures, records of a judgment, column types."""

import dataclasses
import inspect
import re
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import diabolo
from diabolo import attacks, columns, evaluate, models, nn, terms

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
VALUES = {name: getattr(home, name) for home in (terms, nn) for name in home.__all__} | {
    "Trainer": diabolo.Trainer
}
RECORDS = [name for name in evaluate.__all__ if dataclasses.is_dataclass(getattr(evaluate, name))]
FUNCTIONS = [name for name in evaluate.__all__ if inspect.isfunction(getattr(evaluate, name))]
ASSIGNED = re.compile(r"self\.([a-z]\w*_)\b(?=[^=\n]*[^=!<>\n]=[^=])")


def section(page: str, title: str) -> str:
    """What stands under a heading of a reference page."""
    text = (REFERENCE / page).read_text()
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/reference/{page} has no section '## {title}': write one."
    return found[1]


def in_code(text: str) -> set[str]:
    """All words between backquotes."""
    return {word for code in re.findall(r"`([^`]+)`", text) for word in re.findall(r"\w+", code)}


def require(names: set[str], text: str, where: str) -> None:
    """Each name has to be there, in backquotes."""
    missing = sorted(names - in_code(text))
    assert not missing, f"docs/reference/{where} does not name {', '.join(missing)}: add them, in backquotes."


def parameters(thing: Any) -> set[str]:
    """Names of the parameters, without those of *args and **kwargs."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {p.name for p in inspect.signature(thing).parameters.values() if p.kind not in kinds}


def own(estimator: type) -> list[type]:
    """The classes of an estimator that are ours."""
    return [kind for kind in estimator.__mro__ if kind.__module__.startswith("diabolo.")]


def methods(estimator: type) -> set[str]:
    """Public methods of our own classes; attributes in capitals are for the machinery."""
    return {
        name
        for kind in own(estimator)
        for name, value in vars(kind).items()
        if not name.startswith("_") and isinstance(value, FunctionType | classmethod)
    }


def attributes(estimator: type) -> set[str]:
    """Fitted attributes: declared, computed or assigned."""
    named = {n for kind in own(estimator) for n in (*vars(kind), *inspect.get_annotations(kind))}
    assigned = {name for kind in own(estimator) for name in ASSIGNED.findall(inspect.getsource(kind))}
    return {name for name in named | assigned if name.endswith("_") and not name.startswith("_")}


@pytest.mark.parametrize("name", models.__all__)
def test_parameters_of_an_estimator(name: str):
    require(parameters(getattr(models, name)), section("models.md", name), f"models.md, '## {name}',")


@pytest.mark.parametrize("what", [methods, attributes])
@pytest.mark.parametrize("name", models.__all__)
def test_methods_and_attributes_of_an_estimator(name: str, what):
    text = section("models.md", "Every estimator") + section("models.md", name)
    require(what(getattr(models, name)), text, f"models.md, '## {name}' or '## Every estimator',")


def test_what_is_looked_for_is_found():
    assert {"fit", "transform", "truncate", "save", "from_file"} <= methods(models.Autoencoder)
    assert {"curve_", "codec_", "n_features_in_", "mean_coordinates_"} <= attributes(models.Autoencoder)
    assert {"components_", "moments_", "noise_variance_"} <= attributes(models.LinearAutoencoder)


@pytest.mark.parametrize("name", VALUES)
def test_terms_and_architectures(name: str):
    require(parameters(VALUES[name]), section("terms.md", name), f"terms.md, '## {name}',")


def lines(page: str, title: str) -> dict[str, list[str]]:
    """The rows of a section's table by the name in their first cell."""
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", section(page, title), re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


def check_lines(names: list[str], title: str) -> None:
    """Each name has a row with formula, unit and paper."""
    told = lines("metrics.md", title)
    missing = [name for name in names if len(told.get(name, ())) != 3 or not all(told[name])]
    assert not missing, (
        f"docs/reference/metrics.md, '## {title}', needs a row '| `name` | formula | unit | paper |' for each of "
        f"{', '.join(missing)}; – stands for none."
    )
    assert set(told) <= set(names), (
        f"'## {title}' speaks of {sorted(set(told) - set(names))}, which are no more."
    )


@pytest.mark.parametrize("name", RECORDS)
def test_fields_of_a_judgment(name: str):
    check_lines([field.name for field in dataclasses.fields(getattr(evaluate, name))], name)


def test_functions_that_judge():
    check_lines(FUNCTIONS, "Functions")


@pytest.mark.parametrize("name", columns.__all__)
def test_column_types(name: str):
    kind = getattr(columns, name)
    options = {
        p.name
        for p in inspect.signature(kind.fit).parameters.values()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    }
    require({kind.kind, *options}, (REFERENCE / "columns.md").read_text(), "columns.md")
    assert f"| `{kind.kind}` |" in section("columns.md", "The types"), (
        f"columns.md lacks a row for {kind.kind}."
    )


@pytest.mark.parametrize("name", attacks.__all__)
def test_attacks(name: str):
    thing = getattr(attacks, name)
    text = re.sub(r"^```.*?^```", "", (REFERENCE / "attacks.md").read_text(), flags=re.MULTILINE | re.DOTALL)
    require({name} | (set() if inspect.isabstract(thing) else parameters(thing)), text, "attacks.md")
