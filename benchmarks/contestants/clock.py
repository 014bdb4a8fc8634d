"""What all contestants share: JSON in, one line of JSON out, wall clock, CPU clock and peak memory.

A contestant is a script that runs in a process of its own, so that neither its threads nor its memory touch
another's measurement. It imports Diabolo only if it is Diabolo: peers run with their own interpreter.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def parameters() -> dict[str, Any]:
    """The parameters of this run, given as one JSON argument."""
    return json.loads(sys.argv[1])


def answer(**figures: float | str | list | dict | None) -> None:
    """Print the figures of this run as the last line of the standard output."""
    print("\n" + json.dumps(figures))


def timed(work: Callable[[], Any]) -> dict[str, float]:
    """Run `work` once: wall seconds, CPU seconds of all threads, MiB held at most beyond those before."""
    before = _reset_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "extra_mib": _status("VmHWM") - before}


def _reset_peak() -> float:
    # Writing a 5 here makes Linux forget the peak so far, which would hide the fit's own.
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(field))
