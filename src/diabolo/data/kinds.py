"""From findings to blocks: a person's overrides, and which columns go together."""

import dataclasses
import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow.compute

from diabolo import columns
from diabolo.columns.base import Column
from diabolo.columns.levels import plain
from diabolo.data.inference import Finding
from diabolo.errors import AmbiguousTextWarning, SchemaError
from diabolo.frames import Frame
from diabolo.frames.names import listed, meant
from diabolo.notices import warn

__all__ = [
    "KINDS",
    "Block",
    "blocks_of",
    "choices",
    "fit_column",
    "listed",
    "warn_excluded",
    "warn_unclear",
    "with_overrides",
]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

KINDS: dict[str, type[Column]] = {
    getattr(columns, name).kind: getattr(columns, name) for name in columns.__all__
}

LEVEL_CLASSES = (
    16,
    64,
    256,
)  # a softmax is padded to the largest of its block: columns alike in size share one

Block: TypeAlias = tuple[str, tuple[str, ...], dict[str, Any]]
"""Kind, names and options of a block."""


def with_overrides(
    findings: dict[str, Finding], override: Mapping[str, Any] | str | Path | None
) -> dict[str, Finding]:
    """Findings with a person's choices put in.

    Raises
    ------
    SchemaError
        An unknown column or kind, or a file that is not an edited schema.

    Examples
    --------
    >>> with_overrides({"zip": Finding("continuous")}, {"zip": "categorical"})["zip"].kind
    'categorical'
    """
    chosen = choices(override)
    unknown = [name for name in chosen if name not in findings]
    if unknown:
        columns_ = f"{len(unknown)} column{'s' * (len(unknown) > 1)}"
        raise SchemaError(
            f"the schema speaks of {columns_} that the data do not have: {listed(unknown)}; "
            f"{meant(unknown[0], findings)}the data have {listed(list(findings), 20)}."
        )
    return findings | {name: _chosen(name, findings[name], entry) for name, entry in chosen.items()}


def blocks_of(frame: Frame, findings: Mapping[str, Finding]) -> list[Block]:
    """Columns of one kind and one set of options; categories by class of size, images one by one.

    Examples
    --------
    >>> findings = {"a": Finding("continuous"), "b": Finding("count"), "c": Finding("continuous")}
    >>> blocks_of(Frame.of({"a": [0.5], "b": [1], "c": [2.5]}), findings)
    [('continuous', ('a', 'c'), {}), ('count', ('b',), {})]
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, found in findings.items():
        if found.kind is not None:
            options = json.dumps(found.options, sort_keys=True)
            groups.setdefault((found.kind, options, _apart(frame, name, found.kind)), []).append(name)
    return [(kind, tuple(names), json.loads(options)) for (kind, options, _), names in groups.items()]


def fit_column(frame: Frame, kind: str, names: tuple[str, ...], options: dict[str, Any]) -> Column:
    """Fit one block; what the data cannot bear becomes a schema error that names the block.

    Raises
    ------
    SchemaError
        The columns cannot be of this kind, or the options are not ones it has.

    Examples
    --------
    >>> fit_column(Frame.of({"a": [0, 3, 1]}), "count", ("a",), {}).high
    (3,)
    """
    parameters = inspect.signature(KINDS[kind].fit).parameters.values()
    allowed = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    if unknown := sorted(set(options) - set(allowed)):
        raise SchemaError(f"columns {listed(names)}: {kind} has no option {unknown[0]!r}; it has {allowed}.")
    try:
        column, styles = KINDS[kind].fit(frame, names, **options), tuple(map(frame.style, names))
        return dataclasses.replace(column, styles=styles) if any(styles) else column
    except SchemaError:
        raise
    except (TypeError, ValueError) as error:
        named = _culprits(frame, kind, names, options)
        column = f"column{'s' * (len(named) > 1)} {listed(named)}"
        told = str(error).removeprefix(f"Column {named[0]!r} ")  # which it is has been said
        raise SchemaError(f"{column} cannot be {kind}: {told}") from error


def _culprits(frame: Frame, kind: str, names: tuple[str, ...], options: dict[str, Any]) -> tuple[str, ...]:
    """The columns of a block that cannot be fitted alone; all of them where each can."""

    def fails(name: str) -> bool:
        try:
            KINDS[kind].fit(frame, (name,), **options)
        except (TypeError, ValueError):
            return True
        return False

    return tuple(name for name in names if len(names) > 1 and fails(name)) or names


def choices(override: Mapping[str, Any] | str | Path | None) -> dict[str, Any]:
    """Choices by column, from a mapping, an edited plan or the file of one.

    Raises
    ------
    SchemaError
        It is none of these.

    Examples
    --------
    >>> choices({"columns": [{"name": "zip", "kind": "categorical"}, {"name": "note", "kind": None}]})
    {'zip': {'kind': 'categorical'}, 'note': None}
    """
    if override is None:
        return {}
    given: Any = _read(Path(override)) if isinstance(override, str | Path) else override
    if not isinstance(given, Mapping):
        raise SchemaError(
            f"a schema is a mapping of columns to kinds or the path of a JSON file, but {given!r} came."
        )
    if not isinstance(given.get("columns"), list):
        return dict(given)
    return dict(map(_planned, given["columns"]))


def _planned(entry: Any) -> tuple[str, dict[str, Any] | None]:
    """Name and choice of one entry of a plan."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or "kind" not in entry:
        raise SchemaError(
            f"every entry of the schema's columns needs a name and a kind, but one is {entry!r}; the name is "
            "text, the kind is text or null."
        )
    options = entry.get("options", {})
    if not isinstance(options, dict):
        raise SchemaError(
            f"column {entry['name']!r}: the options are {options!r}, but an object is needed; leave them out "
            "where there are none."
        )
    return entry["name"], None if entry["kind"] is None else {"kind": entry["kind"], **options}


