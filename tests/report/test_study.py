import json

import numpy as np
import pytest

from diabolo import Autoencoder, LinearAutoencoder, evaluate
from diabolo.report import Report, Study, study

pytestmark = pytest.mark.toy


def test_the_label_colors_first(of_table: Report, of_images: Report):
    assert of_table.scatter.colorings[0].name == "city"
    assert of_images.scatter.colorings[0].legend == ("0", "1", "2", "3")


def test_every_column_and_the_error_can_be_chosen(of_table: Report, table):
    names = [by.name for by in of_table.scatter.colorings]
    assert set(names) == {*table, "squared error of the row"}
    assert len(names) == len(set(names))


@pytest.mark.parametrize("which", ["of_table", "of_images", "of_array"])
def test_codes_of_colors_fit_points_and_legends(which: str, request: pytest.FixtureRequest):
    scatter = request.getfixturevalue(which).scatter
    for by in scatter.colorings:
        assert len(by.codes) == len(scatter.x)
        assert -1 <= min(by.codes) <= max(by.codes) < max(1, len(by.legend))


def test_wide_data_offer_some_columns(of_array: Report):
    assert len(of_array.scatter.colorings) == study.MOST_COLORINGS


def test_maps_are_thinned_out(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator):
    monkeypatch.setattr(study, "MOST_POINTS", 50)
    X = rng.normal(size=(200, 4))
    report = Study(LinearAutoencoder(2).fit(X), X, label=np.arange(200) % 3).report()
    assert (len(report.scatter.x), report.scatter.rows, len(report.scatter.colorings[0].codes)) == (
        50,
        200,
        50,
    )


def test_columns_left_out_are_told_and_may_color(rng: np.random.Generator):
    table = {"x": rng.normal(size=60), "y": rng.normal(size=60), "kind": rng.choice(["a", "b", "c"], 60)}
    model = LinearAutoencoder(1).fit(table, schema={"kind": None})
    report = Study(model, table).report()
    assert [line.kind for line in report.schema if line.names == "kind"] == ["left out"]
    assert "kind" in [by.name for by in report.scatter.colorings]


def test_columns_of_a_block_are_told_together(of_table: Report, of_array: Report):
    (line,) = of_array.schema
    assert line.names.startswith("x0, x1, ")
    assert line.names.endswith("... (784 in all)")
    assert {"city", "born"} <= {line.names for line in of_table.schema}
    assert not any(line.detail.startswith("1 ") for line in of_table.schema)


def test_scores_are_not_computed_twice(table, monkeypatch: pytest.MonkeyPatch):
    model = LinearAutoencoder(2).fit(table)
    scores = evaluate.reconstruction(model, table)
    monkeypatch.setattr(evaluate, "reconstruction", None)
    assert Study(model, table, scores=scores).report().scores is scores


def test_training_and_file_are_told(tmp_path, rng: np.random.Generator):
    X = rng.normal(size=(60, 4)).astype(np.float32)
    model = Autoencoder(1, max_epochs=3, size="small", random_state=0).fit(X)
    model.save(tmp_path / "x.diabolo")
    report = Study(model, X, file=tmp_path / "x.diabolo").report()
    assert report.curves is not None
    assert len(report.curves.epochs) == len(model.history_.epochs)
    assert dict(report.training)["model"] == "Autoencoder"
    assert dict(report.file)["file"] == "x.diabolo"
    assert len(dict(report.file)["SHA-256"]) == 64
    assert dict(report.training)["linear path"] == "is PCA"
    assert "PCA kept" in dict(report.training)["epochs"]
    assert (report.curves.second, report.curves.kept) == (4, model.history_.best)
    assert "PCA, is the model" in report.curves.sentence
    assert not any("not all linear" in sentence for sentence in report.findings)
    assert next(c for c in report.caveats if "held against PCA" in c).startswith("This model")


def test_a_closed_form_has_no_curves(of_table: Report):
    assert of_table.curves is None
    assert "closed form" in dict(of_table.training)["ended"]


@pytest.mark.parametrize("which", ["of_table", "of_images", "of_array"])
def test_reports_are_json(which: str, request: pytest.FixtureRequest):
    report = request.getfixturevalue(which)
    plain = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert plain["findings"] == list(report.findings)
    assert len(plain["scatter"]["x"]) == len(report.scatter.x)
