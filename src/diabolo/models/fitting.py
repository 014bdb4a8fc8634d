"""From an autoencoder's parameters and rows to its fitted networks: width, training, and the promise about PCA."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.errors import ParameterError
from diabolo.models import defaults, diagnosis, specs
from diabolo.models.base import Estimator, n_features
from diabolo.models.codec import Architecture, Codec, with_linear_path
from diabolo.models.reconstruction import Reconstruction
from diabolo.models.reference import Reference
from diabolo.models.training import Material
from diabolo.randomness import seeded
from diabolo.terms.ordering import prefix
from diabolo.train import History, Trainer

if TYPE_CHECKING:
    from diabolo.models.autoencoder import Autoencoder

__all__ = ["Fitting", "architecture_of", "fingerprint", "identity", "width_for"]

WIDEST = 32  # code of the ordered model that "auto" looks at
KEPT = 0.95  # share of what the widest code takes off the mean row's error
START_ROWS = 20_000  # rows from which networks take their start
JUDGED_ROWS = 2_000  # training rows that are enough to see over-fitting
WIDER = 1.5  # hidden layers of an ordered model, which is k models in one
AROUND = {"progress": "auto", "keep": 2, "max_seconds": None, "checkpoint_every": 1.0}  # change no weight
DOUBT = 2.0  # standard errors by which networks must be better than PCA
ALLOWED = "is neither 'auto' nor a value such as Dense((256, 128))."


class Fitting:
    """One call of ``Autoencoder.fit``.

    Parameters
    ----------
    model : Autoencoder
        Receives ``codec_``, ``history_``, ``reference_``, ``architecture_`` and, for an ordered code, ``curve_``.
    material : Material
    """

    def __init__(self, model: "Autoencoder", material: Material) -> None:
        self.model, self.material = model, material
        self.trainer, self.seed = material.trainer, material.seed
        self.everything, self.rows, self.held_out = material.everything, material.rows, material.held_out
        self.seconds, self.interrupted = 0.0, False
        self.cost = None if model.penalty is None else model.penalty.prepare(self.rows, self._scores)

    def choose_width(self, rule: str, run_dir: str | Path | None) -> tuple[int, dict[int, float]]:
        """The width for ``n_components="auto"`` and held-out error by width, from one ordered model."""
        if rule != "auto":
            raise ParameterError(f"n_components={rule!r} is neither a number nor 'auto'.")
        widest = max(1, min(WIDEST, n_features(self.model.schema_) - 1))
        reference = Reference.fit(self.model.schema_, self.rows, widest)
        codec, history = self._train(
            widest, reference, self._architecture(ordered=True), ordered=True, run_dir=run_dir, stage="width"
        )
        self.seconds, self.interrupted = history.seconds, history.stop_reason == "interrupted"
        curve = self.curve(codec)
        return width_for(curve, reference.error(self.model.schema_, self.held_out, width=0)), curve

    def fit(self, k: int, run_dir: str | Path | None) -> None:
        """Train a code of width k, and once more from the principal components if it is not clearly better."""
        model = self.model
        reference = Reference.fit(model.schema_, self.rows, k)
        model.architecture_ = self._architecture(ordered=model.ordered)
        codec, history = self._train(
            k, reference, model.architecture_, ordered=model.ordered, run_dir=run_dir
        )
        history = history.later(self.seconds)
        if self._is_promised(k, model.architecture_, history) and self._deficit(codec, reference) > 0:
            codec, history = self._fall_back(k, reference, history, run_dir)
        model.curve_ = self.curve(codec) if model.ordered else model.curve_
        if self.material.counterparts is not None:
            history.plan["pairs"] = len(self.everything)
        model.codec_, model.history_ = codec.cpu().eval(), history
        model.reference_ = Reference.fit(model.schema_, self.everything, k).to("cpu")
        self._warn()

    def _fall_back(
        self, k: int, reference: Reference, nets: History, run_dir: str | Path | None
    ) -> tuple[Codec, History]:
        """Train again beside a linear path from the principal components, and go back to these where that is no use."""
        model, self.seconds = self.model, nets.seconds
        model.architecture_ = with_linear_path(model.architecture_)
        codec, history = self._train(
            k, reference, model.architecture_, ordered=model.ordered, run_dir=run_dir, stage="linear"
        )
        outcome = diagnosis.FROM_PCA
        if self._deficit(codec, reference) > 0:
            self._start(codec, self.rows)
            with torch.inference_mode():
                best = float(self._objective(codec, reference).eval().monitor(self.held_out).mean())
            history = dataclasses.replace(history, best=best, best_epoch=0)
            self._start(codec, self.everything)
            outcome = diagnosis.IS_PCA
        history = history.after(nets)
        history.plan.update(linear_path=outcome, epochs_before=len(nets.epochs))
        return codec, history

    def _warn(self) -> None:
        """Say what the held-out rows, and some training rows beside them, show of the model."""
        model, held_out = self.model, self.held_out.to("cpu")
        objective = self._judge(model.codec_)
        some = self.rows.take(_stride(self.rows, JUDGED_ROWS)).to("cpu")
        with torch.inference_mode():
            codes = [objective.mean_code(batch) for batch in (held_out, some)]
            parts = zip((held_out, some), codes, strict=True)
            errors = [float(objective.error(batch, code, None).mean()) for batch, code in parts]
        notes = diagnosis.fallback(model.history_)
        notes += diagnosis.death(diagnosis.dead_dimensions(model, codes[0]), codes[0].shape[1])
        notes += diagnosis.collapse(errors[0], model.reference_.error(model.schema_, held_out, width=0))
        diagnosis.warn(notes + diagnosis.overfitting(*errors))

    def _is_promised(self, k: int, architecture: Architecture, history: History) -> bool:
        """Whether to end no worse than PCA is what was asked for.

        Given pairs, a corruption, a penalty or a code as wide as the row ask for something else than the smallest error of
        clean rows, where PCA may copy; and who pressed Ctrl-C does not want another training.
        """
        model = self.model
        asked = (self.material.counterparts, model.corruption, model.penalty)
        plain = all(term is None for term in asked) and k < n_features(model.schema_)
        return plain and architecture.linear_path is None and history.stop_reason != "interrupted"

    def curve(self, codec: Codec) -> dict[int, float]:
        """Held-out error of an ordered codec at every width."""
        objective = self._judge(codec)
        with torch.inference_mode():
            code = objective.mean_code(self.held_out)
            widths = range(1, codec.n_components + 1)
            return {k: float(objective.error(self.held_out, code, prefix(code, k)).mean()) for k in widths}

    def _train(
        self,
        k: int,
        reference: Reference,
        architecture: Architecture,
        *,
        ordered: bool,
        run_dir: str | Path | None = None,
        stage: str = "nets",
    ) -> tuple[Codec, History]:
        """A codec of width k, trained from scratch."""
        model = self.model
        with seeded(self.seed, "weights"):
            codec = Codec(model.schema_, k, architecture, ordered=ordered).to(self.rows.index.device)
        self._start(codec, self.rows)
        objective = self._objective(codec, reference)
        plan = self.material.plan(model)
        if self.interrupted:  # Ctrl-C while the width was searched: one epoch, so that there is a model
            plan = dataclasses.replace(plan, max_epochs=1)
        folder = None if run_dir is None else Path(run_dir) / stage
        own = {"architecture": architecture, "n_components": k}
        batches = (self.rows, self.held_out, *filter(None, [self.material.counterparts]))
        same = folder and identity(model, self.seed, self.trainer, *batches, **own)
        history = self.material.train(
            objective, plan, folder=folder, identity=same, trainer=self.trainer.after(self.seconds)
        )
        return codec, history

    def _scores(self, k: int) -> Tensor:
        """The first k principal component scores of the training rows, or as many as there are."""
        reference = Reference.fit(self.model.schema_, self.rows, k)
        return torch.cat([reference.scores(self.model.schema_, part) for part in self.rows.split(START_ROWS)])

    def _objective(self, codec: Codec, reference: Reference) -> Reconstruction:
        """What a codec is trained and chosen by."""
        model, k = self.model, codec.n_components
        fairness = reference.fairness(model.schema_, self.held_out, k) if codec.ordered else None
        counterparts = self.material.counterparts
        return Reconstruction(codec, model.schema_, model.corruption, self.cost, fairness, counterparts).to(
            codec.device
        )

    def _judge(self, codec: Codec) -> Reconstruction:
        """The error of a codec, without what training adds."""
        given = self.material.counterparts
        counterparts = None if given is None else given.to(codec.device)
        return Reconstruction(codec, self.model.schema_, counterparts=counterparts).eval()

    def _start(self, codec: Codec, rows: Batch) -> None:
        """Put statistics (and a linear path) of rows into a codec."""
        with seeded(self.seed, "start"):
            codec.start(rows.take(_stride(rows, START_ROWS)))

    def _deficit(self, codec: Codec, reference: Reference) -> float:
        """Held-out error of a codec less PCA's, plus two standard errors of this difference."""
        schema, objective = self.model.schema_, self._judge(codec)
        with torch.inference_mode():
            losses = [
                objective.error(part, objective.mean_code(part), None)
                - schema.errors_by_column(part, reference.expected(schema, part)).sum(1)
                for part in self.held_out.split(START_ROWS)
            ]
        loss = torch.cat(losses).double()
        return float(loss.mean() + DOUBT * loss.std() / len(loss) ** 0.5)

    def _architecture(self, *, ordered: bool) -> Architecture:
        """The architecture a person gave, or the one the data suggest."""
        return architecture_of(self.model, wider=WIDER if ordered else 1.0)


