"""`python -m benchmarks`: measure the bars, print one table, write RESULTS.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    adult,
    anomaly,
    attacks,
    denoise,
    digits,
    estimators,
    few_labels,
    gan,
    generated_images,
    hardening,
    linear,
    map_quality,
    maps,
    mnist,
    speed,
    startup,
    sweep,
    vae,
)
from benchmarks.bars import Bar, table
from benchmarks.race import Race
from benchmarks.results import keep

ROOT = Path(__file__).parents[1]
Group = Callable[[Race], Iterator[Bar]]
GROUPS: dict[str, Group] = {
    "startup": startup.measure,
    "estimators": estimators.measure,
    "digits": digits.measure,
    "few-labels": few_labels.digits,
    "linear": linear.measure,
    "map-million": maps.million,
    "mnist-linear": mnist.linear,
    "anomaly": anomaly.tables,
    "anomaly-mnist": anomaly.mnist,
    "throughput": speed.throughput,
    "gemm": speed.gemm,
    "defaults": speed.defaults,
    "mnist-per-pixel": mnist.per_pixel,
    "mnist-deep": mnist.deep,
    "mnist-deep-long": mnist.deep_long,
    "to-target": speed.to_target,
    "ordered": mnist.ordered,
    "sweep": sweep.sweep,
    "dimension": sweep.dimension,
    "map-quality": map_quality.measure,
    "gan": gan.measure,
    "generated-images": generated_images.measure,
    "few-labels-mnist": few_labels.mnist,
    "adult": adult.measure,
    "vae-digits": vae.digits,
    "vae-adult": vae.adult,
    "denoise": denoise.noise,
    "zoom": denoise.zoom,
    "hardening-cnn": hardening.convolutional,
    "hardening-mlp": hardening.dense,
    "vae-static": vae.static,
    "vae-dynamic": vae.dynamic,
    "attack-steps": attacks.steps,
    "attack-same": attacks.same,
    "attack-smallest": attacks.smallest,
    "attack-affine": attacks.affine,
}
ON_REQUEST: dict[str, Group] = {"peer-settings": speed.peer_settings}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    default = os.environ.get("DIABOLO_DATA", ROOT.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=default, help="folder with mnist.npz (or DIABOLO_DATA)")
    parser.add_argument(
        "--peers", type=Path, default=ROOT / ".venv-peers/bin/python", help="the peers' interpreter"
    )
    parser.add_argument(
        "--only", action="append", choices=[*GROUPS, *ON_REQUEST], help="one group; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="few rows and steps, nothing is written")
    return parser.parse_args()


def measured(name: str, group: Group, race: Race) -> list[Bar]:
    """The bars of a group; what fails becomes a bar that says so, and the other groups still run."""
    bars: list[Bar] = []
    try:
        for bar in group(race):
            bars.append(bar)
            print("  ".join(filter(None, bar.cells)), file=sys.stderr, flush=True)
    except Exception as error:
        bars.append(Bar(name, float("nan"), beside=str(error).replace("|", "/")))
        print(f"{name}: {error}", file=sys.stderr, flush=True)
    return bars


def main() -> int:
    """Measure, print, keep; the exit code is 1 if a bar was missed."""
    options = arguments()
    chosen = {name: {**GROUPS, **ON_REQUEST}[name] for name in options.only or GROUPS}
    bars: list[Bar] = []
    with tempfile.TemporaryDirectory() as scratch:
        race = Race(Path(options.data), options.peers, Path(scratch), options.quick)
        for name, group in chosen.items():
            bars += (found := measured(name, group, race))
            if not options.quick:
                keep(name, found)
    print(table(bars))
    return int(any(bar.met is False for bar in bars))


if __name__ == "__main__":
    sys.exit(main())
