"""How long a person waits for the first sign of life."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.bars import Bar
from benchmarks.race import Race


def seconds(*command: str) -> float:
    """Median wall time of a command over several runs, after one that warms the disk."""
    times = []
    for _ in range(8):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return median(times[1:])


def measure(race: Race) -> Iterator[Bar]:
    """`import diabolo` and `diabolo --help`, interpreter included."""
    bare = f"bare Python {seconds(sys.executable, '-c', ''):.2f} s"
    sklearn = f"scikit-learn {seconds(sys.executable, '-c', 'import sklearn.decomposition'):.2f} s"
    pythae = f"pythae {seconds(str(race.peers), '-c', 'import pythae.models'):.2f} s"
    beside = "; ".join((bare, sklearn, pythae))
    yield Bar(
        "python -c 'import diabolo': seconds",
        seconds(sys.executable, "-c", "import diabolo"),
        0.3,
        beside=beside,
    )
    yield Bar("diabolo --help: seconds", seconds(sys.executable, "-m", "diabolo", "--help"), 0.6)
