"""The map of a million rows: encode, project, count, and summarize, by a net and by the closed form."""

from collections.abc import Iterator
from statistics import median

from benchmarks.bars import Bar
from benchmarks.race import Race

ROWS, COLUMNS, CODE = 1_000_000, 50, 8


def million(race: Race) -> Iterator[Bar]:
    """Seconds, and memory at its peak as a multiple of the data's, the data included."""
    rows = ROWS // 50 if race.quick else ROWS
    for who, title in (("autoencoder", "Autoencoder"), ("linear", "LinearAutoencoder")):
        runs = [
            race.run("latent_map", who=who, rows=rows, columns=COLUMNS, n_components=CODE, seed=seed)
            for seed in race.seeds
        ]
        figure = {f: median(run[f] for run in runs) for f in runs[0]}
        what = f"map of {rows:,} x {COLUMNS} by {title}({CODE})"
        spread = f"{min(run['seconds'] for run in runs):.1f} to {max(run['seconds'] for run in runs):.1f} s"
        beside = (
            f"{spread}, {figure['cpu_seconds']:.1f} CPU s, of which {figure['encode_seconds']:.1f} encode"
        )
        yield Bar(f"{what}: seconds", figure["seconds"], 30.0, beside=beside)
        times = 1 + figure["extra_mib"] / figure["data_mib"]
        yield Bar(f"{what}: memory / data", times, 3.0, beside=f"data {figure['data_mib']:.0f} MiB")
