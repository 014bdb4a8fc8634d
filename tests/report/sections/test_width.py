import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.frames import Frame
from diabolo.report.sections.width import width
from diabolo.report.view import View


def test_a_plane_has_two_dimensions(of_plane: View):
    section = width(of_plane)
    assert "the rows vary in about 2 directions" in section.headline
    rules = {line[0]: float(line[1]) for line in section.tables[0].lines}
    assert rules["dimension"] == pytest.approx(2, abs=0.3)


def test_the_curve_starts_at_the_mean_row_and_ends_at_the_model(of_plane: View):
    pca, own = width(of_plane).pictures[0].series
    model = of_plane.model
    errors = {w: model.reference_.error(model.schema_, of_plane.batch, width=int(w)) for w in pca.x}
    assert pca.y == tuple(errors[w] for w in pca.x)
    assert pca.x[0] == 0
    assert pca.y[0] > 1
    assert pca.y[-1] == pytest.approx(0, abs=1e-6)
    assert own.x == (3.0,)
    assert own.y[0] == pytest.approx(pca.y[-1], abs=1e-6)


def test_few_rows_tell_no_dimension():
    X = np.random.default_rng(0).normal(size=(12, 4))
    section = width(View(LinearAutoencoder(2).fit(X), Frame.of(X)))
    assert section.tables == ()
    assert "too few" in section.headline


def test_gaps_are_no_hindrance(of_people: View):
    assert {line[0] for line in width(of_people).tables[0].lines} >= {"dimension", "two nn", "mle"}
