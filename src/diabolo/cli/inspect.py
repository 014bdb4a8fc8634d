"""`diabolo inspect`: what a model file, or a data set, holds."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.tables import columns_table, facts_table, number, schema_table, tensors_table
from diabolo.cli.terminal import Terminal
from diabolo.errors import ModelFileError

if TYPE_CHECKING:
    from rich.table import Table

    from diabolo.data.schema import Schema

__all__ = ["inspect"]

Subject = Annotated[
    Path, typer.Argument(metavar="FILE", help="A .diabolo file, or data as for fit.", show_default=False)
]
SaveSchema = Annotated[
    Path | None,
    typer.Option(
        "--save-schema", metavar="FILE", help="Write the kinds of columns as JSON: edit, then fit --schema."
    ),
]


def inspect(
    file: Subject,
    save_schema: SaveSchema = None,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Print what a model file holds, its checksum verified, or how the columns of data would be read.

    Nothing of a model file is run: its manifest alone is read.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["inspect", "nowhere.diabolo"])
    2
    """
    terminal = Terminal(machine=json)
    is_data = query is not None or inputs.is_data(file)
    inputs.check(*((file, None) if is_data else (None, file)))
    if save_schema is not None:
        destinations.check(save_schema, force=force)
    told, schema = (
        _data(file, query, terminal) if is_data else _model(file, terminal, wanted=save_schema is not None)
    )
    if save_schema is not None and schema is not None:
        schema.save(save_schema)
        terminal.say(f"Wrote {save_schema}: edit it, then diabolo fit DATA --schema {save_schema}")
    terminal.answer(told)


def _data(file: Path, query: str | None, terminal: Terminal) -> tuple[dict[str, Any], "Schema"]:
    """Show how data would be read."""
    from diabolo.data.schema import Schema

    frame = inputs.read(file, query, terminal)
    schema = Schema.fit(frame)
    terminal.say(f"{file.name}: {frame.n_rows:,} rows, {len(frame.names):,} columns")
    terminal.say()
    terminal.say(schema_table(schema))
    return {"rows": frame.n_rows, **schema.plan()}, schema


def _model(file: Path, terminal: Terminal, *, wanted: bool) -> tuple[dict[str, Any], "Schema | None"]:
    """Show what a file says about itself; the schema is made only where it is wanted, for it needs torch."""
    from diabolo.files import container

    manifest = container.read_manifest(file)
    if wanted and "schema" not in manifest:
        raise ModelFileError(
            f"{file.name} holds a {manifest['kind']}, which has no schema to save: give a model or the data."
        )
    terminal.say(facts_table(_facts(manifest, file)))
    if "schema" in manifest:
        terminal.say()
        terminal.say(_columns(manifest["schema"]))
    terminal.say()
    terminal.say(tensors_table(manifest["tensors"]))
    if not wanted:
        return manifest, None
    from diabolo.data.schema import Schema

    return manifest, Schema.from_json(manifest["schema"])


def _facts(manifest: dict[str, Any], file: Path) -> dict[str, Any]:
    """The head of a manifest for people."""
    packages = ", ".join(f"{name} {version}" for name, version in sorted(manifest["created_by"].items()))
    history, tensors = manifest.get("history", {}), manifest["tensors"].values()
    facts = {
        "file": f"{file}, {file.stat().st_size:,} bytes, checksum verified",
        "format": f"{manifest['format']} {manifest['format_version']}, written by {packages}",
        manifest["kind"]: manifest.get("model", ""),
        "fitted": _pairs(manifest.get("fitted", {})),
        "parameters": _pairs(manifest.get("parameters", {})),
        "training": _training(history) if history else "",
        "tensors": f"{len(tensors)} with {sum(math.prod(t['shape']) for t in tensors):,} numbers",
    }
    return {name: text for name, text in facts.items() if text}


def _training(history: dict[str, Any]) -> str:
    """A history in a sentence."""
    epochs = len(history["epochs"])
    last = (
        history["best"] == 0 and history["best_epoch"] == epochs
    )  # no loss tells of single rows how good it is
    best = f"best held-out measure {number(history['best'])} at epoch {history['best_epoch']} of {epochs}"
    best = f"the last of {epochs} epochs kept" if last else best
    return f"{history['rows']:,} rows; {best if epochs else 'closed form'}; ended by {history['stop_reason']}"


def _pairs(values: dict[str, Any]) -> str:
    """Names and values, without what is empty or too long to read."""
    shown = {n: v for n, v in values.items() if v not in (None, {}) and not n.endswith("_json_")}
    return ", ".join(f"{name.rstrip('_')}={_value(value)}" for name, value in shown.items())


def _value(value: Any) -> str:
    """A value; a network as it would be written in Python."""
    if not isinstance(value, dict) or "spec" not in value:
        return str(value)
    return f"{value['spec']}({_pairs({name: part for name, part in value.items() if name != 'spec'})})"


def _columns(schema: dict[str, Any]) -> "Table":
    """The table of columns from the JSON of a schema."""
    blocks = [(block["names"], block["kind"], "") for block in schema["columns"]]
    return columns_table(blocks, {name: found["why"] for name, found in schema["excluded"].items()})
