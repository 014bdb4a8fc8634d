import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.frames import Frame
from diabolo.report.view import MOST_LEVELS, View


@pytest.fixture
def looked(rng: np.random.Generator):
    X = rng.normal(size=(60, 4))
    return lambda label: View(LinearAutoencoder(2).fit(X), Frame.of(X), label)


def test_codes_are_the_models(looked):
    view = looked(None)
    assert np.array_equal(view.codes, view.model.transform(view.frame))
    assert view.image is None


def test_few_levels_are_labels(looked):
    assert looked(np.arange(60) % 3).labels == (np.arange(60) % 3).tolist()
    gaps = [None, *["a", "b"] * 29, float("nan")]
    labels = looked(gaps).labels
    assert (labels[0], labels[-1], labels[1]) in [(None, None, "a"), (None, "nan", "a")]


@pytest.mark.parametrize("label", [None, np.arange(60), np.arange(60) % (MOST_LEVELS + 1), np.zeros(60)])
def test_what_is_no_grouping_is_no_label(looked, label):
    assert looked(label).labels is None


def test_a_label_met_once_is_none(looked):
    assert looked([0, 1, *[2] * 58]).labels is None


def test_a_column_the_model_knows_is_noted(rng: np.random.Generator):
    table = {"x": rng.normal(size=60), "y": rng.normal(size=60), "kind": rng.choice(["a", "b"], 60)}
    frame = Frame.of(table)
    assert View(LinearAutoencoder(1).fit(table), frame, "kind").label_is_learned
    without = LinearAutoencoder(1).fit(table, schema={"kind": None})
    assert not View(without, frame, "kind").label_is_learned
    assert View(without, frame, "kind").labels == table["kind"].tolist()
