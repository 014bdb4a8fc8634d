"""The rate at which this machine multiplies matrices: the ceiling of any training step.

Parameters: `size` (rows and columns), `dtype` (of torch), `repeats`. The best of the repeats is the rate.
"""

import time

import torch
from clock import answer, parameters

HOPELESS = (
    5.0  # seconds for one product: the processor has no unit for the format, and repeats would tell no more
)


def main() -> None:
    p = parameters()
    dtype = getattr(torch, p["dtype"])
    a, b = (torch.randn(p["size"], p["size"]).to(dtype) for _ in range(2))
    out = torch.empty_like(a)
    torch.mm(a[:64], b)  # wakes the library up
    seconds = []
    for _ in range(p["repeats"]):
        start = time.perf_counter()
        torch.mm(a, b, out=out)
        seconds.append(time.perf_counter() - start)
        if seconds[-1] > HOPELESS:
            break
    answer(flops=2 * p["size"] ** 3 / min(seconds), threads=torch.get_num_threads())


if __name__ == "__main__":
    main()
