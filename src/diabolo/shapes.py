"""The legend of array shapes, used in annotations and docstrings.

====== =============================================
letter axis
====== =============================================
B      rows of a batch
n      rows of a table
m      columns of one block
d      features of a row
k      latent dimensions (``n_components``)
h      hidden features of a network
c y x  channels, height and width of an image
====== =============================================
"""

from jaxtyping import Float
from torch import Tensor

__all__ = ["Code", "Features", "PerRow"]

PerRow = Float[Tensor, "B"]
Features = Float[Tensor, "B h"]
Code = Float[Tensor, "B k"]
