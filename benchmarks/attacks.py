"""Attacks on an undefended network of digits: passes, seconds and size of the change, beside three peers."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.bars import Bar
from benchmarks.contestants.attacked_cnn import network
from benchmarks.race import Race
from diabolo.attacks import L1, L2, Linf, Minimal

IMAGES, FEW = 256, 64  # attacked, as in the anchors
EPS, STEP, STEPS = 0.3, 0.01, 40
PEERS = ("torchattacks PGD", "foolbox")
PAIRS = {  # Diabolo's attack and options, torchattacks' name and parameters: steps from the same start
    "FGSM": ("fgsm", {"norm": "linf", "eps": 0.3}, "FGSM", {"eps": 0.3}),
    "PGD": ("pgd", {"norm": "linf", "eps": 0.1, "steps": 20, "step_size": 0.01}, "PGD", {}),
    "BIM": ("pgd", {"norm": "linf", "eps": 0.1, "steps": 20, "step_size": 0.01}, "BIM", {}),
    "PGD in L2": ("pgd", {"norm": "l2", "eps": 1.0, "steps": 20, "step_size": 0.2}, "PGDL2", {}),
    "MI-FGSM": ("momentum", {"norm": "linf", "eps": 0.1, "steps": 20, "step_size": 0.01}, "MIFGSM", {}),
}


def steps(race: Race) -> Iterator[Bar]:
    """PGD-40 until fooled, and all forty steps."""
    common, accuracy = _victim(race, IMAGES)
    options = {"norm": "linf", "eps": EPS, "steps": STEPS, "step_size": STEP, "random_start": False}
    own = race.run("diabolo_attack", attack="pgd", options=options, **common)
    peers = {
        name: race.run("peers_attack", peer=name, steps=STEPS, step=STEP, eps=EPS, **common) for name in PEERS
    }
    told = "; ".join(
        f"{name} {p['forward'] + p['backward']:.0f} passes, {p['cpu_seconds']:.2f} s, L2 {p['l2']:.2f}"
        for name, p in peers.items()
    )
    yield Bar("attacked network: test accuracy", accuracy, 0.975, at_least=True)
    yield Bar("PGD-40, ε = .3: accuracy left", own["accuracy"], 0.0, beside=told)
    for name, unit in (
        ("passes", "passes a row"),
        ("cpu_seconds", "CPU seconds"),
        ("l2", "mean L2 of the change"),
    ):
        least = min(_of(name, peer) for peer in peers.values())
        limit = 0.4 if name == "l2" else 0.35
        yield Bar(
            f"... {unit}, share of the better peer's",
            _of(name, own) / least,
            limit,
            beside=f"{_of(name, own):.2f}",
        )
    never = race.run("diabolo_attack", attack="pgd", options={**options, "stop": "never"}, **common)
    yield Bar("... stop='never': CPU seconds over bare passes", never["overhead"], 1.1)


def same(race: Race) -> Iterator[Bar]:
    """Rows after the same steps, in double precision."""
    common, _ = _victim(race, FEW)
    for name, (attack, options, peer, given) in PAIRS.items():
        ours, theirs = (str(race.scratch / f"{side}-{attack}-{peer}.npy") for side in ("ours", "theirs"))
        if attack == "pgd":
            options = {**options, "random_start": False}
        stop = {} if attack == "fgsm" else {"stop": "never"}
        race.run(
            "diabolo_attack", attack=attack, options={**options, **stop}, dtype="float64", keep=ours, **common
        )
        given = given or {"eps": options["eps"], "step": options["step_size"], "steps": options["steps"]}
        race.run("peers_attack", peer=f"torchattacks {peer}", dtype="float64", keep=theirs, **given, **common)
        tried = np.load(race.array("attack-right-64", _right(race, FEW)))
        off = np.abs(np.load(ours) - np.load(theirs)).reshape(FEW, -1).max(1)[tried].max()
        yield Bar(f"{name} against torchattacks: largest difference", float(off), 1e-12)


def smallest(race: Race) -> Iterator[Bar]:
    """The smallest change in L2."""
    common, _ = _victim(race, FEW)
    base, high = (
        race.run("diabolo_attack", attack="minimal", options={"effort": effort}, **common)
        for effort in ("base", "high")
    )
    deepfool, ddn = (
        race.run("peers_attack", peer=f"adv-lib {name}", steps=100, **common) for name in ("DeepFool", "DDN")
    )
    beside = f"adv-lib DeepFool {deepfool['l2']:.3f} with {deepfool['backward']:.0f}"
    yield Bar("minimal L2: mean norm", base["l2"], deepfool["l2"], beside=beside)
    yield Bar("... backward passes a row", base["backward"], 20)
    yield Bar("... accuracy left", base["accuracy"], 0.0)
    yield Bar(
        "... effort='high': mean norm over DDN-100's",
        high["l2"] / ddn["l2"],
        1.1,
        beside=f"DDN-100 {ddn['l2']:.3f}",
    )


def affine(race: Race) -> Iterator[Bar]:
    """The smallest change of affine classifiers of ten classes: the distance to the nearest plane."""
    random = np.random.default_rng(0)
    features, rows = (20, 50) if race.quick else (200, 500)
    net = nn.Linear(features, 10).double()
    weight, bias = (p.detach().numpy() for p in net.parameters())
    X = random.normal(size=(rows, features))
    logits = X @ weight.T + bias
    own = logits.argmax(1)
    for name, dual, ball in (("l2", 2, L2), ("linf", 1, Linf), ("l1", np.inf, L1)):
        found = Minimal(name).run(net, X)
        slopes = np.linalg.norm(weight[None] - weight[own][:, None], dual, axis=2)
        gaps = logits[np.arange(rows), own][:, None] - logits
        exact = np.where(slopes > 0, gaps / np.where(slopes > 0, slopes, 1), np.inf).min(1)
        off = np.abs(found.norm / exact - 1).max() if found.success.all() else np.inf
        yield Bar(
            f"affine classifier, {ball.__name__}: largest relative error of the distance", float(off), 1e-6
        )


def _of(name: str, figures: dict[str, Any]) -> float:
    return figures["forward"] + figures["backward"] if name == "passes" else figures[name]


def _victim(race: Race, images: int) -> tuple[dict[str, str], float]:
    """Files of the network and of the first test images, and the network's accuracy on all of these."""
    x, y = (np.load(path)[:images] for path in (race.mnist["test"], race.mnist_labels["test_labels"]))
    files = {
        "weights": _trained(race),
        "images": race.array(f"attack-images-{images}", x),
        "labels": race.array(f"attack-labels-{images}", y),
    }
    return files, float(_right(race, None).mean())


def _right(race: Race, images: int | None) -> np.ndarray:
    """Which test images the network labels right."""
    x = torch.from_numpy(np.load(race.mnist["test"])[:images, None])
    with torch.inference_mode():
        return (network(_trained(race))(x).argmax(1).numpy()) == np.load(race.mnist_labels["test_labels"])[
            :images
        ]


@cache
def _trained(race: Race) -> str:
    """The file of the weights after two epochs of plain training."""
    path = str(race.scratch / "attacked-cnn.npz")
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten()]
    net = nn.Sequential(*layers, nn.Linear(32 * 49, 100), nn.ReLU(), nn.Linear(100, 10))
    x = torch.from_numpy(np.load(race.mnist["train"])[:, None])
    y = torch.from_numpy(np.load(race.mnist_labels["labels"]))
    optimizer = torch.optim.Adam(net.parameters(), 2e-3)
    for _ in range(2):
        for rows in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
    np.savez(path, **{name: tensor.numpy() for name, tensor in net.state_dict().items()})
    return path
