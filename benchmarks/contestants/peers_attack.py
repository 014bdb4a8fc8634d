"""Attacks of torchattacks, foolbox and adv-lib on the undefended network.

Parameters: `weights`, `images`, `labels` (files), `peer` (one of PEERS), `dtype`, `keep` (file for the changed rows),
`steps`, `step`, `eps`.
"""

import sys
import time
import types
import warnings

import numpy as np
import torch
from attacked_cnn import Passes, figures, network, rows
from clock import answer, parameters
from torch import Tensor, nn

TURNS = 3


def torchattacks_of(name: str):
    def attack(net: nn.Module, x: Tensor, y: Tensor, p: dict) -> Tensor:
        import torchattacks

        options = {"eps": p["eps"]}
        if name != "FGSM":
            options |= {"alpha": p["step"], "steps": p["steps"]}
        if name.startswith("PGD"):
            options["random_start"] = False
        if name == "PGDL2":
            options["eps_for_division"] = 0.0
        return getattr(torchattacks, name)(net, **options)(x, y)

    return attack


def foolbox_pgd(net: nn.Module, x: Tensor, y: Tensor, p: dict) -> Tensor:
    import foolbox

    model = foolbox.PyTorchModel(net, bounds=(0, 1))
    attack = foolbox.attacks.LinfPGD(abs_stepsize=p["step"], steps=p["steps"], random_start=False)
    return attack(model, x, y, epsilons=p["eps"])[1]


def without_pictures() -> None:
    """adv-lib imports packages for pictures and plots that these attacks do not use."""

    class Absent(types.ModuleType):
        __path__: tuple = ()

        def __getattr__(self, name: str) -> type:
            if name.startswith("__"):
                raise AttributeError(name)
            return object

    for name in ("torchvision", "torchvision.models", "visdom"):
        sys.modules[name] = Absent(name)


def adv_lib_deepfool(net: nn.Module, x: Tensor, y: Tensor, p: dict) -> Tensor:
    without_pictures()
    from adv_lib.attacks.deepfool import df

    return df(net, x, y)


def adv_lib_ddn(net: nn.Module, x: Tensor, y: Tensor, p: dict) -> Tensor:
    without_pictures()
    from adv_lib.attacks.decoupled_direction_norm import ddn

    return ddn(net, x, y, steps=p["steps"], levels=None)


PEERS = {
    **{f"torchattacks {name}": torchattacks_of(name) for name in ("FGSM", "PGD", "PGDL2", "BIM", "MIFGSM")},
    "foolbox": foolbox_pgd,
    "adv-lib DeepFool": adv_lib_deepfool,
    "adv-lib DDN": adv_lib_ddn,
}


def main() -> None:
    p = parameters()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    dtype = getattr(torch, p.get("dtype", "float32"))
    net = network(p["weights"], dtype)
    x, y = rows(p["images"], p["labels"], dtype)
    attack = PEERS[p["peer"]]
    attack(net, x[:2], y[:2], p)  # imports
    seconds = []
    for _ in range(TURNS):
        started = time.process_time()
        found = attack(net, x, y, p).detach()
        seconds.append(time.process_time() - started)
    passes = Passes(net)
    attack(net, x, y, p)
    if "keep" in p:
        np.save(p["keep"], found.numpy())
    answer(**figures(net, x, found, y, passes), cpu_seconds=min(seconds))


if __name__ == "__main__":
    main()
