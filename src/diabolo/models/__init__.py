"""Estimators: one file per family. This list is the registry: it drives the command line, the tests and safe loading."""

from diabolo.models.adversarial import RobustClassifier
from diabolo.models.autoencoder import Autoencoder
from diabolo.models.classifier import Classifier
from diabolo.models.denoiser import Denoiser
from diabolo.models.flow import Flow
from diabolo.models.gan import GAN
from diabolo.models.linear import LinearAutoencoder
from diabolo.models.masked import MaskedAutoencoder
from diabolo.models.semi_supervised import SemiSupervisedClassifier
from diabolo.models.vae import VAE

__all__ = [
    "GAN",
    "VAE",
    "Autoencoder",
    "Classifier",
    "Denoiser",
    "Flow",
    "LinearAutoencoder",
    "MaskedAutoencoder",
    "RobustClassifier",
    "SemiSupervisedClassifier",
]
