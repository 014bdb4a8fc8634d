"""Any pair of torch networks as an architecture."""

import copy
import dataclasses
import math

import torch
from torch import Tensor, nn

from diabolo.errors import ArchitectureError

__all__ = ["Modules"]


@dataclasses.dataclass(frozen=True)
class Modules:
    """A pair of networks of your own: an autoencoder is an ordinary network with a watched middle layer.

    A model file holds no code, so such a model is loaded with ``diabolo.load(path, architecture=Modules(...))``.

    Parameters
    ----------
    encoder_net : torch.nn.Module
        (B, features) -> (B, n_components), or for a classifier (B, number of classes). Pixels come flat: begin with
        ``nn.Unflatten(1, (1, 28, 28))``, say.
    decoder_net : torch.nn.Module, optional
        Not for classifiers. (B, n_components) -> (B, features): hidden features, read out linearly by the head of each
        column. With ``ordered=True`` it is given (B, 2 n_components): the code, then 1 for each dimension in use and 0 for
        the others.
    features : int
        Width of what the decoder gives; needed with one.
    linear_path : bool, optional
        As in :class:`diabolo.nn.Dense`.

    Raises
    ------
    ArchitectureError
        In fitting: a network takes or gives another width than it should.

    Examples
    --------
    >>> spec = Modules(nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 16), nn.Tanh()), features=16)
    """

    encoder_net: nn.Module
    decoder_net: nn.Module | None = None
    features: int = 0
    linear_path: bool | None = False

    def encoder(self, features: int | tuple[int, int, int], code: int) -> nn.Module:
        """A copy of the encoder, so that fitting leaves yours alone."""
        width = features if isinstance(features, int) else math.prod(features)
        return _checked("encoder_net", self.encoder_net, width, code)

    def decoder(self, code: int, features: int | tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 - given by the net
        """A copy of the decoder with its width."""
        if self.decoder_net is None:
            raise ArchitectureError(
                "this model decodes, and Modules(...) was given no decoder_net: give one, and the width of what it "
                "gives as features."
            )
        return Given(_checked("decoder_net", self.decoder_net, code, self.features), self.features)


class Given(nn.Module):
    """A network and the width of what it gives."""

    def __init__(self, net: nn.Module, features: int) -> None:
        super().__init__()
        self.net = net
        self.features = features

    def forward(self, code: Tensor) -> Tensor:
        """(B, k) -> (B, features)."""
        return self.net(code)


@torch.no_grad()
def _checked(name: str, net: nn.Module, width: int, wanted: int) -> nn.Module:
    """A copy of a net that turns rows of one width into rows of another."""
    try:
        came = str(tuple(copy.deepcopy(net).cpu().eval()(torch.zeros(2, width)).shape))
    except RuntimeError as error:
        came = f"an error ({error})"
    if came != str((2, wanted)):
        raise ArchitectureError(
            f"{name} should turn rows of shape (2, {width}) into (2, {wanted}), but gave {came}."
        )
    return copy.deepcopy(net)
