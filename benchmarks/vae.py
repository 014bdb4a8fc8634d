"""Variational autoencoders: a code in use on digits, the time of a fit on Adult, and the likelihood of binary MNIST."""

import copy
import time
import warnings
from collections.abc import Iterator
from statistics import mean

import numpy as np
import pyarrow.csv
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from benchmarks.bars import Bar
from benchmarks.race import Race
from diabolo import VAE, Schema, Trainer
from diabolo.columns import Binary
from diabolo.data.batch import Batch
from diabolo.distributions import Gaussian
from diabolo.errors import DiaboloWarning
from diabolo.models.codec import Codec
from diabolo.models.density import Density
from diabolo.models.elbo import Elbo
from diabolo.models.importance import fresh_noise, log_likelihood
from diabolo.nn import Dense
from diabolo.terms import KL
from diabolo.train import Objective

PIXELS = 784
PLAIN = {"norm": "none", "linear_path": False}
STATIC = {"max_epochs": 100, "batch_size": 128, "learning_rate": 1e-3}
DYNAMIC = {"max_epochs": 120, "batch_size": 128, "learning_rate": 1e-3}
ADULT_ROWS = 22_561
DYNAMIC_IMAGES = 1_000  # of the test set, with 5,000 draws each


def digits(race: Race) -> Iterator[Bar]:
    """Test error and active dimensions at k = 8, at the defaults but for the epochs."""
    warnings.simplefilter("ignore", DiaboloWarning)
    train, test = train_test_split(
        load_digits().images.astype("float32") / 16, test_size=0.25, random_state=0
    )
    epochs = 3 if race.quick else 100
    models = [VAE(8, max_epochs=epochs, random_state=seed).fit(train) for seed in race.seeds]
    error = mean(float(model.reconstruction_error(test).mean()) for model in models) / 64
    beside = "mean image .0734; pythae's and autoencoders' VAEs collapse to .073"
    yield Bar("digits, VAE of k = 8: test error per pixel", error, 0.0126, beside=beside)
    yield Bar("... active dimensions, least of the seeds", min(m.active_units_ for m in models), 8, True)


def adult(race: Race) -> Iterator[Bar]:
    """CPU seconds of a fit at the defaults."""
    warnings.simplefilter("ignore", DiaboloWarning)
    table = pyarrow.csv.read_csv(race.data / "adult.csv")[: 2000 if race.quick else ADULT_ROWS]
    started = time.process_time()
    model = VAE(16, random_state=0).fit(table)
    seconds = time.process_time() - started
    beside = f"{len(model.history_.epochs)} epochs, {model.active_units_} of 16 dimensions active"
    yield Bar("Adult, VAE: CPU seconds of the fit", seconds, 60, beside=beside)


def static(race: Race) -> Iterator[Bar]:
    """784-400-40 on one fixed draw of binary images, 200 importance samples over all test images."""
    warnings.simplefilter("ignore", DiaboloWarning)
    random = np.random.default_rng(0)
    train, test = (_drawn(np.load(race.mnist[part]), random) for part in ("train", "test"))
    net = Dense((400,), activation="relu", **PLAIN)
    plan = {**STATIC, "max_epochs": 1} if race.quick else STATIC
    started = time.process_time()
    model = VAE(40, architecture=net, random_state=0, trainer=_trainer(), **plan).fit(train, schema=_binary())
    seconds = time.process_time() - started
    standard = copy.copy(model)
    standard.prior_ = Density.standard(40)
    draws = 2 if race.quick else 200
    nll = {
        name: -float(m.log_likelihood(test, draws, random_state=0).mean())
        for name, m in {"N(0, I)": standard, "mixture": model}.items()
    }
    beside = f"pythae 89.78, 1505.05770 89.9; with the mixture prior {nll['mixture']:.2f}"
    yield Bar("MNIST, static binary, 784-400-40: NLL(200)", nll["N(0, I)"], 89.78, beside=beside)
    yield Bar("... CPU seconds of the fit", seconds, 1800)


def dynamic(race: Race) -> Iterator[Bar]:
    """784-200-200-50, pixels drawn anew in every step, 5,000 importance samples."""
    schema, plan = _binary(), {**DYNAMIC, "max_epochs": 1} if race.quick else DYNAMIC
    train, test = (_grey(np.load(race.mnist[part])) for part in ("train", "test"))
    torch.manual_seed(0)
    codec = Codec(schema, 50, Dense((200, 200), activation="tanh", **PLAIN), latent=Gaussian)
    codec.start(train.rows(0, 20_000))
    steps = plan["max_epochs"] * -(-len(train) // plan["batch_size"])
    held = len(train) - min(2000, len(train) // 10)
    started = time.process_time()
    _trainer().fit(
        Redrawn(Elbo(codec, KL(), steps)), train.rows(0, held), train.rows(held, len(train)), seed=0, **plan
    )
    seconds = time.process_time() - started
    codec.eval()
    images = _thrown(test.rows(0, 20 if race.quick else DYNAMIC_IMAGES), torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.manual_seed(2)
        found = -log_likelihood(codec, Density.standard(50), images, 5000, fresh_noise)
    error = float(found.std()) / len(found) ** 0.5
    beside = f"± {error:.2f} over {len(found)} test images; IWAE paper's VAE 86.76, IWAE-50 84.78 (stretch)"
    yield Bar("MNIST, dynamic binary, 784-200-200-50: NLL(5000)", float(found.mean()), 86.76, beside=beside)
    yield Bar("... CPU seconds of the fit", seconds, 1800)


class Redrawn(Objective):
    """An objective on images whose pixels are thrown anew, as coins, in every step."""

    def __init__(self, elbo: Elbo) -> None:
        super().__init__()
        self.elbo = elbo

    def losses(self, batch: Batch, player: str = "model") -> dict[str, Tensor]:
        return self.elbo.losses(_thrown(batch), player)

    def monitor(self, batch: Batch) -> Tensor:
        return self.elbo.monitor(_thrown(batch, torch.Generator().manual_seed(0)))


def _trainer() -> Trainer:
    return Trainer(weight_decay=0.0, patience=1.0, validation=0.05)


def _binary() -> Schema:
    """784 columns of coins; the share of light is not looked for, so that no pixel is held for impossible."""
    names = tuple(f"pixel{i}" for i in range(PIXELS))
    return Schema((Binary(names, ((0.0, 1.0),) * PIXELS, (0.13,) * PIXELS),), names)


def _drawn(images: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Binary images as a table."""
    flat = (random.random((len(images), PIXELS)) < images.reshape(len(images), PIXELS)).astype(np.float32)
    return {f"pixel{i}": flat[:, i] for i in range(PIXELS)}


def _grey(images: np.ndarray) -> Batch:
    return Batch({"binary": torch.from_numpy(images.reshape(-1, PIXELS))}, {}, torch.arange(len(images)))


def _thrown(batch: Batch, generator: torch.Generator | None = None) -> Batch:
    """The same images with every pixel a coin of its brightness."""
    thrown = torch.bernoulli(batch.values["binary"], generator=generator)
    return Batch({"binary": thrown}, {}, batch.index)
