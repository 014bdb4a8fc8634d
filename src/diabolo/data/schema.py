"""What every column of a table is: the only two crossings between raw data and tensors."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.columns import Continuous
from diabolo.columns.base import Column
from diabolo.data.batch import Batch
from diabolo.data.inference import Finding, infer
from diabolo.data.kinds import (
    KINDS,
    blocks_of,
    choices,
    fit_column,
    listed,
    warn_excluded,
    warn_unclear,
    with_overrides,
)
from diabolo.data.matching import match, names_in, warn_infinite
from diabolo.distributions import Joint
from diabolo.errors import SchemaError
from diabolo.files.atomic import replace
from diabolo.frames import Frame, restore

__all__ = ["Schema"]

VERSION = 1


@dataclasses.dataclass(frozen=True)
class Schema:
    """The columns of a table by data type, fitted on training rows, and what is left out.

    A schema prints, can be edited (:meth:`override`; or :meth:`save`, then ``override=`` of :meth:`fit`) and
    turns into JSON and back exactly.

    Parameters
    ----------
    columns : tuple of Column
        The blocks: columns of one data type and one set of options together, in order of their first column.
    table : tuple of str
        All columns of the table in its order.
    excluded : dict of str to Finding
        The columns left out, and why.
    options : tuple of dict
        The options each block was fitted with.

    Examples
    --------
    >>> frame = Frame.of({"smoker": ["no", "yes", "no"], "weight": [61.5, 80.2, 74.9]})
    >>> schema = Schema.fit(frame)
    >>> schema.keys
    ('binary', 'continuous')
    >>> schema.to_batch(frame).values["binary"].ravel()
    tensor([0., 1., 0.])
    """

    columns: tuple[Column, ...]
    table: tuple[str, ...]
    excluded: Mapping[str, Finding] = dataclasses.field(default_factory=dict)
    options: tuple[dict[str, Any], ...] = ()

    @classmethod
    def fit(cls, frame: Frame, override: Mapping[str, Any] | str | Path | None = None) -> Self:
        """Find the type of every column and fit it.

        Parameters
        ----------
        frame : Frame
            Training rows.
        override : dict or path of a JSON file, optional
            The type of single columns: ``{"zip": "categorical"}``; with options ``{"x": {"kind":
            "continuous", "scaling": "quantile"}}``; ``{"note": None}`` leaves a column out, and naming a type
            forces one in. A file is what :meth:`save` wrote, edited.

        Raises
        ------
        SchemaError
            An unknown column or type, a type that a column cannot have, or no column left.

        Warns
        -----
        IdentifierColumnWarning, ConstantColumnWarning, EmptyColumnWarning
            Columns are left out.
        AmbiguousTextWarning
            Text seems to hold dates or numbers that can be read in two ways.
        """
        findings = with_overrides(infer(frame), override)
        excluded = {name: found for name, found in findings.items() if found.kind is None}
        warn_excluded(excluded)
        warn_unclear(findings)
        blocks = blocks_of(frame, findings)
        if not blocks:
            reasons = "; ".join(f"{name!r} {found.why}" for name, found in list(excluded.items())[:5])
            raise SchemaError(
                f"no column is left to learn from: {reasons}. Force one in with schema={{name: kind}}."
            )
        columns = tuple(fit_column(frame, kind, names, options) for kind, names, options in blocks)
        return cls(columns, frame.names, excluded, tuple(options for _, _, options in blocks))

    def override(self, frame: Frame, kinds: Mapping[str, Any] | str | Path) -> Self:
        """The schema fitted again with other kinds for some columns; the rest keep theirs and their options.

        Parameters
        ----------
        frame : Frame
            Training rows, with all columns of the schema.
        kinds : dict or path of a JSON file
            As ``override`` of :meth:`fit`.

        Raises
        ------
        SchemaError
            As :meth:`fit`.

        Examples
        --------
        >>> frame = Frame.of({"zip": [10115, 50667, 10115, 80331], "age": [31.5, 47, 52, 28]})
        >>> Schema.fit(frame).override(frame, {"zip": "categorical"}).keys
        ('categorical', 'continuous')
        """
        return type(self).fit(frame, choices(self.plan()) | choices(kinds))

    def __str__(self) -> str:
        """The schema as a person reads it: what every column is, and why some are left out."""
        rows = [("columns", "kind", "found"), *self.describe()]
        widths = [max(len(row[i]) for row in rows) for i in range(2)]
        return "\n".join(f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}" for row in rows)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Key of each block: its kind, numbered from the second block of a kind on."""
        kinds = [column.kind for column in self.columns]
        nth = [kinds[: i + 1].count(kind) for i, kind in enumerate(kinds)]
        return tuple(kind if n == 1 else f"{kind}_{n}" for kind, n in zip(kinds, nth, strict=True))

    def key(self, column: Column) -> str:
        """Key of a block in batches and joints."""
        return self.keys[next(i for i, other in enumerate(self.columns) if other is column)]

    @cached_property
    def blocks(self) -> dict[str, Column]:
        """The blocks by key."""
        return dict(zip(self.keys, self.columns, strict=True))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that are learned from, in the order of the table."""
        return tuple(name for name in self.table if name not in self.excluded)

    def to_batch(self, frame: Frame, estimator: str = "Autoencoder") -> Batch:
        """Raw data -> tensors: the only way in.

        Parameters
        ----------
        frame : Frame
            Columns may come in any order; excluded ones may be absent. An array is taken by position.
        estimator : str
            Who is asking, for the message about a wrong number of columns.

        Raises
        ------
        MissingColumnError
            Columns that the schema needs are absent.
        DataError
            An array has another number of columns.

        Warns
        -----
        ExtraColumnWarning, InfiniteValueWarning, UnknownCategoryWarning
            Columns are ignored; cells are treated as missing; levels are new.
        """
        frame = self.as_written(match(frame, self.table, self.names, estimator))
        values, seen = {}, {}
        for key, column in self.blocks.items():
            values[key], flags = column.to_tensor(frame)
            if not flags.all():
                seen[key] = flags
                warn_infinite(frame, column)
        return Batch(values, seen, torch.arange(frame.n_rows))

    def as_written(self, frame: Frame) -> Frame:
        """Rows whose numbers in text are read as those of the training rows: 1.234 alone may be either of two.

        Parameters
        ----------
        frame : Frame
            Rows as :meth:`to_batch` takes them.

        Examples
        --------
        >>> schema = Schema.fit(Frame.decoded({"price": ["1.234,50", "999,99", "5,10"]}))
        >>> schema.as_written(Frame.decoded({"price": ["1.234"]})).numbers().tolist()
        [[1234.0]]
        """
        styles = {n: s for c in self.columns for n, s in zip(c.names, c.styles, strict=False) if s}
        if not styles:
            return frame
        names = names_in(frame, self.table, self.names)
        return frame.as_written({names[name]: style for name, style in styles.items()})

    def to_table(
        self,
        values: Mapping[str, Tensor],
        template: dict[str, Any],
        carry: Frame | None = None,
        seen: Mapping[str, Tensor] | None = None,
        amend: Mapping[str, Callable[[Any], Any]] | None = None,
        *,
        new: bool = False,
    ) -> Any:
        """Tensors -> the kind of table that came in, with all its columns in order: the only way out.

        Parameters
        ----------
        values : dict of str to Tensor, shape (n, ...)
            Cells by block.
        template : dict
            ``Frame.template`` of the training data, or of the data to imitate.
        carry : Frame, optional
            The rows these are the reconstruction of: excluded columns are taken from it unchanged. Without it
            constants are filled in again and other excluded columns are missing. Columns that were taken by
            position get its names.
        seen : dict of str to bool Tensor, shape (n, columns of the block), optional
            False where a cell is to be missing.
        amend : dict of str to function, optional
            What to do to the cells (an Arrow array) of single columns before they become the template's type.
        new : bool
            The cells are made up, not rebuilt: numbers get the decimals of the training rows.
        """
        itself = {name: name for name in self.table}
        names = itself if carry is None else names_in(carry, self.table, self.names)
        cells: dict[str, Any] = {}
        for key, column in self.blocks.items():
            arrays = column.from_tensor(values[key])
            arrays = column.written(arrays) if new and isinstance(column, Continuous) else arrays
            cells.update(_with_gaps(arrays, seen[key]) if seen and key in seen else arrays)
        cells |= {name: change(cells[name]) for name, change in (amend or {}).items()}
        rows = len(next(iter(values.values())))
        for name, found in self.excluded.items():
            if carry is not None and carry.n_rows == rows and names[name] in carry.names:
                cells[name] = carry.arrow(names[name])
            else:
                cells[name] = pa.array([found.value] * rows)
        return restore({names[name]: cells[name] for name in self.table}, template, carry)

    @cached_property
    def widths(self) -> dict[str, int]:
        """Number of coordinates of each column in :attr:`names`."""
        found = {n: w for column in self.columns for n, w in zip(column.names, column.widths, strict=True)}
        return {name: found[name] for name in self.names}

    @cached_property
    def n_coordinates(self) -> int:
        """Number of coordinates of a row."""
        return sum(self.widths.values())

    @cached_property
    def owners(self) -> Tensor:
        """For every coordinate the position of its column in :attr:`names`, int64 (D,)."""
        place = {name: i for i, name in enumerate(self.names)}
        owner = [np.repeat([place[n] for n in column.names], column.widths) for column in self.columns]
        return torch.from_numpy(np.concatenate(owner).astype(np.int64))

    def coordinates(self, batch: Batch) -> Tensor:
        """Coordinates of all rows, (B, D), block after block; zero where a cell was not seen."""
        parts = [column.coordinates(batch.values[key]) for key, column in self.blocks.items()]
        joined = parts[0] if len(parts) == 1 else torch.cat(parts, 1)
        seen = self.coordinates_seen(batch)
        return joined if seen is None else torch.where(seen, joined, 0.0)

    def filled(self, batch: Batch, mean: Tensor | None = None) -> Tensor:
        """Coordinates of all rows, (B, D), each gap at the mean of its column: of the cells seen, or the one given."""
        x, seen = self.coordinates(batch), self.coordinates_seen(batch)
        if seen is None:
            return x
        mean = (x.double().sum(0) / seen.sum(0).clamp(min=1)).to(x.dtype) if mean is None else mean
        return torch.where(seen, x, mean)

    def coordinates_seen(self, batch: Batch) -> Tensor | None:
        """Which coordinates belong to cells that were seen, bool (B, D); None if all do."""
        if not batch.seen:
            return None
        return torch.cat([self._block_seen(key, batch) for key in self.keys], 1)

    def expected(self, joint: Joint) -> Tensor:
        """Expected coordinates (B, D) under a distribution of rows."""
        parts = [column.expected(joint[key]) for key, column in self.blocks.items()]
        return parts[0].flatten(1) if len(parts) == 1 else torch.cat(parts, 1)

    def from_coordinates(self, coordinates: Tensor) -> dict[str, Tensor]:
        """Coordinates (B, D) -> the nearest cells, by block."""
        parts = coordinates.split([sum(column.widths) for column in self.columns], 1)
        return {k: c.from_coordinates(part) for (k, c), part in zip(self.blocks.items(), parts, strict=True)}

    def errors_by_column(self, batch: Batch, coordinates_hat: Tensor) -> Tensor:
        """Squared distance in coordinates of every cell, (B, n_columns) in the order of :attr:`names`.

        Zero where a cell was not seen.
        """
        squared = (coordinates_hat - self.coordinates(batch)).square()
        seen = self.coordinates_seen(batch)
        squared = squared if seen is None else torch.where(seen, squared, 0.0)
        if len(self.names) == 1:
            return squared.sum(1, keepdim=True)
        if len(self.names) == self.n_coordinates and bool((self.owners.diff() > 0).all()):
            return squared
        owners = self.owners.to(squared.device)
        return squared.new_zeros(len(squared), len(self.names)).index_add_(1, owners, squared)

    def describe(self) -> list[tuple[str, str, str]]:
        """Rows for printing: columns, kind, and what was found or why they are left out."""
        rows = [(listed(column.names), column.kind, column.describe()) for column in self.columns]
        return rows + [(name, "left out", found.why) for name, found in self.excluded.items()]

    def plan(self) -> dict[str, Any]:
        """The part to edit: every column in table order with its kind (null: left out) and options."""
        entries = {}
        for column, options in zip(self.columns, self.options or ({},) * len(self.columns), strict=True):
            entries |= {
                n: {"name": n, "kind": column.kind} | ({"options": options} if options else {})
                for n in column.names
            }
        entries |= {
            name: {"name": name, "kind": None, "why": found.why} for name, found in self.excluded.items()
        }
        return {"kinds": sorted(KINDS), "columns": [entries[name] for name in self.table]}

    def save(self, path: str | Path) -> None:
        """Write :meth:`plan` as a JSON file, all or nothing, to be edited and passed as ``override``.

        Raises
        ------
        OutputError
            The file cannot be written; an old one is unchanged.
        """
        with replace(path) as temporary:
            text = json.dumps(self.plan(), indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")

    def to_json(self) -> dict[str, Any]:
        """The whole schema as plain JSON values."""
        return {
            "version": VERSION,
            "table": list(self.table),
            "columns": [column.to_json() for column in self.columns],
            "options": list(self.options),
            "excluded": {
                name: {"why": found.why, "value": found.value} for name, found in self.excluded.items()
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The schema that :meth:`to_json` gave.

        Raises
        ------
        SchemaError
            It is of a newer version or of an unknown kind.
        """
        if stored["version"] > VERSION:
            raise SchemaError(
                f"the schema has version {stored['version']}, this Diabolo reads up to {VERSION}; update it."
            )
        unknown = {c["kind"] for c in stored["columns"]} - set(KINDS)
        if unknown:
            raise SchemaError(
                f"the schema has columns of kind {sorted(unknown)}; known are {', '.join(sorted(KINDS))}."
            )
        columns = tuple(KINDS[c["kind"]].from_json(c) for c in stored["columns"])
        excluded = {
            name: Finding(None, why=e["why"], value=e["value"]) for name, e in stored["excluded"].items()
        }
        return cls(columns, tuple(stored["table"]), excluded, tuple(stored["options"]))

    def _block_seen(self, key: str, batch: Batch) -> Tensor:
        """Flags of one block's coordinates."""
        width = sum(self.blocks[key].widths)
        if key not in batch.seen:
            return torch.ones((), dtype=torch.bool, device=batch.index.device).expand(len(batch), width)
        seen = batch.seen[key].flatten(1)
        if seen.shape[1] == width:
            return seen
        return seen.repeat_interleave(torch.tensor(self.blocks[key].widths, device=seen.device), 1)


def _with_gaps(arrays: dict[str, Any], seen: Tensor) -> dict[str, Any]:
    """The columns of a block with nothing where a cell is not to be seen."""
    hidden, rows = ~seen.cpu().numpy(), np.arange(len(seen))
    return {
        name: cells.take(pa.array(rows, mask=hidden[:, j])) for j, (name, cells) in enumerate(arrays.items())
    }
