import json

from diabolo.evaluate import GenerationScores, Likeness

LIKE = Likeness(9, 0.99, 0.98, 0.97, None, None, 0.9, 0.55, 1.0, 0.8, 0.99, 0.49, 0.5, 0.51, 0.02, 0.0)


def test_measures_that_are_not_known_are_not_in_the_table():
    names = [
        line["measure"] for line in GenerationScores(LIKE, LIKE, LIKE, (), (), "x", "AUC", 9, 9, 9).table()
    ]
    assert "wnmi" not in names
    assert "gaps" not in names
    assert "rows" not in names
    assert len(names) == 13


def test_no_area_for_a_number():
    scores = GenerationScores(LIKE, LIKE, LIKE, (), (), "x", "R²", 9, 9, 9)
    assert (scores.tstr_auc, scores.generated.tstr) == (None, 0.8)
    assert json.loads(json.dumps(scores.to_json()))["generated"]["beta_recall"] == 0.49
