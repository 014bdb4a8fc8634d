"""Pure functions from a model and rows to numbers: what survived the waist, what did not, and how wide it should be."""

from diabolo.evaluate.anomalies import Anomalies, OddRow, Reason
from diabolo.evaluate.anomaly import anomaly
from diabolo.evaluate.curve import Sweep
from diabolo.evaluate.dimension import intrinsic_dimension, minka, mle, two_nn
from diabolo.evaluate.fresh_judge import FreshJudge, fresh_judge
from diabolo.evaluate.generation import generation
from diabolo.evaluate.image_generation import ImageLikeness, ImageScores, image_generation
from diabolo.evaluate.images import psnr, ssim
from diabolo.evaluate.latent import Geometry, MapQuality, map_quality
from diabolo.evaluate.likeness import ColumnShape, GenerationScores, Likeness, PairTrend
from diabolo.evaluate.modes import ModeCoverage, mode_coverage
from diabolo.evaluate.probes import Probe, ProbeScores, probe
from diabolo.evaluate.proportions import clopper_pearson, wilson
from diabolo.evaluate.reconstruction import reconstruction
from diabolo.evaluate.robustness import robustness
from diabolo.evaluate.scores import ColumnScore, Scores
from diabolo.evaluate.smoothing import certified_radius
from diabolo.evaluate.suggestions import knee, within
from diabolo.evaluate.sweep import sweep
from diabolo.evaluate.verdict import Certificate, Check, Deception, RobustAccuracy, Robustness

__all__ = [
    "Anomalies",
    "Certificate",
    "Check",
    "ColumnScore",
    "ColumnShape",
    "Deception",
    "FreshJudge",
    "GenerationScores",
    "Geometry",
    "ImageLikeness",
    "ImageScores",
    "Likeness",
    "MapQuality",
    "ModeCoverage",
    "OddRow",
    "PairTrend",
    "Probe",
    "ProbeScores",
    "Reason",
    "RobustAccuracy",
    "Robustness",
    "Scores",
    "Sweep",
    "anomaly",
    "certified_radius",
    "clopper_pearson",
    "fresh_judge",
    "generation",
    "image_generation",
    "intrinsic_dimension",
    "knee",
    "map_quality",
    "minka",
    "mle",
    "mode_coverage",
    "probe",
    "psnr",
    "reconstruction",
    "robustness",
    "ssim",
    "sweep",
    "two_nn",
    "wilson",
    "within",
]
