"""What every attack promises: it touches nothing that is not its own, and what it gives back holds."""

import copy
import dataclasses
import inspect

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from diabolo import attacks
from diabolo.attacks import L0, L1, L2, Attack, Limits, Linf

KINDS = [
    kind
    for kind in (getattr(attacks, name) for name in attacks.__all__)
    if inspect.isclass(kind) and issubclass(kind, Attack) and not inspect.isabstract(kind)
]
CHEAP = {"steps": 12, "queries": 40, "draws": 10, "searches": 2}
BALLS = [Linf(0.25), L2(0.6), L2(0.6, exact=True), L1(1.2), L0(3)]


def made(kind: type[Attack], ball=BALLS[0], **options) -> Attack:
    """A quick instance."""
    names = {field.name for field in dataclasses.fields(kind)}
    cheap = {name: value for name, value in CHEAP.items() if name in names}
    return kind(**({"ball": ball} if "ball" in names else {}), **cheap, **options)


def has_ball(kind: type[Attack]) -> bool:
    return "ball" in {field.name for field in dataclasses.fields(kind)}


each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@pytest.fixture
def net() -> nn.Module:
    """With batch statistics, dropout and a frozen layer, so that every flag there is can be broken."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 3))
    with torch.no_grad():
        net(torch.rand(64, 8))
    net.eval()
    net[3].train()
    net[0].weight.requires_grad_(False)
    net[4].weight.grad = torch.full_like(net[4].weight, 7.0)
    return net


@pytest.fixture
def rows() -> Tensor:
    return torch.rand(20, 8, generator=torch.Generator().manual_seed(1))


quiet = pytest.mark.filterwarnings("ignore::diabolo.errors.TrainingModeWarning")


def said(net: nn.Module, rows) -> Tensor:
    modes = [module.training for module in net.modules()]
    net.eval()
    labels = net(torch.as_tensor(rows).float()).argmax(1)
    for module, mode in zip(net.modules(), modes, strict=True):
        module.training = mode
    return labels


@quiet
@each
def test_model_data_and_random_state_are_left_as_they_are(kind, net, rows):
    labels = said(net, rows)
    before = (
        copy.deepcopy(net.state_dict()),
        [m.training for m in net.modules()],
        [w.requires_grad for w in net.parameters()],
    )
    kept_rows, kept_labels = rows.clone(), labels.clone()
    state, numpy_state = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    made(kind).run(net, rows, labels, (0, 1))
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), before[0].values(), strict=True))
    assert [m.training for m in net.modules()] == before[1]
    assert [w.requires_grad for w in net.parameters()] == before[2]
    assert [None if w.grad is None else float(w.grad.max()) for w in net.parameters()] == [None] * 4 + [
        7.0,
        None,
    ]
    assert torch.equal(rows, kept_rows)
    assert torch.equal(labels, kept_labels)
    assert not rows.requires_grad
    assert torch.equal(torch.random.get_rng_state(), state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)


@quiet
@each
def test_the_model_is_given_back_after_an_error_too(kind, net, rows):
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, x):
            raise RuntimeError("broken")

    broken = Broken().train()
    flags = [m.training for m in broken.modules()]
    with pytest.raises(RuntimeError, match="broken"):
        made(kind).run(broken, rows)
    assert [m.training for m in broken.modules()] == flags
    assert not net[0].weight.requires_grad
    assert net[4].weight.requires_grad


@quiet
@each
@pytest.mark.parametrize("ball", BALLS, ids=str)
def test_what_comes_back_is_inside_and_what_is_called_success_is_one(kind, ball, net, rows):
    if not has_ball(kind) and ball != BALLS[0]:
        pytest.skip("without a ball")
    labels = said(net, rows)
    found = made(kind, ball).run(net, rows, labels, (0.0, 1.0))
    assert float(found.X.min()) >= 0.0
    assert float(found.X.max()) <= 1.0
    if has_ball(kind):
        size = ball.norm((found.X - rows).double()).numpy()
        assert (size <= ball.eps * (1 + 1e-5)).all()
        assert np.allclose(size, found.norm)
    assert found.success.tolist() == (said(net, found.X) != labels).tolist()
    assert (found.reason[found.success] == "success").all()
    assert not found.success[found.reason != "success"].any()


@quiet
@each
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_kind_and_dtype_are_kept(kind, dtype, net, rows):
    net, rows = net.to(dtype), rows.to(dtype)
    tensor = made(kind).run(net, rows, bounds=(0, 1))
    array = made(kind).run(net, rows.numpy(), bounds=(0, 1))
    assert tensor.X.dtype == dtype
    assert isinstance(array.X, np.ndarray)
    assert array.X.dtype == rows.numpy().dtype
    assert np.array_equal(array.X, tensor.X.numpy())


@quiet
@each
def test_bytes_stay_bytes(kind, net, rows):
    class OfBytes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x / 255)

    X = (rows * 255).to(torch.uint8)
    found = made(kind, Linf(150)).run(OfBytes(), X)
    assert found.X.dtype == torch.uint8
    assert found.success.tolist() == (said(OfBytes(), found.X) != said(OfBytes(), X)).tolist()
    assert found.success.any()


@quiet
@each
def test_immutable_features_and_directions_are_kept(kind, net, rows):
    limits = Limits(0, 1, immutable=[0], rises=[1], falls=[2])
    change = made(kind).run(net, rows, bounds=limits).X - rows
    assert not change[:, 0].any()
    assert (change[:, 1] >= 0).all()
    assert (change[:, 2] <= 0).all()
    assert change.any()


@quiet
@each
def test_rows_that_are_wrong_already_are_skipped(kind, net, rows):
    labels = said(net, rows)
    labels[:5] = (labels[:5] + 1) % 3
    found = made(kind).run(net, rows, labels, (0, 1))
    assert (found.reason[:5] == "skipped_wrong").all()
    assert not found.success[:5].any()
    assert torch.equal(found.X[:5], rows[:5])
    assert not found.norm[:5].any()
    assert "skipped_wrong" not in found.reason[5:]


@quiet
@each
def test_a_target_is_what_the_model_says_in_the_end(kind, net, rows):
    wanted = (said(net, rows) + 1) % 3
    found = made(kind, Linf(0.9), targeted=True).run(net, rows, wanted, (0, 1))
    assert found.success.tolist() == (said(net, found.X) == wanted).tolist()
    assert found.success.any()


@quiet
@each
def test_a_lead_is_kept(kind, net, rows):
    labels = said(net, rows)
    found = made(kind, Linf(0.5), margin=0.3).run(net, rows, labels, (0, 1))
    net.eval()
    logits = net(found.X).detach()
    lead = logits.amax(1) - logits.gather(1, labels[:, None])[:, 0]
    assert found.success.tolist() == (lead >= 0.3).tolist()


@quiet
@each
def test_passes_are_those_of_the_model(kind, net, rows):
    asked = torch.zeros(2)

    def forward(module, given, answer) -> None:
        asked[0] += len(answer)
        if answer.requires_grad:
            answer.register_hook(backward)

    def backward(gradient) -> None:
        asked[1] += len(gradient)

    net.register_forward_hook(forward)
    found = made(kind).run(net, rows, bounds=(0, 1))
    assert found.passes.sum(0).tolist() == asked.tolist()


@quiet
@each
def test_a_seed_repeats_it_and_batches_do_not_matter_to_rows_without_draws(kind, net, rows):
    first, again = (made(kind, random_state=3).run(net, rows, bounds=(0, 1)).X for _ in range(2))
    assert torch.equal(first, again)


@each
def test_it_is_a_value(kind):
    assert made(kind) == made(kind)
    assert hash(made(kind)) == hash(made(kind))
    assert kind.__name__ in repr(made(kind))
