from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import diabolo
from diabolo.attacks import L2
from diabolo.cli.harden import Method
from diabolo.data.writers import write

QUICK = ("--epochs", "2", "--size", "small")


@pytest.fixture
def clouds(run: Callable, rng: np.random.Generator) -> np.ndarray:
    """A table and an array of two kinds of rows in the current folder."""
    truth = np.arange(80) % 2
    x = rng.normal(size=(80, 2)) + 4 * truth[:, None]
    write({"x": x[:, 0], "y": x[:, 1], "kind": np.array(["plain", "odd"])[truth].tolist()}, Path("rows.csv"))
    np.save("rows.npy", x.astype(np.float32))
    np.save("labels.npy", truth)
    return truth


@pytest.mark.parametrize("method", ["plain", "pgd"])
def test_a_table_with_its_labels(run: Callable, clouds: np.ndarray, method: str):
    result = run(
        "harden", "rows.csv", "--label", "kind", "-o", "m.diabolo", "--method", method, *QUICK, "--json"
    )
    assert result.code == 0, result.err
    model = diabolo.load("m.diabolo")
    assert type(model).__name__ == ("Classifier" if method == "plain" else "RobustClassifier")
    assert model.classes_.tolist() == result.json["classes"] == ["odd", "plain"]
    assert "kind" not in model.schema_.names
    assert result.json["judged"] == 8
    assert "Next: diabolo attack m.diabolo rows.csv --label kind" in result.err


def test_an_array_with_a_file_of_labels_in_a_ball_of_its_own(run: Callable, clouds: np.ndarray):
    options = ("--labels", "labels.npy", "--norm", "l2", "--eps", "0.5", "--method", "fgsm")
    assert run("harden", "rows.npy", *options, "-o", "m.diabolo", *QUICK).code == 0
    assert diabolo.load("m.diabolo").ball == L2(0.5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--label COLUMN"),
        (("--label", "kind", "--method", "plain", "--eps", "0.1"), "does not go with --method plain"),
        (("--label", "kind", "--eps", "-1"), "eps"),
        (("--label", "kind", "--exclude", "nothing"), "nothing"),
        (("--label", "kind", "--epochs", "0"), "--epochs 0"),
    ],
)
def test_bad_input(run: Callable, clouds: np.ndarray, options: tuple[str, ...], words: str):
    result = run("harden", "rows.csv", *options, "-o", "m.diabolo")
    assert result.code == 2
    assert words in result.err
    assert not Path("m.diabolo").exists()


def test_every_method_of_the_classifier_can_be_asked_for():
    from diabolo.models.adversarial import METHODS

    assert {method.value for method in Method} == {"plain", *METHODS}
