"""Hidden cells filled one after the other, each drawn given all that is known by then."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from diabolo.columns import Binary, Categorical
from diabolo.errors import ParameterError
from diabolo.models.codebook import HIDDEN, Codebook, Variable
from diabolo.models.conditions import Condition
from diabolo.models.gaps import spoken
from diabolo.models.masking import MaskedNet

__all__ = ["Options", "chain", "draw", "draw_conditions", "fill", "likeliest", "options"]

CANDIDATES = 8  # for a row whose conditions leave several columns a choice


@dataclasses.dataclass(frozen=True, eq=False)
class Options:
    """Where a cell may lie: a code each, and a part of it.

    Parameters
    ----------
    code : int64 Tensor, shape (K,)
    start, stop : Tensor, shape (K,)
        Places inside the code, in [0, 1].
    weight : Tensor, shape (K,)
        Share of the code's probability.
    """

    code: Tensor
    start: Tensor
    stop: Tensor
    weight: Tensor


def options(condition: Condition, variable: Variable, codebook: Codebook) -> Options:
    """What a condition leaves to a variable.

    Raises
    ------
    ParameterError
        Nothing.
    """
    if condition.is_range:
        return _within(condition, variable, codebook)
    found = [_at(condition, k, variable, codebook) for k in range(len(condition.wanted))]
    code = torch.tensor([part[0] for part in found])
    start, stop = (torch.tensor([part[i] for part in found]) for i in (1, 2))
    same = torch.bincount(code)[code].float()
    return Options(code, start, stop, torch.where(stop > start, stop - start, 1.0 / same))


def _within(condition: Condition, variable: Variable, codebook: Codebook) -> Options:
    """Codes that reach into a range, and how far."""
    bins, (low, high) = variable.bins, condition.values.tolist()
    low, high = (-torch.inf if low != low else low), (torch.inf if high != high else high)  # NaN is no limit
    single = bins.low == bins.high
    start = torch.where(single, 0.0, bins.below(low))
    stop = torch.where(single, 1.0, bins.below(high))
    code = ((bins.low <= high) & (bins.high >= low) & (stop > start)).nonzero().flatten()
    if not len(code) and not bins.are_levels and bool(bins.holds(condition.values).any()):  # between two bins
        code = bins.to_codes(condition.values.nan_to_num(low if low > -torch.inf else high)[:1])
        place = bins.below(low)[code]
        return Options(code, place, place, torch.ones(1))
    if not len(code):
        first, last = spoken(codebook, variable, torch.stack([bins.low[0], bins.high[-1]])).to_pylist()
        raise ParameterError(
            f"no training value of {condition.name!r} lies in that range: they run from {first} to {last}."
        )
    return Options(code, start[code], stop[code], (stop - start)[code])


def _at(condition: Condition, k: int, variable: Variable, codebook: Codebook) -> tuple[int, float, float]:
    """Code and places of the k-th wanted value."""
    value, raw = condition.values[k : k + 1], condition.wanted[k].as_py()
    if raw is None:
        if not variable.gaps:
            raise ParameterError(f"{condition.name!r} cannot be missing: no training row lacks it.")
        return len(variable.bins), 0.0, 1.0
    column = codebook.schema.blocks[variable.key]
    if isinstance(column, Categorical) and raw in column.rare[variable.place]:
        shares = column.rare_shares(variable.place)
        place = column.rare[variable.place].index(raw)
        return int(variable.bins.to_codes(value)), sum(shares[:place]), sum(shares[: place + 1])
    if not bool(variable.bins.holds(value)):
        near = map(str, spoken(codebook, variable, _neighbors(variable, value)).to_pylist())
        raise ParameterError(
            f"{condition.name}={raw} does not occur in training; next to it are {' and '.join(near)}: choose one of "
            f"these, or a range."
        )
    code = int(variable.bins.to_codes(value))
    place = float(variable.bins.below(float(value))[code])
    return code, place, place


def _neighbors(variable: Variable, value: Tensor) -> Tensor:
    """The ends of codes that are next to a value, one or two."""
    below, above = (
        variable.bins.high[variable.bins.high < value],
        variable.bins.low[variable.bins.low > value],
    )
    return torch.cat([below[-1:], above[:1]])


def fill(
    net: MaskedNet, codes: Tensor, order: Sequence[int], pick: Callable[[int, Tensor], Tensor]
) -> Tensor:
    """Codes (n, d) with the hidden cells of the variables in ``order`` filled, one after the other.

    Parameters
    ----------
    net : MaskedNet
    codes : int64 Tensor, shape (n, d)
    order : sequence of int
    pick : function of a variable and its logits (m, size)
        Codes (m,).
    """
    codes = codes.clone()
    for j in order:
        rows = (codes[:, j] == HIDDEN).nonzero().flatten()
        if len(rows):
            codes[rows, j] = pick(j, net.logits(net.features(codes[rows]), j))
    return codes


def draw(codebook: Codebook, *, gaps: bool) -> Callable[[int, Tensor], Tensor]:
    """Codes by their probabilities; without ``gaps`` no cell stays missing."""

    def pick(variable: int, logits: Tensor) -> Tensor:
        logits = logits if gaps else logits[:, : len(codebook.variables[variable].bins)]
        return torch.multinomial(logits.softmax(1), 1).flatten()

    return pick


def likeliest(codebook: Codebook) -> Callable[[int, Tensor], Tensor]:
    """The likeliest level; of numbers and times the median, which is a better guess than the fullest bin."""

    def pick(variable: int, logits: Tensor) -> Tensor:
        found = codebook.variables[variable]
        shares = logits[:, : len(found.bins)].softmax(1)
        if isinstance(codebook.schema.blocks[found.key], Binary | Categorical):
            return shares.argmax(1)
        return (shares.cumsum(1) < 0.5).sum(1).clamp_max(len(found.bins) - 1)

    return pick


def draw_conditions(
    net: MaskedNet, codes: Tensor, places: Tensor, wanted: Mapping[int, Options]
) -> tuple[Tensor, Tensor]:
    """Codes and places (n, d) with the cells under conditions drawn.

    A row x with the conditions S_1, S_2, ... on its columns has the probability p(x) / P(S_1, S_2, ...). Drawing column
    after column inside its condition misses that an early choice may make a later condition unlikely: so the unlikeliest
    condition comes first, several candidates are drawn for each row, and one of them is taken by the product of
    P(S_i | what was drawn before) (sampling importance resampling, Rubin 1987). Where one column at most has a choice,
    nothing is missed.
    """
    if not len(codes):
        return codes, places
    for j in (j for j in wanted if len(wanted[j].code) == 1):
        codes, places = _draw_one(codes, places, j, wanted[j], torch.zeros(len(codes), 1))
    features = net.features(codes[:1])
    choices = sorted(
        (j for j in wanted if len(wanted[j].code) > 1),
        key=lambda j: float(_inside(net, features, j, wanted[j]).logsumexp(1)),
    )
    several = CANDIDATES if len(choices) > 1 else 1
    codes, places = codes.repeat_interleave(several, 0), places.repeat_interleave(several, 0)
    doubt = torch.zeros(len(codes))
    for place, j in enumerate(choices):
        found = _inside(net, net.features(codes), j, wanted[j])
        doubt += found.logsumexp(1) if place else 0.0
        codes, places = _draw_one(codes, places, j, wanted[j], found)
    if several > 1:
        chosen = torch.multinomial(doubt.view(-1, several).softmax(1), 1).flatten()
        rows = torch.arange(len(chosen)) * several + chosen
        codes, places = codes[rows], places[rows]
    return codes, places


def _inside(net: MaskedNet, features: Tensor, variable: int, option: Options) -> Tensor:
    """Log-probability (n, K) of each option of a variable."""
    return net.logits(features, variable).log_softmax(1)[:, option.code] + option.weight.log()


def _draw_one(
    codes: Tensor, places: Tensor, variable: int, option: Options, log_probs: Tensor
) -> tuple[Tensor, Tensor]:
    """Codes and places with one variable drawn among its options."""
    k = torch.multinomial(log_probs.softmax(1), 1).flatten()
    codes, places = codes.clone(), places.clone()
    codes[:, variable] = option.code[k]
    places[:, variable] = torch.lerp(option.start[k], option.stop[k], torch.rand(len(k)))
    return codes, places


def chain(net: MaskedNet, codes: Tensor, order: Sequence[int]) -> Tensor:
    """Log-probability (n,) of codes by the chain rule in one order; cells that are hidden count nothing."""
    known = torch.full_like(codes, HIDDEN)
    total = torch.zeros(len(codes), dtype=torch.float64)
    for j in order:
        truth = codes[:, j]
        log_probs = net.logits(net.features(known), j).log_softmax(1)
        found = log_probs.gather(1, truth.clamp_min(0)[:, None])[:, 0]
        total += torch.where(truth == HIDDEN, 0.0, found).double()
        known[:, j] = truth
    return total
