import json
import warnings
from pathlib import Path

import pytest
from PIL import Image

import diabolo
from diabolo.cli import inputs
from diabolo.cli.failures import notes
from diabolo.cli.job import Job, learn_schema
from diabolo.cli.terminal import Terminal
from diabolo.errors import CollapseWarning, MissingColumnError, SchemaError
from diabolo.frames import Frame
from diabolo.nn import Dense
from diabolo.terms import Noise

pytestmark = pytest.mark.filterwarnings("ignore::diabolo.errors.DiaboloWarning")
ROWS = Frame.of({"a": [1.5, 2.5, 4.0, 3.0], "b": [0.1, 0.3, 0.2, 0.4], "c": ["x", "y", "x", "z"]})


def job(**options: object) -> Job:
    return Job("people", diabolo.LinearAutoencoder(2, random_state=0), Path("out.diabolo"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        (None, ("a", "b", "c")),
        ({}, ("a", "b", "c")),
        ({"b": None}, ("a", "c")),
        ({"c": "ordinal"}, ("a", "b", "c")),
    ],
)
def test_choices(choices: dict[str, str | None] | None, names: tuple[str, ...]):
    assert learn_schema(ROWS, choices=choices).names == names


def test_choices_outrank_the_file(tmp_path: Path):
    plan = tmp_path / "schema.json"
    learn_schema(ROWS, choices={"a": None}).save(plan)
    assert learn_schema(ROWS, plan).names == ("b", "c")
    assert learn_schema(ROWS, plan, {"a": "continuous", "b": None}).names == ("a", "c")


def test_an_unknown_kind():
    with pytest.raises(SchemaError, match="'wonderful'"):
        learn_schema(ROWS, choices={"a": "wonderful"})


def test_a_job_keeps_its_model_and_tells_what_happened(folder: Path, capfd: pytest.CaptureFixture[str]):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    told = job().run(frame, Terminal())
    assert json.dumps(told["scores"])
    assert told["scores"]["rows"] == 6
    assert told["n_components"] == diabolo.load("out.diabolo").n_components_ == 2
    assert {c["name"]: c["kind"] for c in told["schema"]}["person_id"] is None
    out = capfd.readouterr().out
    assert "60 rows, 5 columns; 54 to fit, 6 held out" in out
    assert "looks like an identifier" in out
    assert "all columns" in out


def test_the_model_never_sees_the_rows_it_is_judged_on(folder: Path):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    job(test=0.5).run(frame, Terminal())
    assert diabolo.load("out.diabolo").history_.rows == 30


def test_no_rows_held_out_is_said(folder: Path, capfd: pytest.CaptureFixture[str]):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    assert job(test=0.0).run(frame, Terminal())["scores"]["rows"] == 60
    assert "judged on the rows it is fitted with" in capfd.readouterr().out


@pytest.mark.parametrize("options", [{"label": "size"}, {"choices": {"size": None}}])
def test_columns_that_are_not_there_are_found_first(folder: Path, options: dict[str, object]):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    with pytest.raises(MissingColumnError, match="'size'"):
        job(**options).run(frame, Terminal())
    assert not Path("out.diabolo").exists()


def test_the_report_is_written(folder: Path):
    frame = inputs.read(Path("people.csv"), None, Terminal())
    told = job(report=Path("out.html"), label="city").run(frame, Terminal())
    assert told["report"] == "out.html"
    page = Path("out.html").read_text()
    assert "people" in page
    assert "city" in page


def test_labels_of_images_are_no_features(folder: Path):
    for i in range(20):
        place = folder / "shapes" / ("dark" if i % 2 else "light")
        place.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), 10 * i).save(place / f"{i}.png")
        Image.linear_gradient("L").resize((4, 4)).rotate(90 * i).save(place / f"{i}b.png")
    frame = inputs.read(Path("shapes"), None, Terminal())
    told = job().run(frame, Terminal())
    assert {c["name"]: c["kind"] for c in told["schema"]} == {"image": "image", "label": None, "file": None}


def test_what_fit_and_judging_both_see_is_told_once(folder: Path):
    untrained = diabolo.Autoencoder(
        1, architecture=Dense((4,)), corruption=Noise(), max_epochs=1, learning_rate=1e-9, random_state=0
    )
    frame = inputs.read(Path("people.csv"), None, Terminal())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        told = Job("people", untrained, Path("out.diabolo")).run(frame, Terminal())
    assert [w.category for w in caught].count(CollapseWarning) == 1
    assert any("ignores the code" in note for note in told["scores"]["notes"])


def test_a_fallback_to_pca_is_told(folder: Path, capfd: pytest.CaptureFixture[str]):
    with notes():
        model = diabolo.Autoencoder(2, architecture=Dense((4,)), max_epochs=1, random_state=0)
        Job("people", model, Path("out.diabolo")).run(
            inputs.read(Path("people.csv"), None, Terminal()), Terminal()
        )
    assert "note: this model was held against PCA" in " ".join(capfd.readouterr().err.split())
