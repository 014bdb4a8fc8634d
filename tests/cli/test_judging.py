from pathlib import Path

import pytest

from diabolo.cli import inputs
from diabolo.cli.judging import SAMPLE, judge, show_anomalies, show_scores
from diabolo.cli.terminal import Terminal
from diabolo.evaluate import anomaly


@pytest.mark.parametrize("machine", [False, True])
def test_scores_go_where_people_look(model: Path, machine: bool, capfd: pytest.CaptureFixture[str]):
    terminal = Terminal(machine=machine)
    frame = inputs.read(Path("people.csv"), None, terminal)
    show_scores(judge(inputs.load(model, terminal), frame), terminal)
    shown, other = capfd.readouterr()[:: -1 if machine else 1]
    assert "How much of 60 rows survives 2 numbers per row" in shown
    assert "bytes a row become 8" in " ".join(shown.split())
    assert other == ""


def test_training_rows_show_over_fitting(model: Path):
    fitted = inputs.load(model, Terminal())
    frame = inputs.read(Path("people.csv"), None, Terminal())
    assert judge(fitted, frame).train_error is None
    assert judge(fitted, frame, frame).train_error is None
    assert judge(fitted, frame, frame.take(range(40))).train_error == pytest.approx(
        fitted.reconstruction_error(frame.take(range(40))).mean()
    )
    assert SAMPLE >= 1000


def test_odd_rows_are_counted(model: Path, capfd: pytest.CaptureFixture[str]):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    found = anomaly(inputs.load(model, Terminal()), frame, contamination=0.1, explain=4)
    show_anomalies(found, Terminal())
    shown = " ".join(capfd.readouterr().out.split())
    assert "6 of 60 rows are odd (the least likely 10 % of these rows)" in shown
    assert shown.count(" yes ") == 4
