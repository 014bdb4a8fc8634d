"""Diabolo's attacks on the undefended network.

Parameters: `weights`, `images`, `labels` (files), `attack` (one of ATTACKS), `dtype`, `keep` (file for the changed rows),
`options` (of the attack). Of PGD with `stop="never"` the answer also holds the CPU seconds of the bare passes it cannot do
without.
"""

import time

import numpy as np
import torch
from attacked_cnn import Passes, figures, network, rows
from clock import answer, parameters
from torch.nn import functional

from diabolo.attacks import FGSM, L2, PGD, Linf, Minimal, Momentum

BALLS = {"linf": Linf, "l2": L2}
ATTACKS = {"fgsm": FGSM, "pgd": PGD, "momentum": Momentum}
TURNS = 3


def bare(net: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, steps: int) -> float:
    """CPU seconds of so many forward passes and backward passes to the input."""
    for weight in net.parameters():
        weight.requires_grad_(False)
    started = time.process_time()
    for _ in range(steps):
        point = x.clone().requires_grad_()
        torch.autograd.grad(functional.cross_entropy(net(point), y, reduction="sum"), point)
    return time.process_time() - started


def main() -> None:
    p = parameters()
    torch.set_num_threads(1)
    dtype = getattr(torch, p.get("dtype", "float32"))
    net = network(p["weights"], dtype)
    x, y = rows(p["images"], p["labels"], dtype)
    options = dict(p["options"])
    if p["attack"] == "minimal":
        attack = Minimal(**options)
    else:
        ball = BALLS[options.pop("norm")](options.pop("eps"))
        attack = ATTACKS[p["attack"]](ball, **options)
    seconds, limits = [], []
    for _ in range(TURNS):  # side by side, so that what else the machine does falls on both
        started = time.process_time()
        found = attack.run(net, x, y, (0, 1))
        seconds.append(time.process_time() - started)
        if options.get("stop") == "never":
            limits.append(bare(net, x, y, options["steps"]))
    passes = Passes(net)
    attack.run(net, x, y, (0, 1))
    if "keep" in p:
        np.save(p["keep"], found.X.numpy())
    overhead = min(seconds) / min(limits) if limits else None
    answer(**figures(net, x, found.X, y, passes), cpu_seconds=min(seconds), overhead=overhead)


if __name__ == "__main__":
    main()
