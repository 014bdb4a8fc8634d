"""The command line in this process: fast, and with both streams at hand. Real processes are for tests/e2e."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import diabolo
from diabolo.cli import main
from diabolo.frames import Frame

CITIES = np.array(["Bonn", "Lagos", "Lima"])


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def people_csv(rows: int = 60) -> str:
    """A table with an identifier, numbers that go together, a category, gaps and a constant."""
    rng = np.random.default_rng(0)
    age = rng.normal(45, 12, rows).round(1)
    income = (800 * age + rng.normal(0, 4000, rows)).round(2)
    cities = CITIES[np.digitize(age, (38, 52))]
    lines = [
        f"{i + 1},{a},{c if i % 9 else ''},{m},X"
        for i, (a, c, m) in enumerate(zip(age, cities, income, strict=True))
    ]
    return "\n".join(["person_id,age,city,income,country", *lines]) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with people.csv in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(people_csv())
    return tmp_path


@pytest.fixture(scope="session")
def linear_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of people, fitted once."""
    home = tmp_path_factory.mktemp("model")
    (home / "people.csv").write_text(people_csv())
    with pytest.warns(diabolo.errors.DiaboloWarning):
        fitted = diabolo.LinearAutoencoder(2).fit(Frame.of(diabolo.read(home / "people.csv")))
    fitted.save(home / "people.diabolo")
    return home / "people.diabolo"


@pytest.fixture
def model(folder: Path, linear_model: Path) -> Path:
    """The model in the current folder."""
    return Path(shutil.copy(linear_model, folder / "people.diabolo")).relative_to(folder)


@pytest.fixture(scope="session")
def masked_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked autoencoder of people, barely trained."""
    home = tmp_path_factory.mktemp("masked")
    (home / "people.csv").write_text(people_csv())
    fitted = diabolo.MaskedAutoencoder(architecture=diabolo.nn.Residual(16, 1), max_epochs=2, random_state=0)
    with pytest.warns(diabolo.errors.DiaboloWarning):
        fitted.fit(Frame.of(diabolo.read(home / "people.csv")))
    fitted.save(home / "masked.diabolo")
    return home / "masked.diabolo"


@pytest.fixture
def masked(folder: Path, masked_model: Path) -> Path:
    """The masked autoencoder in the current folder."""
    return Path(shutil.copy(masked_model, folder / "masked.diabolo")).relative_to(folder)


@pytest.fixture
def gan(folder: Path) -> Path:
    """A game of two players over two numbers, barely played."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    small = diabolo.nn.Dense((8,), norm="none")
    diabolo.GAN(architecture=small, max_epochs=1, random_state=0).fit(X).save("gan.diabolo")
    return Path("gan.diabolo")


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command in the current folder."""

    def run(*arguments: str | Path) -> Result:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Result(code, *capfd.readouterr())

    return run
