import numpy as np
import torch

from diabolo.data.labels import Labels
from diabolo.data.schema import Schema
from diabolo.frames import Frame
from diabolo.models import comparison
from diabolo.models.comparison import Comparison, compared, judged, principal_scores, raw_features
from diabolo.models.labeling import Knn

TABLE = {"x": [0.0, 0.5, None, 5.0, 5.5, 6.0], "y": [1.0, 1.5, 1.2, 8.0, 8.5, 8.2]}
LABELS = Labels(np.arange(2), np.array([0, 0, -1, 1, 1, -1]))


def rows():
    frame = Frame.of(TABLE)
    schema = Schema.fit(frame)
    return schema, schema.to_batch(frame)


def test_the_method_is_tried_on_all_three():
    schema, batch = rows()
    standings = compared(schema, batch, torch.zeros(6, 1), LABELS, Knn, None)
    assert [s.representation for s in standings] == ["latent", "raw", "PCA"]
    assert [s.width for s in standings] == [1, 2, 1]
    assert [s.accuracy for s in standings[1:]] == [1.0, 1.0]
    kept = Comparison(standings, 4, "leave-one-out")
    assert Comparison.from_json(kept.to_json()) == kept


def test_many_rows_are_sampled_and_the_labeled_ones_are_all_there(monkeypatch):
    monkeypatch.setattr(comparison, "COMPARED", 2)
    schema, batch = rows()
    standings = compared(schema, batch, torch.zeros(6, 1), LABELS, Knn, None)
    assert {s.note for s in standings} == {"on a sample of 4 rows"}
    assert standings[1].accuracy == 1.0


def test_a_gap_is_at_the_mean_of_its_column():
    schema, batch = rows()
    x = raw_features(schema, batch)
    assert torch.isfinite(x).all()
    assert torch.isclose(x[2, 0], x[[0, 1, 3, 4, 5], 0].mean(), atol=1e-5)
    assert principal_scores(schema, batch, 2).shape == (6, 2)


def test_the_one_example_of_a_class_says_nothing():
    labels = Labels(np.arange(3), np.array([0, 0, 1]))
    accuracy, calibration = judged(np.eye(3)[[0, 0, 0]], labels, Knn)
    assert accuracy == 1.0
    assert calibration.rows == 2
