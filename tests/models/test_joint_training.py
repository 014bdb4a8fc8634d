import signal

import numpy as np
import pytest

from diabolo import LinearAutoencoder, SemiSupervisedClassifier
from diabolo.data.labels import Labels
from diabolo.errors import InterruptedWarning
from diabolo.frames import Frame
from diabolo.models import joint_training
from diabolo.models.joint import Joint
from diabolo.models.joint_training import _keep_back
from diabolo.train import Trainer


def test_labels_are_kept_back_only_where_each_class_has_many():
    few, many = (Labels(np.arange(2), np.arange(n) % 2) for n in (30, 60))
    assert len(_keep_back(few, 0)[1]) == 0
    used, kept_back = _keep_back(many, 0)
    assert len(kept_back) == 12
    assert (used.codes[kept_back] == -1).all()
    assert np.bincount(many.codes[kept_back]).tolist() == [6, 6]


def test_networks_start_from_the_graph_and_say_how_good_they_are(rng):
    truth = np.arange(120) % 2
    X = rng.normal(size=(120, 4)) + 4 * truth[:, None]
    model = SemiSupervisedClassifier(4, encoder=LinearAutoencoder(2), max_epochs=30, random_state=0)
    model.fit(X, np.where(np.arange(120) < 60, truth, -1))
    assert (model.transduction_ == truth).mean() > 0.97
    joint, *others = model.comparison_.standings
    assert joint.representation == "joint latent"
    assert joint.accuracy is not None
    assert joint.accuracy > 0.8
    assert [s.representation for s in others] == ["latent", "raw", "PCA"]
    assert model.calibration_.how == "labels kept back"
    assert model.transform(X).shape == (120, 4)
    assert len(model.history_.epochs) <= 30


def test_labels_kept_back_teach_nothing(rng, monkeypatch):
    truth = np.arange(80) % 2
    X = rng.normal(size=(80, 4)) + 3 * truth[:, None]
    held = np.arange(40, 60)

    def keep_back(labels, seed):
        codes = labels.codes.copy()
        codes[held] = -1
        return Labels(labels.classes, codes), held

    monkeypatch.setattr(joint_training, "_keep_back", keep_back)
    shares = []
    for other in (truth[held], 1 - truth[held]):
        y = np.where(np.arange(80) < 60, truth, -1)
        y[held] = other
        model = SemiSupervisedClassifier(4, encoder=LinearAutoencoder(2), max_epochs=2, random_state=0).fit(
            X, y
        )
        shares.append(model.labeler_.batch_scores(model.schema_.to_batch(Frame.of(X))))
    assert np.array_equal(*shares)


@pytest.fixture
def clouds(rng):
    truth = np.arange(60) % 2
    return rng.normal(size=(60, 4)) + 4 * truth[:, None], np.where(np.arange(60) < 10, truth, -1)


def test_trainings_share_the_time(clouds, monkeypatch):
    given, fit = [], Trainer.fit

    def noted(self, *rows, **plan):
        given.append(self.max_seconds)
        return fit(self, *rows, **plan)

    monkeypatch.setattr(Trainer, "fit", noted)
    trainer = Trainer(max_seconds=1000.0, progress=False)
    SemiSupervisedClassifier(2, max_epochs=2, random_state=0, trainer=trainer).fit(*clouds)
    encoder, *rounds = given[:1] + given[-2:]
    assert encoder == pytest.approx(333.3, rel=0.01)
    assert 400 < rounds[0] < 500
    assert rounds[0] < rounds[1] < 1000


def test_without_time_there_is_one_round_of_one_epoch(clouds):
    trainer = Trainer(max_seconds=1e-6, progress=False)
    model = SemiSupervisedClassifier(
        2, encoder=LinearAutoencoder(2), max_epochs=50, random_state=0, trainer=trainer
    ).fit(*clouds)
    assert len(model.history_.epochs) == 1
    assert model.history_.stop_reason == "max_seconds"


def test_ctrl_c_in_the_first_round_starts_no_second(clouds, monkeypatch):
    losses, calls = Joint.losses, []

    def stopped(self, batch, player="model"):
        calls.append(1)
        if len(calls) == 3:
            signal.raise_signal(signal.SIGINT)
        return losses(self, batch, player)

    monkeypatch.setattr(Joint, "losses", stopped)
    with pytest.warns(InterruptedWarning, match="best model so far is kept"):
        model = SemiSupervisedClassifier(
            2, encoder=LinearAutoencoder(2), max_epochs=20, batch_size=20, random_state=0
        ).fit(*clouds)
    assert len(calls) == 3
    assert model.history_.stop_reason == "interrupted"
    assert model.predict(clouds[0]).shape == (60,)
