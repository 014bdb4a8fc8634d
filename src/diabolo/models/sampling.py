"""What all models that make new rows share: how many, under which conditions, from which seed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, cast

import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from diabolo.columns import Categorical
from diabolo.data.batch import Batch
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames.names import listed
from diabolo.models import defaults
from diabolo.models.conditions import Condition, conditions, levels_of
from diabolo.randomness import seeded

__all__ = ["Samples", "with_rare"]


class Samples(ABC):
    """Models that make new rows like those they were fitted with."""

    schema_: Schema
    template_: dict[str, Any]
    beside_: tuple[str, ...] = ()  # what can be told that is no column of the rows, but a label beside them

    @abstractmethod
    def sample_batch(self, n: int, given: Mapping[str, Any]) -> Batch:
        """``n`` new rows that keep the conditions, drawn from the global generator; gaps are what is not ``seen``."""

    def sample(
        self,
        n: int = 1,
        *,
        given: Mapping[str, Any] | None = None,
        balance: str | None = None,
        random_state: Any = None,
    ) -> Any:
        """New rows, of the kind, columns, order and dtypes of the training data.

        Parameters
        ----------
        n : int
            How many; 0 gives an empty table of the right columns.
        given : dict of str to value, optional
            What some columns are to be, where the model can be told: a value; a list, of which it is to be one; a
            tuple ``(low, high)``, None for no limit, for numbers and times; None for a gap.
        balance : str, optional
            A column whose levels (those that ``given`` leaves) are to come up equally often.
        random_state : int, RandomState or None
            An int gives the same rows every time.

        Raises
        ------
        ParameterError
            ``n`` is not a whole number from 0, or a condition cannot be kept.
        """
        check_is_fitted(self)
        if isinstance(cast(Any, n), bool) or not isinstance(cast(Any, n), Integral) or n < 0:
            raise ParameterError(f"n={n!r} is not a number of rows: give a whole number from 0.")
        given = _told(given, balance)
        told = {name: value for name, value in given.items() if name not in self.beside_}
        with seeded(defaults.seed(random_state), "sample"), torch.inference_mode():
            batch = self.sample_batch(int(n), given) if balance is None else self._balanced(n, given, balance)
            wanted = conditions(told, self.schema_, self.template_)
            values = with_rare(self.schema_, batch.values, wanted)
        held = {condition.name: condition.hold for condition in wanted}
        return self.schema_.to_table(values, self.template_, seen=batch.seen, amend=held)

    def _balanced(self, n: int, given: dict[str, Any], column: str) -> Batch:
        """As many rows of each level, one more of some by chance, in random order."""
        levels = _levels(self.schema_, self.template_, given, column)
        places = torch.randperm(n) % len(levels)
        counts = torch.bincount(places, minlength=len(levels)).tolist()
        order = torch.randperm(len(levels)).tolist()
        parts = [
            self.sample_batch(count, {**given, column: levels[level]})
            for level, count in zip(order, counts, strict=True)
            if count or not n
        ]
        return Batch.joined(parts).take(torch.randperm(n))


def _told(given: Any, balance: Any) -> dict[str, Any]:
    """Conditions as a person gave them, by column."""
    if given is not None and not isinstance(given, Mapping):
        raise ParameterError(f"given={given!r} is no dict: give {{'column': value}}.")
    if balance is not None and not isinstance(balance, str):
        raise ParameterError(f"balance={balance!r} is not the name of a column.")
    return {**(given or {})}


def with_rare(
    schema: Schema, values: Mapping[str, Tensor], wanted: Sequence[Condition] = ()
) -> dict[str, Tensor]:
    """Values by block in which *other* is one of the rare levels, those that conditions allow, by their shares.

    To decode it as the commonest of them would let all others vanish.
    """
    allowed = {condition.name: condition.wanted.to_pylist() for condition in wanted}
    blocks = schema.blocks
    return {
        key: column.draw_rare(cells, allowed) if isinstance(column := blocks[key], Categorical) else cells
        for key, cells in values.items()
    }


def _levels(schema: Schema, template: dict[str, Any], given: dict[str, Any], column: str) -> list[Any]:
    """The levels of a column that a person left open."""
    levels = levels_of(schema, column)
    if levels is None:
        raise ParameterError(
            f"balance={column!r} needs a column of levels, but this one holds numbers or times; the columns of levels are "
            f"{listed(tuple(n for n in schema.names if levels_of(schema, n) is not None)) or 'none'}."
        )
    if column not in given:
        return list(levels)
    wanted = Condition.of(column, given[column], schema, template).wanted.to_pylist()
    return list(dict.fromkeys(wanted))
