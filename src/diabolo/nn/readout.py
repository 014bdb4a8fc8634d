"""The last linear map of a decoder, with an optional linear path from the code itself."""

import torch
from torch import Tensor, nn

__all__ = ["Readout", "ridge"]


def ridge(inputs: Tensor, targets: Tensor, strength: float = 1e-6) -> tuple[Tensor, Tensor]:
    """Ridge regression with intercept: argmin ‖X W + b − Y‖² + s‖W‖², computed in float64.

    Parameters
    ----------
    inputs : Tensor, shape (n, k)
    targets : Tensor, shape (n, m)
    strength : float
        Penalty s as a share of the mean diagonal of XᵀX.

    Returns
    -------
    (W, b) : Tensors of shapes (k, m) and (m,), in float32

    Examples
    --------
    >>> x = torch.arange(4.0)[:, None]
    >>> W, b = ridge(x, 2 * x + 1)
    >>> torch.allclose(W, torch.tensor([[2.0]]), atol=1e-3), torch.allclose(b, torch.tensor([1.0]), atol=1e-3)
    (True, True)
    """
    x, y = inputs.double(), targets.double()
    x_mean, y_mean = x.mean(0), y.mean(0)
    x, y = x - x_mean, y - y_mean
    gram = x.T @ x
    gram += torch.eye(len(gram), dtype=gram.dtype, device=gram.device) * (
        strength * gram.diagonal().mean() + 1e-12
    )
    weight = torch.linalg.solve(gram, x.T @ y)
    return weight.float(), (y_mean - x_mean @ weight).float()


class Readout(nn.Module):
    """Hidden features (and the code) -> ``out`` numbers per row: y = W h + b + link(V z + c).

    Parameters
    ----------
    features : int or (channels, height, width)
        Width of the hidden features, or the shape of a feature map, which a 3x3 convolution reads.
    code : int
        Width of the code that is added linearly; 0 for no linear path.
    out : int
        Numbers per row; for a map, channels x height x width.
    link : Module, optional
        What the linear map of the code goes through, (B, out) -> (B, out); None: nothing.

    Examples
    --------
    >>> Readout(8, 2, 3)(torch.zeros(5, 8), torch.zeros(5, 2)).shape
    torch.Size([5, 3])
    """

    def __init__(
        self, features: int | tuple[int, int, int], code: int, out: int, link: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.link = link
        if isinstance(features, int):
            self.main: nn.Module = nn.Linear(features, out)
        else:
            channels, height, width = features
            self.main = nn.Sequential(
                nn.Conv2d(channels, out // (height * width), 3, padding=1), nn.Flatten()
            )
        self.skip = nn.Linear(code, out) if code else None

    def forward(self, hidden: Tensor, code: Tensor | None) -> Tensor:
        """(B, features) and (B, code) -> (B, out)."""
        out = self.main(hidden)
        if self.skip is None or code is None:
            return out
        linear = self.skip(code)
        return out + (linear if self.link is None else self.link(linear))

    @torch.no_grad()
    def start(self, code: Tensor, targets: Tensor) -> Tensor:
        """Make the linear map (before the link) the least-squares map from code to targets and silence the rest.

        Parameters
        ----------
        code : Tensor, shape (n, k)
        targets : Tensor, shape (n, out)

        Returns
        -------
        Tensor, shape (n, out)
            The residual of the linear map.
        """
        if self.skip is None:
            return targets - targets.mean(0)
        weight, offset = ridge(code, targets)
        self.skip.weight.copy_(weight.T)
        self.skip.bias.copy_(offset)
        for parameter in self.main.parameters():
            parameter.zero_()
        return targets - (code @ weight + offset)
