"""All weights of a module as one tensor: a snapshot, an average or a broadcast is one operation."""

import torch
from torch import Tensor, nn

__all__ = ["Weights"]

ALIGNMENT = 16  # floats: every parameter starts on a cache line


class Weights:
    """One flat tensor that holds every parameter and floating-point buffer of a module.

    The module's own tensors become views of it, so nothing is copied when the module is used.

    Parameters
    ----------
    module : torch.nn.Module

    Examples
    --------
    >>> net = nn.Linear(2, 1)
    >>> weights = Weights(net)
    >>> best = weights.flat.clone()
    >>> _ = nn.init.zeros_(net.weight)
    >>> _ = weights.flat.copy_(best)
    """

    def __init__(self, module: nn.Module) -> None:
        self.tensors = tensors = [
            t for t in (*module.parameters(), *module.buffers()) if t.is_floating_point()
        ]
        spaces = [-(-t.numel() // ALIGNMENT) * ALIGNMENT for t in tensors]
        device = tensors[0].device if tensors else torch.device("cpu")
        self.flat: Tensor = torch.zeros(sum(spaces), device=device)
        start = 0
        for tensor, space in zip(tensors, spaces, strict=True):
            view = self.flat[start : start + tensor.numel()].view_as(tensor)
            view.copy_(tensor.detach())
            tensor.data = view
            start += space

    def release(self) -> None:
        """Give every tensor of the module memory of its own again."""
        for tensor in self.tensors:
            tensor.data = tensor.data.clone()
