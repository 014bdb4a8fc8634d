"""Any table in, the same kind out: one face over arrays, tensors and data frames, and the way back."""

from diabolo.frames.frame import Frame
from diabolo.frames.restore import restore

__all__ = ["Frame", "restore"]
