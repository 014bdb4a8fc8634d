"""What a flow is told of a row: the columns or labels it learns as conditions, and how a person names them."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.data.kinds import choices, listed
from diabolo.data.schema import Schema
from diabolo.errors import LabelError, ParameterError
from diabolo.frames import Frame
from diabolo.models.conditions import Condition, column_of, levels_of
from diabolo.models.encoding import Encoding

__all__ = ["LABEL", "Steering"]

LABEL = "label"  # the name of what comes as y
MANY = 1000  # whole numbers that are levels, at the most


class Steering:
    """Conditions of rows as points, with a flag for each that is told.

    Parameters
    ----------
    schema : Schema
        Of the conditions alone.
    template : dict
        Of their table.

    Attributes
    ----------
    encoding : Encoding
    """

    def __init__(self, schema: Schema, template: dict[str, Any]) -> None:
        self.schema, self.template = schema, template
        self.encoding = Encoding(schema)

    @classmethod
    def fit(
        cls, frame: Frame, y: Any, names: Sequence[str], schema: Schema, rows: Tensor
    ) -> tuple[Self | None, Tensor]:
        """Conditions learned from training rows, None where there are none; and those of all rows, (n, width).

        Raises
        ------
        ParameterError
            There is no such column.
        LabelError
            There are not as many labels as rows.
        """
        for name in names:
            column_of(schema, name)
        planned = choices(schema.plan())
        cells: dict[str, Any] = {name: frame.arrow(name) for name in names}
        kinds = {name: planned[name] for name in names}
        labels = _labels(y, frame, schema)
        if labels is not None:
            cells[LABEL] = labels
            kinds |= {LABEL: "categorical"} if _are_levels(labels) else {}
        if not cells:
            return None, torch.zeros(frame.n_rows, 0)
        table = Frame.of(pa.table(cells))
        steering = cls(Schema.fit(table.take(rows.cpu().numpy()), kinds), table.template)
        batch = steering.schema.to_batch(table)
        steering.encoding.fit(batch.take(rows.cpu()))
        return steering, steering.encoding(batch)

    @property
    def owners(self) -> Tensor:
        """Which condition each feature belongs to."""
        return self.encoding.owners

    def told(self, given: Mapping[str, Any], n: int) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """Conditions (n, width) of new rows, flags (n, m) of what is told, and the choice of each row among wanted values.

        Raises
        ------
        ParameterError
            The flow learned nothing of that name as a condition, or the value cannot be.
        """
        unknown = [name for name in given if name not in self.schema.names]
        if unknown:
            raise ParameterError(refusal(unknown[0], self.schema.names))
        blank = self.encoding.decode(torch.zeros(n, self.encoding.width))
        told = torch.zeros(n, len(self.schema.names), dtype=torch.bool)
        chosen: dict[str, Tensor] = {}
        for name, value in given.items():
            condition = Condition.of(name, value, self.schema, self.template)
            chosen[name] = self._choose(condition, n)
            put(blank, self.schema, condition, chosen[name])
            told[:, self.schema.names.index(name)] = True
        return self.encoding(blank), told, chosen

    def _choose(self, condition: Condition, n: int) -> Tensor:
        """One of the wanted values for every row, by their shares in training."""
        if len(condition.wanted) == 1:
            return torch.zeros(n, dtype=torch.long)
        if condition.is_range or levels_of(self.schema, condition.name) is None:
            raise ParameterError(
                f"a Flow is told one value of {condition.name!r}, not a range or a choice of numbers: give a single value, "
                f"or fit a MaskedAutoencoder, which keeps any condition."
            )
        rows = self.encoding.decode(torch.zeros(len(condition.wanted), self.encoding.width))
        put(rows, self.schema, condition, torch.arange(len(condition.wanted)))
        mine = self.owners == self.schema.names.index(condition.name)
        slots = self.encoding(rows) * self.encoding.scale + self.encoding.shift
        shares = (slots * self.encoding.shift)[:, mine].sum(1).clamp_min(1e-6)
        return torch.multinomial(shares.expand(max(n, 1), -1), 1)[:n, 0]


def put(batch: Batch, schema: Schema, condition: Condition, chosen: Tensor) -> None:
    """Write the chosen ones of the wanted values into the rows of a batch, in place."""
    column, place = column_of(schema, condition.name)
    key = schema.key(column)
    values = condition.values[chosen]
    batch.values[key][:, place] = values.nan_to_num().to(batch.values[key].dtype)
    if key in batch.seen:
        batch.seen[key][:, place] = ~values.isnan()
    elif values.isnan().any():
        raise ParameterError(f"{condition.name!r} cannot be missing: no training row lacks it.")


def refusal(name: str, known: Sequence[str]) -> str:
    """Why a flow cannot be told something, and what to do."""
    can = f"it can be told {listed(tuple(known))}" if known else "it learned no conditions"
    return (
        f"this Flow cannot be told what {name!r} is to be: {can}. Fit it with condition=[{name!r}], or a "
        f"MaskedAutoencoder, which can be told any column."
    )


def _labels(y: Any, frame: Frame, schema: Schema) -> pa.Array | None:
    """Labels that came beside the rows, None where they tell nothing."""
    if y is None:
        return None
    labels = np.asarray(y)
    if labels.shape != (frame.n_rows,):
        raise LabelError(
            f"labels of shape {labels.shape} came with {frame.n_rows} rows: give one for each row."
        )
    if LABEL in schema.table:
        raise LabelError(
            f"the rows have a column {LABEL!r} already: rename it, or use condition=[{LABEL!r}] without y."
        )
    found = pa.array(labels.tolist() if labels.dtype == object else labels)
    return found if len(found.unique()) > 1 else None


def _are_levels(labels: pa.Array) -> bool:
    """Whether labels are classes rather than amounts."""
    return not pa.types.is_floating(labels.type) and len(labels.unique()) <= MANY
