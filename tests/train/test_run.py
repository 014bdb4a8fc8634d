"""One run: the order of rows, clipping, and what happens when a loss is not a finite number."""

import json
import math
import warnings

import pytest
import torch

from diabolo.errors import DivergenceError, DivergenceWarning
from diabolo.train import Trainer
from diabolo.train.checkpoint import Checkpoints
from diabolo.train.run import MEMORY, RETRY_RATE, Plan, Run

PLAN = Plan(seed=0, batch_size=8, max_epochs=20, learning_rate=0.05)


@pytest.fixture
def run_of(regression, batch):
    def make(objective=None, rows=None, trainer=None, plan=PLAN):
        return Run(
            objective or regression(), rows or batch(60), batch(20, start=1), plan, trainer or Trainer(), None
        )

    return make


# --- batches


@pytest.mark.parametrize(("rows", "batch_size"), [(60, 8), (60, 60), (60, 100), (7, 3), (61, 20)])
def test_an_epoch_is_every_row_once_in_batches_of_nearly_equal_size(run_of, batch, rows, batch_size):
    run = run_of(rows=batch(rows), plan=Plan(0, batch_size, 3, 0.1))
    parts = [part.index for part in run.batches()]
    assert torch.equal(torch.cat(parts).sort().values, torch.arange(rows))
    sizes = [len(part) for part in parts]
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == run.steps_per_epoch == math.ceil(rows / batch_size)


def test_the_order_is_a_function_of_seed_and_epoch(run_of):
    def order(seed, epoch):
        run = run_of(plan=Plan(seed, 8, 20, 0.05))
        run.epochs = [None] * epoch
        return torch.cat([part.index for part in run.batches()])

    assert torch.equal(order(0, 0), order(0, 0))
    assert not torch.equal(order(0, 0), order(0, 1))
    assert not torch.equal(order(0, 0), order(1, 0))


def test_judging_is_a_mean_over_the_held_out_rows_and_changes_nothing(run_of):
    run = run_of()
    with torch.no_grad():
        expected = run.objective.error(run.held_out).mean().item()
    assert run.judge() == pytest.approx(expected, rel=1e-6)
    assert run.objective.training


@pytest.mark.parametrize("dtype", [None, torch.bfloat16])
def test_a_rehearsal_changes_nothing(run_of, dtype):
    run = run_of()
    before = run.weights.flat.clone()
    run.rehearse(dtype)
    assert torch.equal(run.weights.flat, before)
    assert all(p.grad is None for p in run.objective.parameters())


# --- clipping


@pytest.mark.parametrize("clip", [2.0, None])
def test_a_spike_is_cut_to_a_multiple_of_the_usual_length(run_of, batch, clip):
    run = run_of(trainer=Trainer(clip=clip))
    usual = batch(8)
    for _ in range(5):
        run.step(usual)
    before = _moment(run)
    length = float(run.norms["model"])
    spike = batch(8, start=2)
    spike.values["y"].mul_(1e4)
    run.step(spike)
    received = ((_moment(run) - 0.9 * before) / 0.1).norm().item()
    assert received == pytest.approx(2.0 * length, rel=0.01) if clip else received > 1e4 * length / 2


def test_the_usual_length_is_a_running_mean(run_of, batch):
    run = run_of()
    lengths = []
    for start in range(3):
        run.step(batch(8, start=start))
        lengths.append(torch.nn.utils.get_total_norm([p.grad for p in run.objective.parameters()]).item())
    expected = lengths[0]
    for length in lengths[1:]:
        expected = MEMORY * expected + (1 - MEMORY) * length
    assert run.norms["model"].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("clip", [3.0, None])
def test_no_gradient_at_all_is_no_division_by_zero(run_of, batch, clip):
    rows = batch(60)
    rows.values["x"].zero_()
    rows.values["y"].zero_()
    run = run_of(rows=rows, trainer=Trainer(clip=clip))
    for part in run.batches():
        run.step(part)
    assert torch.equal(run.weights.flat, torch.zeros_like(run.weights.flat))
    assert not run.is_halted()


def _moment(run):
    states = [run.optimizers["model"].state[p] for p in run.objective.parameters()]
    return torch.cat([state["exp_avg"].flatten() for state in states]).clone()


