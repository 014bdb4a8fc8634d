"""Ctrl-C: the first asks, the second stops at once; a real one leaves a model that works."""

import os
import signal
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from diabolo.train.stopping import Interrupt, interruptible

pytestmark = pytest.mark.toy


def test_the_first_signal_is_a_request_and_the_second_is_not():
    with interruptible() as interrupt:
        assert not interrupt.requested
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("fails", [False, True])
def test_afterwards_ctrl_c_is_what_it_was(fails):
    before = signal.getsignal(signal.SIGINT)
    try:
        with interruptible():
            assert signal.getsignal(signal.SIGINT) != before
            if fails:
                raise RuntimeError
    except RuntimeError:
        pass
    assert signal.getsignal(signal.SIGINT) == before


def test_another_thread_leaves_signals_alone():
    before, seen = signal.getsignal(signal.SIGINT), []

    def work():
        with interruptible() as interrupt:
            seen.extend([isinstance(interrupt, Interrupt), signal.getsignal(signal.SIGINT) == before])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True, True]


def fit_for_ever(folder: Path) -> None:
    """A run that ends by a signal only, and what it leaves behind."""
    from diabolo.models.autoencoder import Autoencoder
    from diabolo.nn import Dense
    from diabolo.train import Trainer

    x = np.random.default_rng(0).normal(size=(200, 5))
    x[:, 1] = x[:, 0] ** 2
    trainer = Trainer(patience=1.0, checkpoint_every=0.0, progress=False)
    model = Autoencoder(
        2,
        architecture=Dense((8,), linear_path=False),
        max_epochs=5_000,
        learning_rate=0.1,
        random_state=0,
        trainer=trainer,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(x, run_dir=folder / "run")
    names = " ".join(w.category.__name__ for w in caught)
    score = f"{model.history_.stop_reason} {names} {model.history_.best_epoch > 0} {model.transform(x).shape}"
    model.save(folder / "model.diabolo")
    (folder / "outcome").write_text(score)


def test_ctrl_c_stops_a_real_run_and_the_model_works(tmp_path, processes):
    process = processes.Process(target=fit_for_ever, args=(tmp_path,))
    process.start()
    lines = tmp_path / "run" / "nets" / "history.jsonl"
    while process.is_alive() and not (lines.exists() and lines.read_text().count("\n") > 30):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 0
    assert (tmp_path / "outcome").read_text() == "interrupted InterruptedWarning True (200, 2)"
    assert (tmp_path / "model.diabolo").is_file()
