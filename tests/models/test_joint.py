import numpy as np
import pytest
import torch

from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models.joint import Joint, Reader, Targets

DATA = {
    "table": lambda r: {"size": r.normal(size=20).tolist(), "town": r.choice(["a", "b"], 20).tolist()},
    "images": lambda r: r.random((20, 8, 8)).astype(np.float32),
}


@pytest.fixture(params=DATA)
def joint(request, rng):
    frame = Frame.of(DATA[request.param](rng))
    schema = Schema.fit(frame)
    batch = schema.to_batch(frame)
    torch.manual_seed(0)
    targets = Targets(torch.full((20, 3), 1 / 3), torch.arange(20) < 6)
    targets.shares[:6] = torch.eye(3).repeat(2, 1)
    return Joint(Reader(schema, 4, 3, "small"), targets, batch.take(torch.arange(6)), steps=10), batch


def test_terms_are_finite_numbers_per_row_and_the_teacher_has_no_gradient(joint):
    objective, batch = joint
    terms = objective.losses(batch)
    assert {"label", "consistency"} <= terms.keys()
    assert all(term.shape == (20,) and torch.isfinite(term).all() for term in terms.values())
    torch.stack([term.sum() for term in terms.values()]).sum().backward()
    assert all(p.grad is not None for p in objective.parameters_of("model"))
    assert all(not p.requires_grad for p in objective.teacher.parameters())


def test_the_target_moves_from_the_graph_to_the_teacher_but_not_for_given_labels(joint):
    objective, batch = joint
    before, _ = objective._target(batch)
    assert torch.allclose(before[6:], torch.full((14, 3), 1 / 3))
    objective.step += 10
    after, _ = objective._target(batch)
    taught = objective.teacher.head(objective.teacher(batch)).softmax(1) ** 2
    assert torch.allclose(after[6:], (taught / taught.sum(1, keepdim=True))[6:])
    assert torch.equal(after[:6], before[:6])


def test_the_teacher_follows_the_student_slowly(joint):
    objective, _ = joint
    weight = objective.student.head.weight
    torch.nn.init.constant_(objective.teacher.head.weight, 0.0)
    torch.nn.init.constant_(weight, 1.0)
    objective._follow()
    assert torch.allclose(
        objective.teacher.head.weight, torch.full_like(weight, 1 / 1.2)
    )  # it has seen one step
    objective.step += 10_000
    torch.nn.init.constant_(objective.teacher.head.weight, 0.0)
    objective._follow()
    assert torch.allclose(objective.teacher.head.weight, torch.full_like(weight, 0.01))


def test_a_step_does_not_make_the_host_wait_for_the_device(joint, monkeypatch):
    def waits(self):
        raise AssertionError("a number was read from the device")

    objective, batch = joint
    monkeypatch.setattr(torch.Tensor, "__float__", waits)
    monkeypatch.setattr(torch.Tensor, "item", waits)
    objective.train().losses(batch)


def test_the_last_weights_are_the_best(joint):
    objective, batch = joint
    before = objective.monitor(batch)
    objective._follow()
    assert (objective.monitor(batch) < before).all()
    assert before.shape == (20,)