def test_offsets_are_not_decayed(run_of):
    run = run_of(trainer=Trainer(weight_decay=0.7))
    decay = {id(p): g["weight_decay"] for g in run.optimizers["model"].param_groups for p in g["params"]}
    assert decay[id(run.objective.linear.weight)] == 0.7
    assert decay[id(run.objective.linear.bias)] == 0.0


# --- a loss that is not finite


def fit_against_a_wall(regression, batch, wall, rate=0.05, **changes):
    """The offset is pulled to 4 and meets log(negative) on its way."""
    objective = regression(wall=wall)
    trainer = Trainer(weight_decay=0.0, patience=1.0, schedule="constant", **changes)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        history = trainer.fit(
            objective, batch(64), batch(32, start=1), seed=0, batch_size=8, max_epochs=40, learning_rate=rate
        )
    return objective, history, [w for w in caught if w.category is DivergenceWarning]


def test_the_good_weights_are_kept_and_the_report_names_term_and_column(regression, batch):
    objective, history, caught = fit_against_a_wall(regression, batch, wall=2.0)
    assert history.stop_reason == "diverged"
    assert history.best_epoch > 0
    assert 1.0 < objective.linear.bias.item() < 2.3  # a last step may have passed the wall unnoticed
    assert all(torch.isfinite(p).all() for p in objective.parameters())
    assert objective.error(batch(32, start=1)).mean().item() == pytest.approx(history.best, rel=1e-6)
    assert len(caught) == 2
    for warning in caught:
        assert "term wall in column age" in str(warning.message)
    assert f"goes on from them at {RETRY_RATE}" in str(caught[0].message)
    assert "training stops" in str(caught[1].message)


def test_one_retry_at_a_lower_rate_may_save_the_run(regression, batch):
    objective, history, caught = fit_against_a_wall(regression, batch, wall=4.3, rate=2.0)
    assert len(caught) == 1
    assert history.stop_reason == "max_epochs"
    assert {round(e.learning_rate, 6) for e in history.epochs[-5:]} == {0.2}
    assert objective.linear.bias.item() == pytest.approx(4.0, abs=0.3)


def test_without_one_good_epoch_it_is_an_error(regression, batch):
    with pytest.raises(DivergenceError, match=r"epoch 1: term wall in column age.*learning_rate"):
        fit_against_a_wall(regression, batch, wall=-1.0)


def test_after_an_error_the_weights_are_those_of_the_start(regression, batch):
    objective = regression(wall=-1.0)
    with pytest.warns(DivergenceWarning), pytest.raises(DivergenceError):
        Trainer().fit(objective, batch(), batch(), seed=0, batch_size=8, max_epochs=5, learning_rate=0.1)
    assert all((p == 0).all() for p in objective.parameters())


# --- the history file


def test_the_history_file_is_the_history_also_after_a_resume(regression, batch, tmp_path):
    def fit():
        trainer = Trainer(checkpoint_every=0.0, patience=1.0)
        with Checkpoints(tmp_path) as checkpoints:
            return trainer.fit(
                regression(),
                batch(),
                batch(),
                seed=0,
                batch_size=8,
                max_epochs=6,
                learning_rate=0.01,
                checkpoints=checkpoints,
            )

    def lines():
        return [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]

    history = fit()
    assert lines() == list(history.to_json()["epochs"])
    sorted(tmp_path.glob("checkpoint-*"))[-1].unlink()
    history = fit()
    assert [line["epoch"] for line in lines()] == [1, 2, 3, 4, 5, 6]
    assert lines() == list(history.to_json()["epochs"])


def test_a_held_out_measure_that_is_not_finite_costs_no_checkpoint(regression, batch, tmp_path):
    held_out = batch(32, start=1)
    held_out.values["y"][0] = torch.nan
    with Checkpoints(tmp_path) as checkpoints:
        history = Trainer(checkpoint_every=0.0).fit(
            regression(),
            batch(),
            held_out,
            seed=0,
            batch_size=8,
            max_epochs=3,
            learning_rate=0.01,
            checkpoints=checkpoints,
        )
    assert len(history.epochs) == 3


def test_an_epoch_records_what_the_objective_tells_of_held_out_rows(regression, batch):
    class Telling(regression):
        def measures(self, held_out):
            assert not self.training
            return {"rows": [float(len(held_out))]}

    history = Trainer(validation=0.0).fit(
        Telling(), batch(), batch(20, start=1), seed=0, batch_size=16, max_epochs=2, learning_rate=0.1
    )
    assert [epoch.measures for epoch in history.epochs] == [{"rows": [20.0]}] * 2
