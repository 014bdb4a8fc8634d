"""Alone or in a process group: the rows are shared out, the gradients summed, the weights equal."""

from datetime import timedelta
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from hypothesis import given
from hypothesis import strategies as st

from diabolo.errors import CheckpointError
from diabolo.train.engines import Local

ROWS = 203  # no multiple of anything, so that ranks get slices of unequal length


@given(st.integers(0, 40), st.integers(1, 6))
def test_slices_share_out_every_row_once(rows, size):
    local = Local()
    local.size = size
    parts = []
    for local.rank in range(size):
        parts.append(local.slice(torch.arange(rows)))
    assert torch.equal(torch.cat(parts), torch.arange(rows))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("flag", [True, False])
def test_alone_nothing_is_exchanged(flag):
    local = Local()
    tensor = torch.ones(2)
    local.sum([tensor])
    local.barrier()
    assert (local.rank, local.size, local.is_main) == (0, 1, True)
    assert tensor.tolist() == [1.0, 1.0]
    assert local.agree(flag) is flag
    assert local.ask_main(lambda: flag) is flag


def train(folder: Path, rank: int, size: int, norm: str) -> None:
    """One rank of a group of ``size`` processes."""
    from diabolo.data.schema import Schema
    from diabolo.frames import Frame
    from diabolo.models.codec import Codec
    from diabolo.models.reconstruction import Reconstruction
    from diabolo.nn import Dense
    from diabolo.train import Trainer

    torch.set_num_threads(1)
    if size > 1:
        rendezvous, patience = f"file://{folder}/{norm}-meeting", timedelta(seconds=60)
        dist.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=size, timeout=patience)
        _check_exchange(rank)
    torch.manual_seed(0)
    x = torch.randn(ROWS, 5) @ torch.randn(5, 5)
    schema = Schema.fit(Frame.of(x.numpy()))
    batch = schema.to_batch(Frame.of(x.numpy()))
    objective = Reconstruction(Codec(schema, 2, Dense((8,), norm=norm)), schema)
    history = Trainer(patience=1.0).fit(
        objective, batch, batch, seed=0, batch_size=16, max_epochs=10, learning_rate=0.01
    )
    outcome = {"state": objective.state_dict(), "held_out": [e.held_out for e in history.epochs]}
    outcome["terms"] = [e.terms["reconstruction"] for e in history.epochs]
    torch.save(outcome, folder / f"{norm}-{rank}of{size}.pt")
    if size > 1:
        dist.destroy_process_group()


def _check_exchange(rank: int) -> None:
    local = Local()
    tensors = [torch.full((2,), float(rank + 1)), torch.tensor(10.0 * rank)]
    local.sum(tensors)
    assert tensors[0].tolist() == [3.0, 3.0]
    assert tensors[1].item() == 10.0
    assert local.agree(rank == 1)
    assert not local.agree(False)
    assert local.is_main is (rank == 0)
    assert local.ask_main(lambda: f"rank {rank}") == "rank 0"
    with pytest.raises(CheckpointError, match="rank 0"):
        local.ask_main(lambda: _refuse(rank))


def _refuse(rank: int) -> None:
    raise CheckpointError(f"rank {rank} says no")


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_two_processes_learn_what_one_learns(tmp_path, processes, norm):
    ranks = [(0, 1), (0, 2), (1, 2)]
    started = [processes.Process(target=train, args=(tmp_path, rank, size, norm)) for rank, size in ranks]
    for process in started:
        process.start()
    for process in started:
        process.join(90)
    assert [process.exitcode for process in started] == [0, 0, 0]
    alone, first, second = (torch.load(tmp_path / f"{norm}-{rank}of{size}.pt") for rank, size in ranks)
    for key, tensor in first["state"].items():
        assert torch.equal(tensor, second["state"][key]), key
    assert first["held_out"] == second["held_out"]
    if norm == "none":  # in batch normalization each rank normalizes its own rows of a batch
        assert first["held_out"] == pytest.approx(alone["held_out"], rel=1e-3)
        assert first["terms"] == pytest.approx(alone["terms"], rel=1e-3)
    assert min(first["held_out"]) == pytest.approx(min(alone["held_out"]), rel=0.3)


def fit_in_a_folder(folder: Path, rank: int) -> None:
    """One of two ranks that think differently of bf16, twice in the same run folder."""
    from diabolo.models import Autoencoder
    from diabolo.nn import Dense
    from diabolo.train import Trainer, trainer

    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2, timeout=timedelta(seconds=60)
    )
    trainer.choose = lambda *_: ("fp32", "bf16")[rank]
    rows = torch.randn(60, 4, generator=torch.Generator().manual_seed(0)).numpy()
    plans, codes = [], []
    for _ in range(2):
        model = Autoencoder(
            2, architecture=Dense((8,)), max_epochs=3, random_state=0, trainer=Trainer(checkpoint_every=0.0)
        ).fit(rows, run_dir=folder / "run")
        plans.append({name: model.history_.plan[name] for name in ("precision", "resumed_at")})
        codes.append(torch.from_numpy(model.transform(rows)))
    torch.save({"plans": plans, "codes": codes}, folder / f"{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_share_one_run_folder_and_one_number_format(tmp_path, processes):
    started = [processes.Process(target=fit_in_a_folder, args=(tmp_path, rank)) for rank in range(2)]
    for process in started:
        process.start()
    for process in started:
        process.join(90)
    assert [process.exitcode for process in started] == [0, 0]
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in range(2))
    assert first["plans"] == second["plans"]
    assert [plan["precision"] for plan in first["plans"]] == ["fp32", "fp32"]
    assert [plan["resumed_at"] for plan in first["plans"]] == [0, 3]
    assert all(torch.equal(a, first["codes"][0]) for a in (*first["codes"], *second["codes"]))
