"""Which leading dimensions of a code are in sight: nested dropout, and its use after training."""

import torch

from diabolo.shapes import Code

__all__ = ["nested_dropout", "prefix", "prefix_widths"]

FULL = 0.1  # share of rows that see the whole code, so that the widest model is not neglected


def prefix(code: Code, width: int) -> Code:
    """A mask (B, k) of ones on the first ``width`` dimensions.

    Examples
    --------
    >>> prefix(torch.zeros(1, 4), 2).tolist()
    [[1.0, 1.0, 0.0, 0.0]]
    """
    return (torch.arange(code.shape[1], device=code.device) < width).to(code.dtype).expand_as(code)


def nested_dropout(code: Code) -> Code:
    """A mask (B, k) that shows each row a random number of leading dimensions, uniform in 1..k.

    References
    ----------
    Rippel, Gelbart & Adams, "Learning ordered representations with nested dropout", ICML 2014.

    Examples
    --------
    >>> mask = nested_dropout(torch.zeros(100, 8))
    >>> bool((mask[:, 1:] <= mask[:, :-1]).all()), bool((mask[:, 0] == 1).all())
    (True, True)
    """
    k = code.shape[1]
    draw = torch.rand(len(code), 2, device=code.device)
    width = torch.where(draw[:, 1] < FULL, float(k), torch.floor(draw[:, 0] * k) + 1)
    return (torch.arange(k, device=code.device) < width[:, None]).to(code.dtype)


def prefix_widths(k: int) -> list[int]:
    """1, 2, 4, ... and k: the widths at which an ordered code is judged.

    Examples
    --------
    >>> prefix_widths(10)
    [1, 2, 4, 8, 10]
    """
    return [*(2**i for i in range(k.bit_length()) if 2**i < k), k]
