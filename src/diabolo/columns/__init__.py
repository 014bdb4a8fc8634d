"""One file per data type: raw cells <-> tensors <-> features <-> likelihood. ``__all__`` is the registry."""

from diabolo.columns.binary import Binary
from diabolo.columns.categorical import Categorical
from diabolo.columns.continuous import Continuous
from diabolo.columns.count import Count
from diabolo.columns.datetime import Datetime
from diabolo.columns.image import Image
from diabolo.columns.ordinal import Ordinal

__all__ = ["Binary", "Categorical", "Continuous", "Count", "Datetime", "Image", "Ordinal"]
