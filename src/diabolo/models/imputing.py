"""What is asked of a model of all conditionals: fill gaps, tell a column from the others, say how likely a row is."""

from abc import ABC
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import torch
from sklearn.utils.validation import check_is_fitted
from torch import Tensor

from diabolo.data.batch import in_one
from diabolo.data.matching import names_in
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.frames import Frame
from diabolo.frames.convert import cast
from diabolo.frames.restore import widened
from diabolo.models import defaults
from diabolo.models.base import ROWS, as_frame
from diabolo.models.codebook import HIDDEN, Codebook
from diabolo.models.conditions import column_of
from diabolo.models.filling import chain, draw, fill, likeliest
from diabolo.models.gaps import answers, doubts, hide_gaps, warn_unfilled
from diabolo.models.masking import MaskedNet
from diabolo.randomness import generator, seeded

__all__ = ["Imputes"]

pc: Any = pyarrow.compute  # its functions are made at import time, unseen by type checkers

METHODS = ("draw", "mode")
TOGETHER = 512  # rows filled in one order


class Imputes(ABC):
    """Models of p(cell | any other cells of its row)."""

    schema_: Schema
    template_: dict[str, Any]
    codebook_: Codebook
    net_: MaskedNet

    def impute(
        self,
        X: Any,
        *,
        method: str = "draw",
        n_draws: int = 1,
        return_uncertainty: bool = False,
        random_state: Any = None,
    ) -> Any:
        """The rows with their gaps filled; cells that are there come back as they were.

        Each gap is filled given the seen cells of its row and what was filled before it, so the cells filled in go with
        each other.

        Parameters
        ----------
        X : table or array
            Of the columns the model was fitted with.
        method : {"draw", "mode"}
            ``draw``: at random by their probabilities, so that columns keep their spread; ``mode``: the likeliest level,
            and the median of numbers and times, the better guess of a single cell.
        n_draws : int
            So many filled tables, to see what the gaps leave open (multiple imputation); then a list of them.
        return_uncertainty : bool
            Also give how unsure each filled cell is.
        random_state : int, RandomState or None
            An int gives the same draws every time.

        Returns
        -------
        table or array of the kind of ``X``, or a list of them
            With ``return_uncertainty`` a pair: that, and float64 (n, n_columns) in the order of ``schema_.names``: zero
            for seen cells; for numbers the standard deviation of p(cell | seen cells), for times that in seconds, for
            levels the probability that the likeliest is wrong.

        Raises
        ------
        ParameterError
            A parameter is not allowed.

        Warns
        -----
        UnfilledWarning
            Columns have gaps that stay, for the model left the columns out.

        References
        ----------
        Rubin, "Multiple imputation for nonresponse in surveys", Wiley 1987.
        """
        frame, batch = self._read(X)  # type: ignore[attr-defined]
        _check(method, n_draws)
        warn_unfilled(self.schema_, frame)
        codes = hide_gaps(self.codebook_, batch)
        with seeded(defaults.seed(random_state), "impute"), torch.inference_mode():
            tables = [self._filled(frame, codes, method) for _ in range(n_draws)]
            filled = tables if n_draws > 1 else tables[0]
            return (filled, doubts(self.net_, self.codebook_, codes)) if return_uncertainty else filled

    def predict_proba(self, X: Any, column: str | None = None) -> np.ndarray:
        """p(column | the other cells of each row).

        Parameters
        ----------
        X : table or array
            The column itself is not looked at, and may be absent from a table.
        column : str, optional
            By default the last one the model learned from.

        Returns
        -------
        ndarray of float32, shape (n, C)
            In the order of :meth:`levels`; rows add up to one.

        Raises
        ------
        ParameterError
            There is no such column, or the model left it out.
        """
        check_is_fitted(self)
        column = self.schema_.names[-1] if column is None else column
        j, spread = self._asked(column)
        batch = self.schema_.to_batch(as_frame(X).with_empty(column), type(self).__name__)
        codes = self.codebook_.to_codes(batch)
        codes[:, j] = HIDDEN
        with torch.inference_mode():
            logits = in_one(
                (self.net_.logits(self.net_.features(c), j) for c in codes.split(ROWS)), len(codes)
            )
            return (logits[:, : len(spread)].softmax(1) @ spread).numpy()

    def levels(self, column: str) -> np.ndarray:
        """What the columns of :meth:`predict_proba` stand for: sorted levels, or values of numbers.

        Parameters
        ----------
        column : str
            Of numbers and times with many values: the medians of their bins.
        """
        check_is_fitted(self)
        j, _ = self._asked(column)
        return answers(self.codebook_, j)[0]

    def log_likelihood(self, X: Any, *, n_orders: int = 4, random_state: Any = 0) -> np.ndarray:
        """Log-probability of rows in nats, by the chain rule: the mean over random orders of the columns.

        It is a probability of codes: a number counts by its value where these are few, else by its bin; a gap is a code
        where training had some, else it counts nothing. The mean over orders is at most the log of the mean probability.

        Parameters
        ----------
        X : table or array
        n_orders : int
            Orders to average over, the same for all rows; the cost grows with them.
        random_state : int, RandomState or None
            Of the orders.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        _, batch = self._read(X)  # type: ignore[attr-defined]
        number = defaults.number("n_orders", n_orders)
        if number is None:
            raise ParameterError("n_orders='auto' is not allowed: give a whole number from 1.")
        codes, seed = self.codebook_.to_codes(batch), defaults.seed(random_state)
        orders = [
            torch.randperm(codes.shape[1], generator=generator(seed, "order", i)).tolist()
            for i in range(int(number))
        ]
        with torch.inference_mode():
            parts = [torch.stack([chain(self.net_, c, o) for o in orders]).mean(0) for c in codes.split(ROWS)]
        return torch.cat(parts).numpy()

    def _asked(self, column: str) -> tuple[int, Tensor]:
        """Place of a column in a row of codes, and shares (codes, levels) of its levels in its codes."""
        column_of(self.schema_, column)
        place = self.codebook_.places(column)[0]
        return place, answers(self.codebook_, place)[1]

    def _filled(self, frame: Frame, codes: Tensor, method: str) -> Any:
        """The table of a frame with its gaps filled."""
        pick = draw(self.codebook_, gaps=False) if method == "draw" else likeliest(self.codebook_)
        known = torch.rand(codes.shape) if method == "draw" else torch.full(codes.shape, 0.5)
        open_rows = (codes == HIDDEN).any(1).nonzero().flatten()
        codes = codes.clone()
        for rows in open_rows.split(TOGETHER):
            order = torch.randperm(codes.shape[1]).tolist() if method == "draw" else range(codes.shape[1])
            codes[rows] = fill(self.net_, codes[rows], order, pick)
        batch = self.codebook_.to_batch(codes, known)
        names = names_in(frame, self.schema_.table, self.schema_.names)
        amend = {
            name: _keep(frame.arrow(names[name]))
            for name in self.schema_.table
            if names[name] in frame.names and names[name] not in frame.images and name in self.schema_.names
        }
        template = widened(frame.template, self.template_)
        return self.schema_.to_table(batch.values, template, frame, batch.seen, amend, new=True)


def _keep(came: pa.ChunkedArray) -> Callable[[pa.Array], pa.Array]:
    """Puts the cells that came in the place of those a model made, where there are any."""
    cells = came.combine_chunks()
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, cells.type), cells)
    if pa.types.is_null(cells.type):
        return lambda made: made
    return lambda made: pc.coalesce(cells, cast(made, cells.type))


def _check(method: Any, n_draws: Any) -> None:
    """Raise unless the parameters of ``impute`` are allowed."""
    if method not in METHODS:
        raise ParameterError(f"method={method!r} is not one of {', '.join(METHODS)}.")
    if isinstance(n_draws, bool) or not isinstance(n_draws, Integral) or n_draws < 1:
        raise ParameterError(f"n_draws={n_draws!r} is not a whole number, at least 1.")
    if n_draws > 1 and method == "mode":
        raise ParameterError(f"n_draws={n_draws} tables of method='mode' would all be the same: use 'draw'.")
