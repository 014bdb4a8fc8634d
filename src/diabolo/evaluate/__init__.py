"""Pure functions from a model and rows to numbers: what survived the waist, and what did not."""

from diabolo.evaluate.anomalies import Anomalies, OddRow, Reason
from diabolo.evaluate.anomaly import anomaly
from diabolo.evaluate.images import psnr, ssim
from diabolo.evaluate.reconstruction import reconstruction
from diabolo.evaluate.scores import ColumnScore, Scores

__all__ = [
    "Anomalies",
    "ColumnScore",
    "OddRow",
    "Reason",
    "Scores",
    "anomaly",
    "psnr",
    "reconstruction",
    "ssim",
]
