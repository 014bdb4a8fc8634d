"""Pure functions from a model and rows to numbers: what survived the waist, what did not, and how wide it should be."""

from diabolo.evaluate.anomalies import Anomalies, OddRow, Reason
from diabolo.evaluate.anomaly import anomaly
from diabolo.evaluate.curve import Sweep
from diabolo.evaluate.dimension import intrinsic_dimension, minka, mle, two_nn
from diabolo.evaluate.images import psnr, ssim
from diabolo.evaluate.latent import Geometry, MapQuality, map_quality
from diabolo.evaluate.probes import Probe, ProbeScores, probe
from diabolo.evaluate.reconstruction import reconstruction
from diabolo.evaluate.scores import ColumnScore, Scores
from diabolo.evaluate.suggestions import knee, within
from diabolo.evaluate.sweep import sweep

__all__ = [
    "Anomalies",
    "ColumnScore",
    "Geometry",
    "MapQuality",
    "OddRow",
    "Probe",
    "ProbeScores",
    "Reason",
    "Scores",
    "Sweep",
    "anomaly",
    "intrinsic_dimension",
    "knee",
    "map_quality",
    "minka",
    "mle",
    "probe",
    "psnr",
    "reconstruction",
    "ssim",
    "sweep",
    "two_nn",
    "within",
]
