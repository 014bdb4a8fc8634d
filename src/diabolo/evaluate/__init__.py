"""Pure functions from a model and rows to numbers: what survived the waist, and what did not."""

from diabolo.evaluate.images import psnr, ssim
from diabolo.evaluate.latent import Geometry, MapQuality, map_quality
from diabolo.evaluate.probes import Probe, ProbeScores, probe
from diabolo.evaluate.reconstruction import reconstruction
from diabolo.evaluate.scores import ColumnScore, Scores

__all__ = [
    "ColumnScore",
    "Geometry",
    "MapQuality",
    "Probe",
    "ProbeScores",
    "Scores",
    "map_quality",
    "probe",
    "psnr",
    "reconstruction",
    "ssim",
]
