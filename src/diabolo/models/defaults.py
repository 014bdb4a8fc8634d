"""The one dial: what ``size`` and the data decide when a person does not."""

import dataclasses
import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch

from diabolo.columns import Image
from diabolo.data.schema import Schema
from diabolo.errors import ParameterError
from diabolo.models.codec import Architecture
from diabolo.nn import Conv, Dense
from diabolo.randomness import as_seed

__all__ = ["SIZES", "Plan", "architecture", "device", "number", "plan", "seed", "whole"]

SIZES = {"small": 0.5, "base": 1.0, "large": 2.0}  # factor on widths
SMALL_PIXELS = 32 * 32  # up to here a dense net sees the whole image at little cost
STEPS = {"small": 1_000, "base": 3_000, "large": 10_000}


@dataclasses.dataclass(frozen=True)
class Plan:
    """Batch size, number of epochs and peak learning rate."""

    batch_size: int
    max_epochs: int
    learning_rate: float


def architecture(size: str, schema: Schema, *, wider: float = 1.0) -> Architecture:
    """Dense for tables, arrays and small images, convolutional for larger ones; widths by ``size``, times ``wider``."""
    factor = _size(size) * wider
    images = [column for column in schema.columns if isinstance(column, Image)]
    if (
        len(images) == len(schema.columns) == 1
        and math.prod(images[0].size) > SMALL_PIXELS * images[0].size[0]
    ):
        return Conv((int(32 * factor), int(64 * factor)), hidden=int(256 * factor))
    widths = (1000, 500, 250) if schema.n_coordinates > 256 else (512, 256)
    return Dense(tuple(int(width * factor) for width in widths))


def plan(
    size: str,
    rows: int,
    batch_size: int | str,
    max_epochs: int | str,
    learning_rate: float | str,
    *,
    steps: Mapping[str, int] = STEPS,
    rate: float | None = None,
) -> Plan:
    """Fill in what is ``auto``: about 25 batches an epoch of 32 to 256 rows, and steps (and a rate) by model."""
    _size(size)
    batch = number("batch_size", batch_size) or _power_of_two(rows / 25, 32, 256)
    epochs = number("max_epochs", max_epochs) or min(
        200, max(10, round(steps[size] / math.ceil(rows / batch)))
    )
    usual = rate or (3e-3 if batch <= 64 else 2e-3)
    return Plan(int(batch), int(epochs), float(number("learning_rate", learning_rate) or usual))


def device(name: str) -> torch.device:
    """The device of that name; ``auto`` is a GPU where there is one."""
    try:
        found = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name)
        torch.empty(0, device=found)
    except (AssertionError, RuntimeError, TypeError) as error:
        raise ParameterError(f"device={name!r} is not there: give 'auto', 'cpu' or 'cuda'.") from error
    return found


def number(name: str, value: Any) -> float | None:
    """The positive number a person gave, None for ``auto``; whole, but for the learning rate.

    Raises
    ------
    ParameterError
        It is neither.

    Examples
    --------
    >>> number("max_epochs", 20)
    20.0
    """
    if isinstance(value, str) and value == "auto":
        return None
    found = 0.0 if isinstance(value, bool) or not isinstance(value, Real) else float(value)
    if not 0 < found < math.inf or not (found.is_integer() or name == "learning_rate"):
        raise ParameterError(f"{name}={value!r} is neither 'auto' nor a positive number.")
    return found


def whole(name: str, value: Any, least: int = 1, otherwise: str = "") -> int:
    """The whole number a person gave.

    Raises
    ------
    ParameterError
        It is none, or smaller; ``otherwise`` says what else is allowed.

    Examples
    --------
    >>> whole("steps", 9, 2)
    9
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise ParameterError(f"{name}={value!r} is not a whole number, at least {least}{otherwise}.")
    return int(value)


def seed(random_state: Any) -> int:
    """The seed of a run from ``random_state``.

    Raises
    ------
    ParameterError
        It is not one of scikit-learn's.

    Examples
    --------
    >>> seed(7)
    7
    """
    if isinstance(random_state, Integral) and int(random_state) >= 0:
        return int(random_state)
    if random_state is not None and not isinstance(random_state, np.random.RandomState):
        raise ParameterError(
            f"random_state={random_state!r} is not allowed: give a whole number from 0, None or a "
            "numpy.random.RandomState."
        )
    return as_seed(random_state)


def _size(size: Any) -> float:
    if not isinstance(size, str) or size not in SIZES:
        raise ParameterError(f"size={size!r} is not one of {', '.join(SIZES)}.")
    return SIZES[size]


def _power_of_two(value: float, low: int, high: int) -> int:
    return int(min(max(2 ** round(math.log2(max(value, 1))), low), high))
