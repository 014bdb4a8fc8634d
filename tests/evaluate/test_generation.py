from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from diabolo import evaluate
from diabolo.errors import MissingColumnError, TooFewRowsError
from diabolo.evaluate import GenerationScores


def dependent(seed: int, rows: int = 500) -> dict[str, Any]:
    """An identifier, numbers, levels and gaps; all of them hang together by one hidden number."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=rows)
    size = 2 * hidden + 0.1 * rng.normal(size=rows)
    return {
        "id": np.arange(rows) + 1000 * seed,
        "size": size,
        "weight": [None if h > 1.2 else float(w) for h, w in zip(hidden, 3 * size + 9, strict=True)],
        "color": np.array(["red", "green", "blue"])[np.digitize(hidden, (-0.5, 0.5))],
        "likes": np.where(hidden + 0.3 * rng.normal(size=rows) > 0, "yes", "no"),
    }


TRAIN, TEST, FRESH = (dependent(seed) for seed in range(3))


@pytest.fixture(scope="session")
def fresh() -> GenerationScores:
    return evaluate.generation(TRAIN, TEST, FRESH)


@pytest.fixture(scope="session")
def copied() -> GenerationScores:
    return evaluate.generation(TRAIN, TEST, TRAIN)


def test_rows_as_good_as_real_ones_reach_the_ceiling(fresh: GenerationScores):
    for name in ("shape", "trend", "wnmi", "gaps", "c2st", "tstr", "alpha_precision", "beta_recall"):
        made, real = getattr(fresh.generated, name), getattr(fresh.real, name)
        assert made == pytest.approx(real, abs=0.12 if name == "c2st" else 0.06), name
    assert fresh.c2st > 0.85
    assert fresh.dcr_share == pytest.approx(0.5, abs=0.08)
    assert (fresh.target, fresh.measure, fresh.left_out) == ("likes", "AUC", ("id",))


def test_the_floor_is_perfect_column_by_column_and_found_out_by_trees_alone(fresh: GenerationScores):
    floor = fresh.marginals
    assert floor.shape > 0.93
    assert floor.trend < fresh.real.trend - 0.2
    assert floor.c2st < 0.1
    assert floor.c2st_logistic > 0.8
    assert floor.tstr < 0.75 < fresh.real.tstr
    assert floor.gaps == pytest.approx(fresh.real.gaps, abs=0.03)  # one column has gaps: no pattern is lost


def test_held_out_rows_themselves_are_perfect(fresh: GenerationScores):
    scores = evaluate.generation(TRAIN, TEST, TEST, target="likes")
    assert (scores.shape, scores.generated.gaps) == (1.0, 1.0)
    assert scores.trend == pytest.approx(1.0)
    assert (
        scores.c2st > 0.9
    )  # a row and its copy in another fold mislead the judge: the AUC falls below a half


def test_copies_of_training_rows_are_as_like_as_real_ones_and_told_by_their_nearness(
    copied: GenerationScores,
):
    found = copied.generated
    assert (found.copies, found.dcr_share, found.authenticity, found.dcr_near) == (1.0, 1.0, 0.0, 1.0)
    assert found.shape == copied.real.shape
    assert copied.real.copies < 0.01  # rows with one number can meet by chance
    assert copied.real.dcr_share == pytest.approx(0.5, abs=0.1)


def test_the_shifted_column_is_the_worst():
    shifted = FRESH | {"size": FRESH["size"] + 1.5}
    scores = evaluate.generation(TRAIN, TEST, shifted, target="likes")
    assert scores.columns[0].name == "size"
    assert scores.columns[0].shape < scores.columns[0].real - 0.2
    assert "size" in scores.pairs[0].names
    assert scores.c2st < 0.2


def test_neither_order_of_rows_nor_of_columns_counts(fresh: GenerationScores):
    order = np.random.default_rng(0).permutation(500)
    turned = pa.table(FRESH).select(["likes", "size", "id", "color", "weight"]).take(order)
    scores = evaluate.generation(pa.table(TRAIN), TEST, turned)
    for name in (
        "shape",
        "trend",
        "trend_own_edges",
        "wnmi",
        "gaps",
        "dcr_share",
        "authenticity",
        "copies",
        "dcr_near",
    ):
        assert getattr(scores.generated, name) == pytest.approx(getattr(fresh.generated, name), abs=1e-6), (
            name
        )
    assert scores.c2st == pytest.approx(fresh.c2st, abs=0.12)


def test_large_tables_are_sampled_and_a_seed_decides():
    first, second = (
        evaluate.generation(TRAIN, TEST, FRESH, target="likes", max_rows=100, random_state=4)
        for _ in range(2)
    )
    assert first == second
    assert first.sample == 100


def test_arrays_go_by_position():
    X = np.random.default_rng(0).normal(size=(3, 60, 2))
    scores = evaluate.generation(*X)
    assert [column.name for column in sorted(scores.columns, key=lambda c: c.name)] == ["x0", "x1"]
    assert scores.measure == "R²"


def test_bad_input():
    with pytest.raises(TooFewRowsError, match="5 generated rows"):
        evaluate.generation(TRAIN, TEST, dependent(2, 5))
    with pytest.raises(MissingColumnError, match="'wealth'"):
        evaluate.generation(TRAIN, TEST, FRESH, target="wealth")
    with pytest.raises(MissingColumnError, match="'likes'"):
        evaluate.generation(TRAIN, TEST, {name: FRESH[name] for name in ("id", "size", "weight", "color")})


@pytest.mark.parametrize(
    "broken",
    [
        {"size": np.full(500, np.nan)},
        {"size": np.full(500, np.inf), "color": ["mauve"] * 500},
        {"color": [None] * 500, "likes": ["yes"] * 500},
    ],
)
def test_a_column_that_came_out_empty_or_strange_is_judged_not_refused(broken: dict[str, Any]):
    scores = evaluate.generation(TRAIN, TEST, FRESH | broken, target="likes", max_rows=200)
    assert scores.shape < 0.85
    assert scores.c2st < 0.1