def architecture_of(model: Any, *, wider: float = 1.0) -> Architecture:
    """The architecture a person gave a model, or the one its size and data suggest.

    Raises
    ------
    ParameterError
        What was given is none.
    """
    given = model.architecture
    if isinstance(given, str):
        if given != "auto":
            raise ParameterError(f"architecture={given!r} {ALLOWED}")
        return defaults.architecture(model.size, model.schema_, wider=wider)
    if isinstance(given, type) or not isinstance(given, Architecture):
        raise ParameterError(f"architecture={given!r} {ALLOWED}")
    return given


def identity(model: Estimator, seed: int, trainer: Trainer, *batches: Batch, **chosen: Any) -> dict[str, Any]:
    """What must not change between two parts of one run: parameters (with what was chosen for some), schema and data."""
    parameters = {**model.get_params(deep=False), **chosen, "random_state": seed}
    parameters["trainer"] = dataclasses.replace(trainer, **AROUND)
    return {
        "model": type(model).__name__,
        "parameters": specs.to_json(parameters),
        "schema": fingerprint(json.dumps(model.schema_.to_json(), sort_keys=True).encode()),
        "data": fingerprint(*(part for batch in batches for part in _bytes(batch))),
    }


def _stride(batch: Batch, most: int) -> torch.Tensor:
    """Places of at most about twice ``most`` rows, in steady strides."""
    return torch.arange(0, len(batch), max(1, len(batch) // most), device=batch.index.device)


def _bytes(batch: Batch) -> Iterator[bytes]:
    """All cells, and which of them were seen."""
    return (cells.cpu().numpy().tobytes() for cells in (*batch.values.values(), *batch.seen.values()))


def width_for(curve: dict[int, float], mean_error: float) -> int:
    """The smallest width that takes off 95 % of what the best one takes off the mean row's error.

    Examples
    --------
    >>> width_for({1: 60.0, 2: 12.0, 3: 10.0, 4: 9.9}, 100.0)
    2
    """
    bar = mean_error - KEPT * (mean_error - min(curve.values()))
    return min(k for k, error in curve.items() if error <= bar)


def fingerprint(*parts: bytes) -> str:
    """SHA-256 of all parts, abbreviated."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]
