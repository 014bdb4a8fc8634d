"""Diabolo: learn a small, meaningful representation of your own data, and see what survived the waist."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what __getattr__ gives, for editors and type checkers
    from diabolo import attacks as attacks
    from diabolo import columns as columns
    from diabolo import evaluate as evaluate
    from diabolo import maps as maps
    from diabolo import nn as nn
    from diabolo import report as report
    from diabolo import terms as terms
    from diabolo.data.readers import read as read
    from diabolo.data.schema import Schema as Schema
    from diabolo.evaluate.sweep import sweep as sweep
    from diabolo.models.adversarial import RobustClassifier as RobustClassifier
    from diabolo.models.autoencoder import Autoencoder as Autoencoder
    from diabolo.models.classifier import Classifier as Classifier
    from diabolo.models.denoiser import Denoiser as Denoiser
    from diabolo.models.flow import Flow as Flow
    from diabolo.models.gan import GAN as GAN
    from diabolo.models.linear import LinearAutoencoder as LinearAutoencoder
    from diabolo.models.loading import load as load
    from diabolo.models.masked import MaskedAutoencoder as MaskedAutoencoder
    from diabolo.models.purified import Purified as Purified
    from diabolo.models.semi_supervised import SemiSupervisedClassifier as SemiSupervisedClassifier
    from diabolo.models.steadiness import Adversarial as Adversarial
    from diabolo.models.vae import VAE as VAE
    from diabolo.train.trainer import Trainer as Trainer

__version__ = "0.1.0"

_HOME = {
    "Adversarial": "diabolo.models.steadiness",
    "Autoencoder": "diabolo.models.autoencoder",
    "Classifier": "diabolo.models.classifier",
    "Denoiser": "diabolo.models.denoiser",
    "Flow": "diabolo.models.flow",
    "GAN": "diabolo.models.gan",
    "LinearAutoencoder": "diabolo.models.linear",
    "MaskedAutoencoder": "diabolo.models.masked",
    "Purified": "diabolo.models.purified",
    "RobustClassifier": "diabolo.models.adversarial",
    "Schema": "diabolo.data.schema",
    "SemiSupervisedClassifier": "diabolo.models.semi_supervised",
    "Trainer": "diabolo.train.trainer",
    "VAE": "diabolo.models.vae",
    "load": "diabolo.models.loading",
    "read": "diabolo.data.readers",
    "sweep": "diabolo.evaluate.sweep",
    "attacks": "",
    "columns": "",
    "evaluate": "",
    "maps": "",
    "nn": "",
    "report": "",
    "terms": "",
}

__all__ = [*_HOME, "__version__"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that importing the package costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'diabolo' has no attribute {name!r}; it has {', '.join(_HOME)}")
    value = getattr(import_module(_HOME[name]), name) if _HOME[name] else import_module(f"diabolo.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
