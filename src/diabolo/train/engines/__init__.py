"""Where a run lives: engines wrap the loop from outside and share it."""

from diabolo.train.engines.local import Local

__all__ = ["Local"]
