"""Pure functions from a model and rows to numbers: what survived the waist, and what did not."""

from diabolo.evaluate.images import psnr, ssim
from diabolo.evaluate.reconstruction import reconstruction
from diabolo.evaluate.scores import ColumnScore, Scores

__all__ = ["ColumnScore", "Scores", "psnr", "reconstruction", "ssim"]
