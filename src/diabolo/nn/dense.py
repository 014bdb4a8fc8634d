"""Dense networks: the encoder and decoder of the chapter, from one layer each to any depth."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Callable, Collection

from torch import Tensor, nn

from diabolo.errors import ArchitectureError

__all__ = ["ACTIVATIONS", "Dense", "check"]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "leaky_relu": functools.partial(nn.LeakyReLU, 0.2),
}
RECTIFIERS = ("relu", "silu", "gelu", "leaky_relu")
RECTIFIER_GAIN = math.sqrt(2.0)
NORMS = ("batch", "none")


def check(spec: object, name: str, *, allowed: Collection[str] | None = None) -> None:
    """Raise an ArchitectureError unless a field of a spec is one of the names allowed, or (without these) widths.

    Examples
    --------
    >>> check(Dense((8,)), "hidden")
    """
    value = getattr(spec, name)
    if allowed is not None:
        if value not in allowed:
            raise ArchitectureError(f"{name}={value!r} is not one of {', '.join(allowed)}.")
    elif not all(isinstance(width, int) and width >= 1 for width in value):
        raise ArchitectureError(f"{name}={value!r} is not a tuple of whole numbers, each at least 1.")


@dataclasses.dataclass(frozen=True)
class Dense:
    """A dense encoder and its mirror image as decoder.

    With ``hidden=()`` it is the simplest autoencoder there is, one layer each:
    z = f(x W₁ + b₁) and x̂ = z W₂ + b₂, with W₁ (d, k), W₂ (k, d) and f = ``code_activation``.

    Parameters
    ----------
    hidden : tuple of int
        Widths of the encoder's hidden layers; the decoder has them in reverse.
    activation : str
        One of ``identity relu silu gelu tanh sigmoid leaky_relu`` (slope 0.2).
    code_activation : str
        The function f applied to the code.
    norm : {"batch", "none"}
        Batch normalization (Ioffe & Szegedy 2015) before each activation; code and output have none.
    dropout : float
        Share of hidden units silenced in each training step (Srivastava et al. 2014).
    linear_path : bool, optional
        Add x W to the code and z V to the output, and start both at principal components, so that the nets learn only
        what is not linear. None: only where the nets alone end worse than PCA. False: never.

    Raises
    ------
    ArchitectureError
        A name that is none of these, or a width below 1.

    References
    ----------
    Hinton & Salakhutdinov, "Reducing the dimensionality of data with neural networks", Science 2006.

    Examples
    --------
    >>> import torch
    >>> net = Dense((8,)).encoder(4, 2)
    >>> net(torch.zeros(3, 4)).shape
    torch.Size([3, 2])
    """

    hidden: tuple[int, ...] = (256, 128)
    activation: str = "silu"
    code_activation: str = "identity"
    norm: str = "batch"
    dropout: float = 0.0
    linear_path: bool | None = None

    def __post_init__(self) -> None:
        check(self, "hidden")
        check(self, "activation", allowed=ACTIVATIONS)
        check(self, "code_activation", allowed=ACTIVATIONS)
        check(self, "norm", allowed=NORMS)
        if not 0.0 <= self.dropout < 1.0:
            raise ArchitectureError(f"dropout={self.dropout} is not a share of the units in [0, 1).")

    def encoder(self, features: int | tuple[int, int, int], code: int) -> nn.Module:
        """A net from (B, features) to (B, code); a map of channels, height and width is read flat."""
        features = features if isinstance(features, int) else math.prod(features)
        layers = _stack((features, *self.hidden), self)
        last = nn.Linear(self.hidden[-1] if self.hidden else features, code)
        return nn.Sequential(*layers, last, ACTIVATIONS[self.code_activation]())

    def decoder(self, code: int, features: int | tuple[int, int, int]) -> "Mirror":  # noqa: ARG002 - maps need it
        """A net from (B, code) to hidden features (B, ``Mirror.features``), which the heads read."""
        return Mirror(code, self)


class Mirror(nn.Module):
    """The hidden part of a dense decoder.

    Attributes
    ----------
    features : int
        Width of what comes out.
    """

    def __init__(self, code: int, spec: Dense) -> None:
        super().__init__()
        widths = (code, *reversed(spec.hidden))
        self.features: int = widths[-1]
        self.layers = nn.Sequential(*_stack(widths, spec))

    def forward(self, code: Tensor) -> Tensor:
        """(B, code) -> (B, features)."""
        return self.layers(code)


def _stack(widths: tuple[int, ...], spec: Dense) -> list[nn.Module]:
    """Linear, norm, activation and dropout for each step of ``widths``."""
    layers: list[nn.Module] = []
    for wide, next_wide in itertools.pairwise(widths):
        layers.append(_linear(wide, next_wide, spec))
        if spec.norm == "batch":
            layers.append(_batch_norm(next_wide))
        layers.append(ACTIVATIONS[spec.activation]())
        if spec.dropout:
            layers.append(nn.Dropout(spec.dropout))
    return layers


def _linear(wide: int, next_wide: int, spec: Dense) -> nn.Linear:
    """A hidden layer that starts orthogonal: it keeps lengths both ways, all directions alike (Saxe et al., ICLR 2014)."""
    layer = nn.Linear(wide, next_wide, bias=spec.norm == "none")
    nn.init.orthogonal_(layer.weight, gain=RECTIFIER_GAIN if _halves(spec) else 1.0)
    return layer


def _halves(spec: Dense) -> bool:
    """Whether the activation takes about half the variance away and no norm restores it."""
    return spec.norm == "none" and spec.activation in RECTIFIERS


def _batch_norm(width: int) -> nn.BatchNorm1d:
    """Batch normalization without its counter, an integer that no computation needs."""
    norm = nn.BatchNorm1d(width)
    norm.num_batches_tracked = None
    return norm
