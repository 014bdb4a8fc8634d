"""pythae's AE through its documented pipeline, with its own networks or with ours rebuilt in its classes.

Parameters: `train`, `test` (.npy, scaled to [0, 1], flattened to `width`), `n_components`, `hidden`
(null: its own network), `epochs`, `batch_size`, `learning_rate`, `seed`, and optionally `scheduler`,
`scheduler_params`, `sigmoid` (end the decoder in one), `target` (stop once the test error is there) and
`limit_seconds` (of the CPU; stop after so many). The test error is read after every epoch, outside the clock,
from the weights of that epoch.
"""

import tempfile
import time
from contextlib import suppress
from itertools import pairwise

import numpy as np
import torch
from clock import answer, parameters
from pythae.models import AE, AEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.trainers import BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback


def dense(widths: list[int]) -> list[torch.nn.Module]:
    layers = [[torch.nn.Linear(a, b), torch.nn.ReLU()] for a, b in pairwise(widths)]
    return [layer for pair in layers for layer in pair][:-1]


class Encoder(BaseEncoder):
    """784-1000-500-250-30 or any other list of widths, as pythae's documentation asks for."""

    def __init__(self, widths):
        super().__init__()
        self.net = torch.nn.Sequential(*dense(widths))

    def forward(self, x):
        return ModelOutput(embedding=self.net(x))


class Decoder(BaseDecoder):
    """The mirrored network, ending in a sigmoid as pythae's own decoders do, or linear."""

    def __init__(self, widths, sigmoid):
        super().__init__()
        end = [torch.nn.Sigmoid()] if sigmoid else []
        self.net = torch.nn.Sequential(*dense(widths), *end)

    def forward(self, z):
        return ModelOutput(reconstruction=self.net(z))


class Reached(Exception):
    """The target or the limit is reached: training may stop."""


class Epochs(TrainingCallback):
    """Times every epoch and reads the test error between the epochs, with the clock stopped."""

    def __init__(self, test, target, limit):
        self.test, self.target, self.limit = test, target, limit
        self.seconds, self.cpu_seconds, self.errors = [], [], []

    def on_epoch_begin(self, training_config, **kwargs):
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def on_epoch_end(self, training_config, model, **kwargs):
        self.seconds.append(time.perf_counter() - self.wall)
        self.cpu_seconds.append(time.process_time() - self.cpu)
        self.errors.append(squared_error(model, self.test))
        if self.errors[-1] <= self.target or sum(self.cpu_seconds) > self.limit:
            raise Reached


def squared_error(model: AE, rows: torch.Tensor) -> float:
    """Mean over rows of the squared error summed over the columns."""
    model.eval()
    with torch.no_grad():
        total = sum(((model({"data": part}).recon_x - part) ** 2).sum().item() for part in rows.split(2000))
    model.train()
    return total / len(rows)


def build(p: dict) -> AE:
    torch.manual_seed(p["seed"])
    config = AEConfig(input_dim=(p["width"],), latent_dim=p["n_components"])
    if p["hidden"] is None:
        return AE(config)
    widths = [p["width"], *p["hidden"], p["n_components"]]
    return AE(config, encoder=Encoder(widths), decoder=Decoder(widths[::-1], p.get("sigmoid", True)))


def main() -> None:
    p = parameters()
    train, test = (np.load(p[name]).reshape(-1, p["width"]) for name in ("train", "test"))
    model, epochs = (
        build(p),
        Epochs(torch.from_numpy(test), p.get("target", 0.0), p.get("limit_seconds", float("inf"))),
    )
    with tempfile.TemporaryDirectory() as folder:
        config = BaseTrainerConfig(
            output_dir=folder,
            num_epochs=p["epochs"],
            per_device_train_batch_size=p["batch_size"],
            learning_rate=p["learning_rate"],
            scheduler_cls=p.get("scheduler"),
            scheduler_params=p.get("scheduler_params"),
            seed=p["seed"],
            no_cuda=True,
        )
        with suppress(Reached):
            TrainingPipeline(model=model, training_config=config)(train_data=train, callbacks=[epochs])
    rates = [len(train) / seconds for seconds in epochs.seconds]
    answer(
        rows_per_second=float(np.median(rates)),
        seconds=float(np.cumsum(epochs.seconds)[-1]),
        cpu_seconds=float(np.sum(epochs.cpu_seconds)),
        error=epochs.errors[-1],
        curve=[list(pair) for pair in zip(np.cumsum(epochs.seconds).tolist(), epochs.errors, strict=True)],
    )


if __name__ == "__main__":
    main()
