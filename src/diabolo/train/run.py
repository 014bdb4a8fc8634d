"""The state of one training run: few tensors, from which it goes on bit by bit as if it had never stopped."""

import contextlib
import dataclasses
import math
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from diabolo.data.batch import Batch
from diabolo.errors import DivergenceError, DivergenceWarning
from diabolo.notices import warn
from diabolo.randomness import generator, reseed
from diabolo.train.checkpoint import Checkpoints, check_same
from diabolo.train.engines import Local
from diabolo.train.history import Epoch, History, HistoryFile
from diabolo.train.objective import Objective
from diabolo.train.precision import PRECISIONS
from diabolo.train.schedules import learning_rate
from diabolo.train.weights import Weights

if TYPE_CHECKING:
    from diabolo.train.trainer import Trainer

__all__ = ["Plan", "Run"]

SCORING_ROWS = 4096  # rows judged at a time
FEWEST_ROWS = 2  # in a batch, as batch normalization needs
MEMORY = 0.98  # of the running mean of gradient lengths
WORST = sys.float_info.max  # a number, as JSON knows no other
UNFINISHED = ("diverged", "interrupted", "max_seconds")  # reasons after which the same call may go on
RETRY_RATE = 0.1  # of the learning rate, after a loss that was not finite


@dataclasses.dataclass(frozen=True)
class Plan:
    """What was decided before the first step."""

    seed: int
    batch_size: int
    max_epochs: int
    learning_rate: float


class GuardedAdam(torch.optim.AdamW):
    """AdamW with the two tensors by which the fused kernel scales and skips a step on the device."""

    grad_scale: Tensor
    found_inf: Tensor


