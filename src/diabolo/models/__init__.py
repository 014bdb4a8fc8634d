"""Estimators: one file per family. This list is the registry: it drives the command line, the tests and safe loading."""

from diabolo.models.autoencoder import Autoencoder
from diabolo.models.linear import LinearAutoencoder
from diabolo.models.masked import MaskedAutoencoder
from diabolo.models.semi_supervised import SemiSupervisedClassifier

__all__ = ["Autoencoder", "LinearAutoencoder", "MaskedAutoencoder", "SemiSupervisedClassifier"]
