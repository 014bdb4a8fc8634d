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

from jaxtyping import Bool, Float, Int
from torch import Tensor

__all__ = ["Cells", "Code", "Codes", "Features", "Images", "PerRow", "Seen"]

PerRow = Float[Tensor, "B"]
Cells = Float[Tensor, "B m"]
Codes = Int[Tensor, "B m"]
Seen = Bool[Tensor, "B m"]
Features = Float[Tensor, "B h"]
Code = Float[Tensor, "B k"]
Images = Float[Tensor, "B c y x"]