class Run:
    """Everything that changes while a model trains.

    Weights and best weights are one flat tensor each; the rest is Adam's moments, a few scalars and the list of epochs.
    The first step whose gradient is not finite halts all later ones on the device (Adam's ``found_inf``), so the weights
    before it survive without a check on the host in every step.
    """

    def __init__(
        self,
        objective: Objective,
        rows: Batch,
        held_out: Batch,
        plan: Plan,
        trainer: "Trainer",
        checkpoints: Checkpoints | None,
    ) -> None:
        self.objective, self.rows, self.held_out = objective, rows, held_out
        self.plan, self.trainer, self.checkpoints = plan, trainer, checkpoints
        self.engine = Local()
        self.device = rows.index.device
        self.weights = Weights(objective)
        self.steps_per_epoch = max(1, min(-(-len(rows) // plan.batch_size), len(rows) // FEWEST_ROWS))
        self.total_steps = self.steps_per_epoch * plan.max_epochs
        self.step_count, self.rate_scale, self.precision = 0, 1.0, "fp32"
        self.epochs: list[Epoch] = []
        self.norms = {player: torch.zeros((), device=self.device) for player in objective.players}
        self.halted = torch.zeros((), device=self.device)
        self.halted_at = torch.zeros((), device=self.device)
        self.identity: dict[str, Any] = {}
        self.resumed_at = 0  # epochs that another process had done
        self.optimizers = {player: self._optimizer(player) for player in objective.players}
        self.sums: dict[str, Tensor] = {}
        self.file = HistoryFile(checkpoints.folder / "history.jsonl" if checkpoints else None)
        self._clock, self._before, self._saved = time.perf_counter(), 0.0, time.monotonic()
        self.best, self.best_epoch, self.best_weights = self.judge(), 0, self.weights.flat.clone()

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(self.epochs)

    def seconds(self) -> float:
        """Wall time of the whole run, interruptions not counted."""
        return self._before + time.perf_counter() - self._clock

    def batches(self) -> Iterator[Batch]:
        """The batches of the next epoch, of equal size up to one row, in an order that is a function of the seed."""
        order = torch.randperm(len(self.rows), generator=generator(self.plan.seed, "order", self.epoch))
        for part in order.to(self.device).tensor_split(self.steps_per_epoch):
            yield self.rows.take(self.engine.slice(part))

    def step(self, batch: Batch) -> None:
        """Every player takes one step."""
        self.step_count += 1
        reseed(self.device, self.plan.seed, "step", self.step_count, self.engine.rank)
        for player, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self.rate()
            optimizer.zero_grad(set_to_none=True)
            sums = self._backward(batch, player)
            self._update(player, optimizer, torch.stack([*sums.values()]).sum())
            for name, total in sums.items():
                self.sums[name] = self.sums.get(name, 0.0) + total

    def rate(self) -> float:
        """The learning rate of the current step."""
        done = (self.step_count - 0.5) / self.total_steps
        trainer = self.trainer
        return learning_rate(
            self.plan.learning_rate * self.rate_scale, done, warmup=trainer.warmup, schedule=trainer.schedule
        )

    def rehearse(self, dtype: torch.dtype | None) -> None:
        """A forward and backward pass that changes nothing, for timing."""
        kept = self.weights.flat.clone()
        self.precision = next(name for name, value in PRECISIONS.items() if value is dtype)
        self._backward(self.rows.rows(0, self.plan.batch_size), self.objective.players[0])
        self.objective.zero_grad(set_to_none=True)
        self.weights.flat.copy_(kept)

    def is_halted(self) -> bool:
        """Whether a step of this epoch had a gradient that was not finite (the epoch's one synchronization)."""
        return bool(self.halted)

    def close_epoch(self) -> None:
        """Judge the epoch, keep its weights if they are the best so far, write it down."""
        totals = [self.sums[name] for name in self.sums]
        self.engine.sum(totals)
        terms = {name: float(total) / len(self.rows) for name, total in zip(self.sums, totals, strict=True)}
        self.sums = {}
        epoch = Epoch(self.epoch + 1, terms, self.judge(), self.rate(), self.seconds(), self.measure())
        self.epochs.append(epoch)
        self._keep(self.epochs[-1].held_out)
        self.file.add(self.epochs[-1])
        due = time.monotonic() - self._saved >= self.trainer.checkpoint_every
        if self.checkpoints is not None and due:
            self.save()

    def keep_if_best(self) -> None:
        """Judge the weights in the middle of an epoch, for a run that ends here."""
        if not self.is_halted():
            self._keep(self.judge())

    def judge(self) -> float:
        """Mean of the objective's monitor over the held-out rows; what is not a finite number is worse than any."""
        self.engine.average([b for b in self.objective.buffers() if b.is_floating_point()])
        self.objective.eval()
        with torch.inference_mode():
            parts = [
                self.objective.monitor(part).double().sum() for part in self.held_out.split(SCORING_ROWS)
            ]
        self.objective.train()
        mean = float(torch.stack(parts).sum()) / len(self.held_out)
        return mean if math.isfinite(mean) else WORST

    def measure(self) -> dict[str, list[float]]:
        """What the objective tells besides, of as many held-out rows as are judged at a time."""
        self.objective.eval()
        with torch.inference_mode():
            measures = self.objective.measures(self.held_out.rows(0, SCORING_ROWS))
        self.objective.train()
        return measures

    def retry(self) -> bool:
        """After a halt: say what was not finite; go back to the best weights at a lower rate, once."""
        what = self._diagnose()
        again = self.rate_scale == 1.0
        kept = f"The weights of epoch {self.best_epoch} are kept"
        if not again and self.best_epoch == 0:
            raise DivergenceError(f"{what} Lower learning_rate, or look for extreme values in these columns.")
        follow = (
            f"training goes on from them at {RETRY_RATE} of the learning rate."
            if again
            else "training stops."
        )
        warn(f"{what} {kept} and {follow}", DivergenceWarning)
        self.rate_scale = RETRY_RATE
        self.weights.flat.copy_(self.best_weights)
        self.optimizers = {player: self._optimizer(player) for player in self.objective.players}
        self.halted.zero_()
        self.sums = {}
        self.step_count = self.epoch * self.steps_per_epoch
        return again

    def describe(self) -> str:
        """The last epoch in a few words, for a progress bar."""
        last = f"held-out {self.epochs[-1].held_out:.4g}" if self.epochs else "training"
        return f"epoch {self.epoch + 1}/{self.plan.max_epochs}  {last}"

    def finish(self, reason: str) -> History:
        """Put the best weights in place and give the record."""
        if self.checkpoints and reason not in UNFINISHED:
            self.save()
        self.weights.flat.copy_(self.best_weights)
        self.weights.release()
        self.objective.eval()
        seconds = self.seconds()
        plan = {
            **dataclasses.asdict(self.plan),
            "precision": self.precision,
            "threads": torch.get_num_threads(),
            "device": str(self.device),
            "seconds": seconds,
            "resumed_at": self.resumed_at,
        }
        parameters = sum(p.numel() for p in self.objective.parameters() if p.requires_grad)
        speed = len(self.rows) * self.epoch / max(seconds, 1e-9)
        return History(
            tuple(self.epochs), reason, self.best_epoch, self.best, len(self.rows), parameters, speed, plan
        )

    def save(self) -> None:
        """Write a checkpoint at the end of an epoch."""
        assert self.checkpoints is not None
        self.checkpoints.save(self.step_count, self._content(), self._tensors())
        self._saved = time.monotonic()

    def resume(self, identity: dict[str, Any]) -> bool:
        """Go on from the newest valid checkpoint, if rank 0 has one of the same parameters and data."""
        self.identity = {**identity, "plan": dataclasses.asdict(self.plan)}
        found = self.engine.ask_main(self._latest)
        if found is not None:
            self._load(*found)
            self.resumed_at = self.epoch
        self.file.restart(self.epochs)
        return found is not None

    def _latest(self) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
        """The newest valid checkpoint, which must be of this run."""
        found = self.checkpoints.latest() if self.checkpoints else None
        if found is not None:
            check_same(found[0]["identity"], self.identity)
        return found

    def _keep(self, held_out: float) -> None:
        """Remember the weights if none were better."""
        if held_out < self.best:
            self.best, self.best_epoch = held_out, self.epoch
            self.best_weights.copy_(self.weights.flat)

    def _backward(self, batch: Batch, player: str) -> dict[str, Tensor]:
        """Sums over rows of the terms of the loss, and the gradient of their mean over the batch of all ranks.

        It is the sum divided by the usual number of rows: batches differ by one, and every row counts the same.
        """
        dtype = PRECISIONS[self.precision]
        context = torch.autocast(self.device.type, dtype) if dtype else contextlib.nullcontext()
        with context:
            terms = self.objective.losses(batch, player)
        weight = 1.0 if batch.weight is None else batch.weight
        sums = {name: (term.float() * weight).sum() for name, term in terms.items()}
        loss = torch.stack([*sums.values()]).sum()
        (loss * (self.steps_per_epoch / len(self.rows))).backward()
        return {name: total.detach() for name, total in sums.items()}

    def _update(self, player: str, optimizer: GuardedAdam, loss: Tensor) -> None:
        """Adam's step with the gradient clipped at a multiple of its running mean length, without leaving the device."""
        gradients = [
            p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None
        ]
        self.engine.sum([*gradients, loss])
        norm = torch.nn.utils.get_total_norm(gradients)
        finite = torch.isfinite(norm + loss)
        self.halted_at = torch.where((self.halted == 0) & ~finite, float(self.step_count), self.halted_at)
        self.halted = torch.maximum(self.halted, 1.0 - finite.float())
        usual = self.norms[player]
        usual = torch.where(usual == 0, norm, usual)
        if self.trainer.clip is not None:
            optimizer.grad_scale = torch.clamp(norm / (self.trainer.clip * usual + 1e-30), min=1.0)
        optimizer.found_inf = self.halted
        self.norms[player] = torch.where(finite, torch.lerp(norm, usual, MEMORY), usual)
        optimizer.step()

    def _optimizer(self, player: str) -> GuardedAdam:
        """AdamW; offsets and scales are not decayed."""
        parameters = self.objective.parameters_of(player)
        groups = [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": self.trainer.weight_decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]
        groups = [group for group in groups if group["params"]]
        return GuardedAdam(groups, lr=self.plan.learning_rate, betas=self.trainer.betas, fused=True)

    def _diagnose(self) -> str:
        """One sentence on the step that halted the run: which terms, which columns."""
        position = int(self.halted_at) - 1 - self.epoch * self.steps_per_epoch
        batch = next(b for i, b in enumerate(self.batches()) if i == position)
        reseed(self.device, self.plan.seed, "step", int(self.halted_at), self.engine.rank)
        players = self.objective.players
        terms = {name: t for player in players for name, t in self.objective.losses(batch, player).items()}
        with torch.no_grad():
            columns = self.objective.blame(batch)
        bad = [name for name, term in terms.items() if not torch.isfinite(term).all()]
        where = f" in column {', '.join(columns[:5])}" if columns else ""
        which = f"term {', '.join(bad)}{where}" if bad else "gradient (every term of the loss was finite)"
        return f"The loss was not a finite number in epoch {self.epoch + 1}: {which}."

    def _content(self) -> dict[str, Any]:
        return {
            "identity": self.identity,
            "epochs": [dataclasses.asdict(epoch) for epoch in self.epochs],
            "best": self.best,
            "best_epoch": self.best_epoch,
            "rate_scale": self.rate_scale,
            "precision": self.precision,
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
        }

    def _tensors(self) -> dict[str, Tensor]:
        tensors = {"weights": self.weights.flat, "best": self.best_weights}
        tensors |= {f"norm/{player}": norm for player, norm in self.norms.items()}
        for player, optimizer in self.optimizers.items():
            for i, state in optimizer.state_dict()["state"].items():
                tensors |= {f"adam/{player}/{i}/{name}": tensor for name, tensor in state.items()}
        return {name: tensor.contiguous() for name, tensor in tensors.items()}

    def _load(self, content: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        self.epochs = [Epoch(**epoch) for epoch in content["epochs"]]
        self.step_count = self.epoch * self.steps_per_epoch
        self.best, self.best_epoch = content["best"], content["best_epoch"]
        self.rate_scale, self.precision = content["rate_scale"], content["precision"]
        self._before = self.epochs[-1].seconds if self.epochs else 0.0
        self.weights.flat.copy_(tensors["weights"])
        self.best_weights.copy_(tensors["best"])
        for player, optimizer in self.optimizers.items():
            self.norms[player] = tensors[f"norm/{player}"].to(self.device)
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in tensors.items():
                kind, _, rest = name.partition(f"/{player}/")
                if kind == "adam" and rest:
                    index, _, moment = rest.partition("/")
                    state.setdefault(int(index), {})[moment] = tensor
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