def _read(path: Path) -> dict[str, Any]:
    """A schema file."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SchemaError(f"the schema file {str(path)!r} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SchemaError(f"the schema file {str(path)!r} is not JSON: {error}.") from error
    if not isinstance(stored, dict):
        raise SchemaError(
            f"the schema file {str(path)!r} holds a {type(stored).__name__}, but an object is needed."
        )
    return stored


def _chosen(name: str, found: Finding, entry: Any) -> Finding:
    """The finding of one column after a person's choice."""
    if entry is None:
        # A column that was to be left out anyway keeps its reason, and its constant, but is no surprise now.
        found = found if found.kind is None else Finding(None, why="was left out by hand")
        return dataclasses.replace(found, warning=None, unclear="")
    choice = {"kind": entry} if isinstance(entry, str) else entry
    if not isinstance(choice, Mapping) or str(choice.get("kind")) not in KINDS:
        raise SchemaError(
            f"column {name!r} is said to be {entry!r}; allowed are {', '.join(sorted(KINDS))}, "
            "a mapping with one of these as 'kind' and its options, or None to leave the column out."
        )
    return Finding(choice["kind"], {key: value for key, value in choice.items() if key != "kind"})


def _apart(frame: Frame, name: str, kind: str) -> str | int | None:
    """What tells blocks of one kind apart: the column of images, the size class of categories."""
    if kind != "categorical":
        return name if kind == "image" else None
    levels = pc.count_distinct(plain(frame.arrow(name))).as_py()
    return sum(levels >= size for size in LEVEL_CLASSES)


def warn_unclear(findings: Mapping[str, Finding]) -> None:
    """One warning for each column of text that may be dates or numbers.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     warn_unclear({"a": Finding("categorical", unclear="holds dates that may have the day first")})
    >>> str(told[0].message)
    "column 'a' holds dates that may have the day first."
    """
    for name, found in findings.items():
        if found.unclear:
            warn(f"column {name!r} {found.unclear}.", AmbiguousTextWarning)


def warn_excluded(excluded: Mapping[str, Finding]) -> None:
    """One warning per reason's class.

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings(record=True, action="always") as told:
    ...     warn_excluded({"a": Finding(None, why="is empty")})
    >>> str(told[0].message)
    "column 'a' is empty: left out. Force one in with schema={name: kind}."
    """
    by_class: dict[type, list[str]] = {}
    for name, found in excluded.items():
        if found.warning is not None:
            by_class.setdefault(found.warning, []).append(name)
    for category, names in by_class.items():
        shown = "; ".join(f"column {name!r} {excluded[name].why}" for name in names[:3])
        more = f"; and {len(names) - 3} more columns likewise" if len(names) > 3 else ""
        warn(f"{shown}{more}: left out. Force one in with schema={{name: kind}}.", category)
