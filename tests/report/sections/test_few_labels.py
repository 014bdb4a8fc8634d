import numpy as np
import pytest

from diabolo import LinearAutoencoder, SemiSupervisedClassifier
from diabolo.data.samples import digits
from diabolo.frames import Frame
from diabolo.report import Study
from diabolo.report.sections.few_labels import few_labels
from diabolo.report.view import View


@pytest.fixture(scope="module")
def labeled() -> tuple[SemiSupervisedClassifier, np.ndarray]:
    from sklearn.datasets import load_digits

    images, truth = digits()[:400], load_digits().target[:400]
    y = np.where(np.arange(400) < 100, truth, -1)
    encoder = LinearAutoencoder(16)
    return SemiSupervisedClassifier(method="spread", encoder=encoder, threshold=0.5).fit(images, y), images


def view_of(labeler: SemiSupervisedClassifier, rows: np.ndarray) -> View:
    return View(labeler.encoder_, Frame.of(rows), labeler=labeler)


def test_the_answer_stands_beside_raw_features_and_pca(labeled):
    labeler, images = labeled
    section = few_labels(view_of(labeler, images))
    best = labeler.comparison_.standings[0]
    assert section.headline.startswith("100 labels name ")
    assert f"{best.accuracy:.0%}".replace("%", " %") in section.headline
    assert [line[0] for line in section.tables[0].lines] == ["latent", "raw", "PCA"]
    assert "100 labels, leave-one-out" in section.about


def test_every_row_is_found_or_left_open(labeled):
    labeler, images = labeled
    table = few_labels(view_of(labeler, images)).tables[1]
    answers = labeler.predict(images)
    assert [int(line[1]) for line in table.lines[:-1]] == np.bincount(labeler.transduction_[:100]).tolist()
    assert [int(line[2]) for line in table.lines[:-1]] == [int((answers == c).sum()) for c in range(10)]
    assert int(table.lines[-1][2]) == int((answers == -1).sum())


def test_rows_to_label_next_have_no_label_and_are_shown(labeled):
    labeler, images = labeled
    section = few_labels(view_of(labeler, images))
    rows = [int(line[0]) for line in section.tables[2].lines]
    assert rows == labeler.suggest(10).tolist()
    assert [tile.caption.partition(":")[0] for tile in section.pictures[1].tiles] == [
        f"row {r}" for r in rows
    ]
    others = few_labels(view_of(labeler, images[300:350])).tables[2].lines
    assert all(0 <= int(line[0]) < 50 for line in others)


def test_a_model_without_labels_says_nothing(of_digits: View):
    assert few_labels(of_digits) is None


def test_a_page_about_a_labeler_shows_its_encoder_and_colors_by_what_it_found(labeled):
    labeler, images = labeled
    report = Study(labeler, images).report()
    assert report.sections[0].key == "labels"
    found = report.scatter.colorings[0]
    assert (found.name, found.legend) == ("label found", tuple(map(str, range(10))))
    assert found.codes == tuple(labeler.predict(images).tolist())  # -1: left open
    assert report.scores.n_components == 16
