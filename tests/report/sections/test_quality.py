from diabolo import LinearAutoencoder, evaluate
from diabolo.frames import Frame
from diabolo.report.sections.quality import quality
from diabolo.report.view import View
from diabolo.report.words import number


def test_the_map_stands_beside_pca(of_digits: View):
    section = quality(of_digits)
    geometry, probes = section.tables
    found = evaluate.map_quality(of_digits.model, of_digits.frame, of_digits.labels)
    assert geometry.lines[0][1:3] == (
        number(found.model.trustworthiness),
        number(found.pca.trustworthiness),
    )
    assert [line[0] for line in probes.lines] == ["code", "raw features", "PCA", "the most frequent label"]


def test_a_learned_label_is_told(of_people: View):
    assert "proves little" in quality(of_people).about


def test_without_labels_nothing_is_read_off(of_plane: View):
    assert len(quality(of_plane).tables) == 1


def test_few_rows_make_no_map(rng):
    X = rng.normal(size=(20, 3))
    assert quality(View(LinearAutoencoder(2).fit(X), Frame.of(X))) is None
