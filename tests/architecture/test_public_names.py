"""Every public name is documented and annotated: the documentation is part of the interface."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

import diabolo
from diabolo import models


def modules() -> Iterator[ModuleType]:
    names = [info.name for info in pkgutil.walk_packages(diabolo.__path__, "diabolo.")]
    return (importlib.import_module(name) for name in names if not name.endswith("__main__"))


def public() -> dict[str, type | Callable]:
    """Every class and function that some module of ours exports, under the place of its definition."""
    exported = (getattr(module, name) for module in modules() for name in getattr(module, "__all__", ()))
    ours = [
        thing
        for thing in exported
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__.startswith("diabolo")
    ]
    return {f"{thing.__module__}.{thing.__qualname__}": thing for thing in ours}


def own_methods(owner: type) -> dict[str, Callable]:
    """Public methods that the class itself defines; what it inherits is documented where it is defined."""
    plain = {name: getattr(member, "__func__", member) for name, member in vars(owner).items()}
    return {
        name: member
        for name, member in plain.items()
        if inspect.isfunction(member) and not name.startswith("_") and member.__module__.startswith("diabolo")
    }


PUBLIC = public()
CLASSES = {name: thing for name, thing in PUBLIC.items() if inspect.isclass(thing)}
FUNCTIONS = {name: thing for name, thing in PUBLIC.items() if inspect.isfunction(thing)}
METHODS = {
    f"{name}.{method}": function
    for name, owner in CLASSES.items()
    for method, function in own_methods(owner).items()
}


def packages_export() -> list[str]:
    """Names that a package hands to the outside, whose users are not at home in the module."""
    packages = (module for module in modules() if hasattr(module, "__path__"))
    things = {id(getattr(package, name)) for package in packages for name in getattr(package, "__all__", ())}
    return [name for name, thing in PUBLIC.items() if id(thing) in things]


def documented_above(name: str) -> bool:
    """Whether a base class documents the same method, as a protocol or an abstract class does."""
    owner, method = name.rsplit(".", 1)
    return any(getattr(vars(base).get(method), "__doc__", None) for base in CLASSES[owner].__mro__[1:])


@pytest.mark.parametrize("module", list(modules()), ids=lambda module: module.__name__)
def test_every_module_says_what_it_exports(module: ModuleType):
    is_package = hasattr(module, "__path__")  # one that only holds modules exports nothing
    exported = getattr(module, "__all__", [] if is_package else None)
    assert exported is not None
    assert all(hasattr(module, name) for name in exported)
    assert len(set(exported)) == len(exported)


@pytest.mark.parametrize("name", PUBLIC)
def test_documented_by_a_sentence(name: str):
    text = inspect.getdoc(PUBLIC[name])
    assert text
    assert re.match(r"[^\n].*?[.:]($|\n)", text, re.DOTALL)


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_documented(name: str):
    assert METHODS[name].__doc__ or documented_above(name)


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_annotated(name: str):
    function = {**FUNCTIONS, **METHODS}[name]
    signature = inspect.signature(function)
    parameters = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
    assert [p.name for p in parameters if p.annotation is p.empty] == []
    assert signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", [name for name in packages_export() if not inspect.isabstract(PUBLIC[name])])
def test_shown_by_an_example(name: str):
    has_example = ">>> " in (inspect.getdoc(PUBLIC[name]) or "")
    assert has_example


@pytest.mark.parametrize("estimator", [getattr(models, name) for name in models.__all__])
def test_every_parameter_is_explained(estimator: type):
    text = inspect.getdoc(estimator) or ""
    headings = re.findall(r"^([\w, ]+) :", text, re.MULTILINE)
    explained = {name.strip() for heading in headings for name in heading.split(",")}
    assert set(inspect.signature(estimator).parameters) <= explained
