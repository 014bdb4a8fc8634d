"""A run that is killed and goes on: python resume.py

With `run_dir` a fit writes checkpoints. Here a first process is killed in the middle, as by a power cut; the same call
again goes on from the last checkpoint, and the result is equal, bit by bit, to that of a run that nobody disturbed.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import diabolo
from diabolo.data.samples import digits
from diabolo.nn import Dense

X = digits()[:500].reshape(-1, 64)


def fit(run_dir: Path | None) -> diabolo.Autoencoder:
    trainer = diabolo.Trainer(checkpoint_every=0.0)  # after every epoch; the default is once a second
    ae = diabolo.Autoencoder(2, architecture=Dense((64,)), max_epochs=20, random_state=0, trainer=trainer)
    return ae.fit(X, run_dir=run_dir)


def killed_run(run_dir: Path) -> None:
    """Start a fit in a process of its own and kill it once there is a checkpoint."""
    process = subprocess.Popen([sys.executable, __file__, str(run_dir)])
    while process.poll() is None and not any(run_dir.rglob("checkpoint-*.diabolo")):
        time.sleep(0.02)
    process.kill()
    process.wait()
    left = sorted(path.name for path in run_dir.rglob("checkpoint-*.diabolo"))
    if not left:
        sys.exit("the run ended without a checkpoint")
    print("killed; left behind:", *left)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        killed_run(Path(folder))
        resumed, undisturbed = fit(Path(folder)), fit(None)
    print(f"resumed: {len(resumed.history_.epochs)} epochs, ended by {resumed.history_.stop_reason}")
    equal = np.array_equal(resumed.transform(X), undisturbed.transform(X))
    print("equal to a run that was never killed:", "yes, bit by bit" if equal else "no")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        fit(Path(sys.argv[1]))
    else:
        main()
