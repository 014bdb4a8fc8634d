import pytest

from diabolo.evaluate import ColumnScore, Scores
from diabolo.models.diagnosis import FROM_PCA, IS_PCA
from diabolo.report.findings import findings


def scores(kept: dict[str, float], ratio: float = 1.0, k: int = 2, kind: str = "continuous") -> Scores:
    columns = tuple(
        ColumnScore(name, kind, 9, "RMSE", "", 1.0, 1.0, 2.0, 1.0, share, share)
        for name, share in kept.items()
    )
    return Scores(columns, 9, k, 0.6, 0.5, 0.4, 0.4 / ratio, 1.0, 10, 80.0, 8.0, 1.0, 1e5)


@pytest.mark.parametrize(("k", "text"), [(1, "1 number per row keeps"), (2, "2 numbers per row keep ")])
def test_headline(k: int, text: str):
    first = findings(scores({"a": 0.6, "b": 0.6}, k=k))[0]
    assert first.startswith(text)
    assert first.endswith("60 % of the variance of 2 columns; PCA of the same size keeps 50 %.")


def test_images_are_spoken_of_as_images():
    assert (
        "per image keep 60 % of the variance of the images"
        in findings(scores({"image": 0.6}, kind="image"))[0]
    )


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(0.5, "50 % below that of PCA"), (1.01, "is that of PCA"), (2.0, "2 times that of PCA")],
)
def test_against_pca(ratio: float, words: str):
    assert words in findings(scores({"a": 0.5}, ratio))[1]


def test_pca_is_not_compared_with_itself():
    assert not any("squared error" in sentence for sentence in findings(scores({"a": 0.5}, 1.0)))


def test_best_and_lost_columns_are_named():
    (sentence,) = [s for s in findings(scores({"a": 0.9, "b": 0.7, "c": 0.01})) if s.startswith("Best")]
    assert sentence == "Best kept: a (90 %), b (70 %). As good as lost: c."


def test_of_many_lost_columns_some_are_named():
    text = " ".join(findings(scores({"a": 0.9} | {f"x{i}": 0.0 for i in range(10)})))
    assert "and 6 more" in text


def test_one_column_is_not_ranked():
    assert not any("Best" in s for s in findings(scores({"a": 0.9})))


def test_findings_are_sentences():
    assert all(s[0].isalnum() and s.endswith(".") for s in findings(scores({"a": 0.9, "b": 0.0})))


def test_a_model_that_is_pca_claims_no_find_of_its_own():
    text = " ".join(findings(scores({"a": 0.5}, 0.5), IS_PCA))
    assert "This model is PCA" in text
    assert "not all linear" not in text


def test_a_training_from_pca_is_told_as_such():
    text = findings(scores({"a": 0.5}, 0.9), FROM_PCA)[1]
    assert text.startswith("The squared error is 10 % below that of PCA. Networks alone")
