"""The training loop: plan, stopping, reproducibility, and what it leaves alone."""

import json
import time
import warnings

import numpy as np
import pytest
import torch

from diabolo.errors import CheckpointError, DamagedCheckpointWarning, ParameterError
from diabolo.train import Trainer
from diabolo.train.checkpoint import Checkpoints

PLAN = {"seed": 0, "batch_size": 8, "max_epochs": 12, "learning_rate": 0.2}
QUIET = {"weight_decay": 0.0, "patience": 1.0}


@pytest.fixture
def fit(regression, batch):
    """One run; gives the objective and its history."""

    def run(objective=None, trainer=None, rows=None, **changes):
        objective = objective or regression()
        arguments = {**PLAN, **changes}
        rows = rows or batch()
        history = (trainer or Trainer(**QUIET)).fit(objective, rows, batch(32, start=1), **arguments)
        return objective, history

    return run


def weights_of(objective):
    return torch.cat([p.detach().flatten() for p in objective.parameters()])


# --- what is learned


def test_it_finds_the_minimum(fit):
    objective, history = fit(max_epochs=30)
    assert torch.allclose(weights_of(objective), torch.tensor([1.0, -2.0, 3.0, 4.0]), atol=0.05)
    assert history.stop_reason == "max_epochs"
    assert history.parameters == 4
    assert history.rows == 64
    assert history.epochs[0].held_out > 100 * history.best


def test_the_weights_of_the_best_epoch_are_left_in_place(fit, batch):
    objective, history = fit(learning_rate=3.0, max_epochs=20)
    held_out = [epoch.held_out for epoch in history.epochs]
    assert history.best == min(held_out)
    assert history.best_epoch == 1 + held_out.index(min(held_out))
    with torch.no_grad():
        assert objective.error(batch(32, start=1)).mean().item() == pytest.approx(history.best, rel=1e-6)


def test_a_start_that_is_never_beaten_is_kept(fit, regression):
    objective = regression()
    objective.linear.weight.data = torch.tensor([[1.0, -2.0, 3.0]])
    objective.linear.bias.data = torch.tensor([4.0])
    _, history = fit(objective, learning_rate=1.0)
    assert history.best_epoch == 0
    assert torch.equal(weights_of(objective), torch.tensor([1.0, -2.0, 3.0, 4.0]))


def test_a_start_whose_measure_is_not_finite_is_left(fit, regression):
    class Blind(regression):
        def monitor(self, batch):
            return torch.where(self.linear.bias < 1.0, torch.nan, self.error(batch))

    objective, history = fit(Blind())
    assert history.best < 10
    assert objective.linear.bias.item() > 1.0
    json.dumps(history.to_json(), allow_nan=False)


def test_an_objective_may_end_the_run_for_a_reason_of_its_own(fit, regression):
    class Satisfied(regression):
        def verdict(self, epochs):
            return "good enough" if len(epochs) == 3 else None

    _, history = fit(Satisfied())
    assert history.stop_reason == "good enough"
    assert len(history.epochs) == 3


def test_what_a_model_settles_leaves_what_a_person_set():
    assert Trainer(clip=1.0).settled(clip=None, warmup=0.0) == Trainer(clip=1.0, warmup=0.0)


def test_the_module_is_an_ordinary_one_afterwards(fit):
    objective, _ = fit(max_epochs=2)
    weight, bias = objective.linear.weight, objective.linear.bias
    assert weight.untyped_storage().data_ptr() != bias.untyped_storage().data_ptr()
    assert weight.untyped_storage().nbytes() == 3 * 4
    assert not objective.training


def test_row_weights_count(regression, batch):
    rows = batch(64)
    rows.values["y"][32:] = 100.0
    weight = torch.cat([torch.ones(32), torch.zeros(32)])
    weighted = type(rows)(rows.values, rows.seen, rows.index, weight)
    objective = regression()
    Trainer(**QUIET).fit(objective, weighted, batch(32, start=1), **{**PLAN, "max_epochs": 30})
    assert torch.allclose(weights_of(objective), torch.tensor([1.0, -2.0, 3.0, 4.0]), atol=0.1)


# --- reproducibility


def test_a_seed_decides_everything_bit_by_bit(fit):
    same = [fit(seed=5) for _ in range(2)]
    other, _ = fit(seed=6)
    assert torch.equal(weights_of(same[0][0]), weights_of(same[1][0]))
    assert [e.held_out for e in same[0][1].epochs] == [e.held_out for e in same[1][1].epochs]
    assert not torch.equal(weights_of(same[0][0]), weights_of(other))


def test_global_random_states_are_untouched(fit, regression):
    objective = regression()
    torch.manual_seed(3)
    before, before_numpy = torch.get_rng_state(), np.random.get_state()[1].copy()
    fit(objective, max_epochs=2)
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(before_numpy, np.random.get_state()[1])


# --- stopping


