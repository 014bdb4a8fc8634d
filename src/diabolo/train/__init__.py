"""How models are trained: one loop, its plan and its record."""

from diabolo.train.history import Epoch, History
from diabolo.train.objective import Objective
from diabolo.train.trainer import Trainer

__all__ = ["Epoch", "History", "Objective", "Trainer"]
