"""Training speed of 784-1000-500-250-30 beside pythae's same network and beside the machine's own ceiling."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from benchmarks.bars import Bar
from benchmarks.mnist import DEEP, PIXELS, TO_TARGET, recipe
from benchmarks.race import Race

WIDTHS = [PIXELS, *DEEP, 30, *DEEP[::-1], PIXELS]
PRODUCTS = [a * b for a, b in pairwise(WIDTHS)]
# Forward, gradient of the weights, gradient of the inputs, which the first layer does not need: 2
# operations each.
FLOPS_PER_ROW = 6 * sum(PRODUCTS) - 2 * PRODUCTS[0]
# What pythae's classes build: no normalization and no path beside the networks.
SAME_NET = {"activation": "relu", "norm": "none", "linear_path": False}
# The best of `peer_settings`: the first to a test error of 3.00.
PEER_BEST = {"batch_size": 128, "learning_rate": 1e-3, "sigmoid": True}


def peer(race: Race, train: str, epochs: int, **settings: object) -> dict:
    """One training of pythae's AE with our network."""
    common = {"width": PIXELS, "n_components": 30, "hidden": DEEP, "seed": 0, "epochs": epochs}
    return race.run("pythae_autoencoder", train=train, test=race.mnist["test"], **common, **settings)


def ours(race: Race, train: str, epochs: int, trainer: dict | None = None, **arguments: object) -> dict:
    """One training of Diabolo's Autoencoder with the same network."""
    arguments = {"random_state": 0, "max_epochs": epochs, **arguments}
    settings = {
        "hidden": DEEP,
        "dense": SAME_NET,
        "n_components": 30,
        "arguments": arguments,
        "trainer": trainer,
    }
    return race.run("diabolo_autoencoder", train=train, test=race.mnist["test"], **settings)


def throughput(race: Race) -> Iterator[Bar]:
    """Rows a second at equal batch sizes; both in turn, so that a drifting machine hits both."""
    train = race.first_rows(race.mnist["train"], 2560 if race.quick else 12_800)
    for batch_size, limit in ((64, 2.2), (128, 2.2), (512, 3.0)):
        rates: dict[str, list[float]] = {"diabolo": [], "pythae": []}
        for _ in race.seeds:
            theirs = peer(race, train, 4, batch_size=batch_size, learning_rate=1e-3)
            rates["pythae"].append(theirs["rows_per_second"])
            rates["diabolo"].append(ours(race, train, 4, batch_size=batch_size)["rows_per_second"])
        medians = {name: median(values) for name, values in rates.items()}
        beside = f"{medians['diabolo']:,.0f} rows/s against {medians['pythae']:,.0f}"
        ratio = medians["diabolo"] / medians["pythae"]
        yield Bar(f"rows/s over pythae's, batch {batch_size}", ratio, limit, at_least=True, beside=beside)


def defaults(race: Race) -> Iterator[Bar]:
    """Both at their own batch size, learning rate and precision, for equally many epochs."""
    epochs = 1 if race.quick else 5
    theirs = peer(race, race.mnist["train"], epochs, batch_size=64, learning_rate=1e-4)
    mine = ours(race, race.mnist["train"], epochs)
    ratio = mine["rows_per_second"] / theirs["rows_per_second"]
    beside = f"{mine['rows_per_second']:,.0f} rows/s against {theirs['rows_per_second']:,.0f}"
    yield Bar("rows/s over pythae's, own defaults", ratio, 6.0, at_least=True, beside=beside)
    text = f"{mine['error']:.3f} against {theirs['error']:.3f} after {epochs} epochs"
    yield Bar("... test error over pythae's", mine["error"] / theirs["error"], 1.0, beside=text)


def gemm(race: Race) -> Iterator[Bar]:
    """The share of the measured matrix product rate that training reaches, in both precisions."""
    train = race.first_rows(race.mnist["train"], 2560 if race.quick else 25_600)
    size = 512 if race.quick else 2048
    fastest = 0.0
    for precision, dtype, limit in (("fp32", "float32", 0.7), ("bf16", "bfloat16", 0.33)):
        shares, text = [], ""
        for _ in race.seeds:
            ceiling = race.run("matrix_product", size=size, dtype=dtype, repeats=10)["flops"]
            if precision == "bf16" and ceiling < fastest:
                break
            fastest = max(fastest, ceiling)
            rate = ours(race, train, 3, trainer={"precision": precision}, batch_size=512)["rows_per_second"]
            shares.append(rate * FLOPS_PER_ROW / ceiling)
            text = f"{rate * FLOPS_PER_ROW / 1e9:.0f} of {ceiling / 1e9:.0f} GFLOP/s"
        if not shares:
            text = f"{ceiling / 1e9:.1f} GFLOP/s: this processor has no unit for it, so it is not used"
        share = median(shares) if shares else float("nan")
        yield Bar(
            f"share of the GEMM rate, {precision}",
            share,
            limit if shares else None,
            at_least=True,
            beside=text,
        )


def to_target(race: Race) -> Iterator[Bar]:
    """CPU seconds to a test error of 3.00: our whole fit against the peer's first epoch that is there.

    The peer is stopped once it has had more than four times our seconds: the bar is decided by then.
    """
    target = 30.0 if race.quick else 3.00
    mine = race.run("diabolo_autoencoder", **race.mnist, n_components=30, **recipe(race, TO_TARGET))
    settings = {"target": target, "limit_seconds": 4 * mine["cpu_seconds"], **PEER_BEST}
    theirs = peer(race, race.mnist["train"], 2 if race.quick else 150, **settings)
    reached = "" if theirs["error"] <= target else f" without reaching it ({theirs['error']:.2f})"
    seconds = f"{mine['cpu_seconds']:.0f} s to {mine['error']:.2f} against {theirs['cpu_seconds']:.0f} s"
    ratio = mine["cpu_seconds"] / theirs["cpu_seconds"] if mine["error"] <= target else float("inf")
    yield Bar(f"CPU seconds to test error {target:.2f} / pythae's", ratio, 0.25, beside=f"{seconds}{reached}")


def peer_settings(race: Race) -> Iterator[Bar]:
    """The search behind `PEER_BEST`: not part of the whole, since it takes hours."""
    epochs = 1 if race.quick else 100
    cosine = {"scheduler": "CosineAnnealingLR", "scheduler_params": {"T_max": epochs}}
    for batch_size in (64, 128, 256):
        for rate in (5e-4, 1e-3, 2e-3):
            for schedule in ({}, cosine):
                settings = {"batch_size": batch_size, "learning_rate": rate, **schedule}
                run = peer(race, race.mnist["train"], epochs, target=3.00, **settings)
                yield Bar(
                    f"pythae {settings}: seconds to 3.00", run["seconds"], beside=f"error {run['error']:.3f}"
                )
