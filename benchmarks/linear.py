"""The closed-form fit beside scikit-learn's: time, memory and exactness on tall and on wide tables."""

from collections.abc import Iterator
from statistics import median

from benchmarks.bars import Bar
from benchmarks.race import Race

PEERS = {"covariance_eigh": 1.0, "incremental": 0.2}
FLOAT64 = 8 / 2**20
# What the algorithm cannot do without, in d x d matrices of float64: the Gram matrix, its eigenvectors, and
# the workspace of the divide-and-conquer eigensolver, which is two more. A block of rows is no d x d term:
# 16 MiB.
MATRICES, BLOCK_MIB = 4, 16


def measure(race: Race) -> Iterator[Bar]:
    """1,000,000 x 100 and 60,000 x 784, float32."""
    for rows, columns in ((1_000_000, 100), (60_000, 784)):
        rows = rows // 50 if race.quick else rows
        runs: dict[str, list[dict]] = {"diabolo": [], **{name: [] for name in PEERS}}
        for _ in race.seeds:
            for who, results in runs.items():
                results.append(race.run("pca", who=who, rows=rows, columns=columns, n_components=30))
        yield from compared(f"PCA {rows:,} x {columns}", columns, runs)


def compared(title: str, columns: int, runs: dict[str, list[dict]]) -> Iterator[Bar]:
    """The bars of one table size."""
    figures = {
        who: {f: median(run[f] for run in results) for f in results[0]} for who, results in runs.items()
    }
    mine = figures["diabolo"]
    for name, limit in PEERS.items():
        beside = f"{mine['seconds']:.3f} s against {figures[name]['seconds']:.3f} s"
        yield Bar(
            f"{title}: seconds / {name}", mine["seconds"] / figures[name]["seconds"], limit, beside=beside
        )
    angles = ", ".join(f"{name} {figures[name]['angle']:.1e}" for name in PEERS)
    yield Bar(f"{title}: largest angle to float64", mine["angle"], 1e-4, beside=angles)
    extra = ", ".join(f"{name} {figures[name]['extra_mib']:.0f}" for name in PEERS)
    limit = 1.1 * MATRICES * columns**2 * FLOAT64 + BLOCK_MIB
    yield Bar(
        f"{title}: MiB beyond the data",
        mine["extra_mib"],
        limit,
        beside=f"{extra}; data {mine['data_mib']:.0f}",
    )
