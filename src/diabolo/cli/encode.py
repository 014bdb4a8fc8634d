"""`diabolo encode`: rows to codes."""

from typing import TYPE_CHECKING

from diabolo.cli import arguments, destinations, inputs
from diabolo.cli.abilities import require
from diabolo.cli.terminal import Terminal

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

__all__ = ["encode"]


def encode(
    model: arguments.Model,
    data: arguments.Data,
    out: arguments.Out,
    query: arguments.Query = None,
    force: arguments.Force = False,
    json: arguments.Json = False,
) -> None:
    """Turn every row into its code: columns z1, z2, ... in the order of the rows.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["encode", "nowhere.diabolo", "people.csv", "-o", "codes.parquet"])
    2
    """
    terminal = Terminal(machine=json)
    inputs.check(data, model)
    destinations.check_table(out, force=force)
    fitted = inputs.load(model, terminal, decodes=False)
    from diabolo.models.base import Encodes

    encoder = require(fitted, Encodes, "give codes")
    frame = inputs.read(data, query, terminal)
    with terminal.working("encoding"):
        codes = encoder.transform(frame)
    destinations.write(_table(codes), out, force=force)
    rows, k = codes.shape
    terminal.say(f"Wrote {out}: {rows:,} rows of {k} number{'s' if k > 1 else ''}.")
    terminal.answer({"out": str(out), "rows": rows, "n_components": k})


def _table(codes: "np.ndarray") -> "pa.Table":
    """Codes with the names of their dimensions."""
    import pyarrow as pa

    return pa.table({f"z{j + 1}": codes[:, j] for j in range(codes.shape[1])})