def test_patience_counts_from_the_best_epoch(fit, regression):
    objective = regression()
    objective.linear.bias.data = torch.tensor([4.0])
    objective.linear.weight.data = torch.tensor([[1.0, -2.0, 3.0]])
    _, history = fit(
        objective, learning_rate=1.0, max_epochs=40, trainer=Trainer(weight_decay=0.0, patience=0.2)
    )
    assert history.stop_reason == "patience"
    assert len(history.epochs) - history.best_epoch == 8 + 1


def test_a_time_limit_ends_with_the_epoch(fit):
    start = time.perf_counter()
    _, history = fit(max_epochs=100_000, trainer=Trainer(**QUIET, max_seconds=0.2))
    assert history.stop_reason == "max_seconds"
    assert time.perf_counter() - start < 10
    assert 1 <= len(history.epochs) < 100_000
    assert history.epochs[-1].seconds > 0.2


def test_where_no_time_is_left_one_epoch_is_done(fit):
    _, history = fit(max_epochs=9, trainer=Trainer(**QUIET, max_seconds=1e-9))
    assert len(history.epochs) == 1
    assert Trainer(max_seconds=3.0).after(5.0).max_seconds > 0
    assert Trainer().after(5.0).max_seconds is None


# --- parameters


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("schedule", "stepwise"),
        ("precision", "fp8"),
        ("validation", 1.0),
        ("validation", -0.1),
        ("clip", 0.0),
        ("warmup", 1.5),
        ("max_seconds", -1.0),
        ("keep", 0),
        ("keep", 1.5),
        ("keep", True),
        ("clip", "x"),
        ("validation", "x"),
        ("patience", "x"),
        ("patience", float("nan")),
        ("weight_decay", -1.0),
        ("betas", (2, 3)),
        ("betas", 0.9),
        ("schedule", ["linear"]),
        ("precision", ["fp32"]),
        ("progress", "always"),
        ("checkpoint_every", None),
    ],
)
def test_what_cannot_be_is_refused_by_name(parameter, value):
    with pytest.raises(ParameterError) as refused:
        Trainer(**{parameter: value})
    assert f"{parameter}={value!r}" in str(refused.value)


@pytest.mark.parametrize("schedule", ["linear", "cosine", "constant"])
def test_the_learning_rate_follows_its_schedule(fit, schedule):
    _, history = fit(trainer=Trainer(**QUIET, schedule=schedule, warmup=0.25))
    rates = [epoch.learning_rate for epoch in history.epochs]
    assert max(rates) <= 0.2
    assert rates[0] < rates[1] < 0.2
    assert rates[-1] == (0.2 if schedule == "constant" else pytest.approx(0.0, abs=0.004))


def test_bf16_trains_too(fit):
    objective, history = fit(trainer=Trainer(**QUIET, precision="bf16"), max_epochs=20)
    assert history.plan["precision"] == "bf16"
    assert objective.linear.weight.dtype == torch.float32
    assert torch.allclose(weights_of(objective), torch.tensor([1.0, -2.0, 3.0, 4.0]), atol=0.2)


# --- resuming (after kill -9: test_run_resume.py)


@pytest.fixture
def resumable(fit, tmp_path):
    def run(trainer=None, identity=None, folder="run", **changes):
        trainer = trainer or Trainer(**QUIET, checkpoint_every=0.0, keep=3)
        with Checkpoints(tmp_path / folder, keep=trainer.keep) as checkpoints:
            return fit(trainer=trainer, checkpoints=checkpoints, identity=identity or {"a": 1}, **changes)

    run.folder = tmp_path / "run"
    return run


@pytest.mark.parametrize("damaged", [1, 2, 3])
def test_damaged_checkpoints_are_skipped_and_change_nothing(resumable, damaged):
    objective, history = resumable()
    found = sorted(resumable.folder.glob("checkpoint-*"))
    for path in found[-damaged:]:
        path.write_bytes(path.read_bytes()[:-100])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        again, history_again = resumable()
    assert [w.category for w in caught] == [DamagedCheckpointWarning] * damaged
    assert torch.equal(weights_of(objective), weights_of(again))
    assert [e.held_out for e in history.epochs] == [e.held_out for e in history_again.epochs]


def test_a_finished_run_is_not_run_again(resumable):
    objective, history = resumable()
    again, history_again = resumable()
    assert torch.equal(weights_of(objective), weights_of(again))
    assert history_again.epochs == history.epochs


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 1}, "plan.seed"),
        ({"learning_rate": 0.1}, "plan.learning_rate"),
        ({"identity": {"a": 2}}, "a was 1"),
    ],
)
def test_a_changed_run_is_refused_naming_the_difference(resumable, changes, named):
    resumable(max_epochs=2)
    with pytest.raises(CheckpointError, match=named):
        resumable(max_epochs=2, **changes)


def test_a_resumed_run_knows_the_time_it_has_used(resumable):
    _, history = resumable(max_epochs=400, trainer=Trainer(**QUIET, checkpoint_every=0.0, max_seconds=0.3))
    assert history.stop_reason == "max_seconds"
    _, again = resumable(max_epochs=400, trainer=Trainer(**QUIET, checkpoint_every=0.0, max_seconds=0.3))
    assert len(again.epochs) <= len(history.epochs) + 1
