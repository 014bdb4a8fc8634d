"""Any pair of torch networks as an architecture."""

import copy
import dataclasses

from torch import Tensor, nn

__all__ = ["Modules"]


@dataclasses.dataclass(frozen=True)
class Modules:
    """A pair of networks of your own: an autoencoder is an ordinary network with a watched middle layer.

    A model file holds no code, so such a model is loaded with ``diabolo.load(path, architecture=Modules(...))``.

    Parameters
    ----------
    encoder_net : torch.nn.Module
        (B, features) -> (B, n_components).
    decoder_net : torch.nn.Module
        (B, n_components) -> (B, features): hidden features, read out linearly by the head of each column.
    features : int
        Width of what the decoder gives.
    linear_path : bool, optional
        As in :class:`diabolo.nn.Dense`.

    Examples
    --------
    >>> spec = Modules(nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 16), nn.Tanh()), features=16)
    """

    encoder_net: nn.Module
    decoder_net: nn.Module
    features: int
    linear_path: bool | None = False

    def encoder(self, features: int | tuple[int, int, int], code: int) -> nn.Module:  # noqa: ARG002 - given by the net
        """A copy of the encoder, so that fitting leaves yours alone."""
        return copy.deepcopy(self.encoder_net)

    def decoder(self, code: int, features: int | tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 - given by the net
        """A copy of the decoder with its width."""
        return Given(copy.deepcopy(self.decoder_net), self.features)


class Given(nn.Module):
    """A network and the width of what it gives."""

    def __init__(self, net: nn.Module, features: int) -> None:
        super().__init__()
        self.net = net
        self.features = features

    def forward(self, code: Tensor) -> Tensor:
        """(B, k) -> (B, features)."""
        return self.net(code)
