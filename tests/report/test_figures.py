import math
from xml.etree import ElementTree

import pytest

from diabolo.report.figures import color_class, curves_figure, dots, nice_ticks, placed, scatter_figure
from diabolo.report.records import Coloring, Curves, Scatter

EVIL = Coloring("<b>\"&'", "levels", (0, 1, -1), ("<i>", "b"))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-0.11, 0.11, [-0.1, -0.05, 0, 0.05, 0.1]),
        (3, 3.001, [3 + i / 5000 for i in range(6)]),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: list[float]):
    assert nice_ticks(low, high) == pytest.approx(ticks)


def test_what_is_counted_has_no_halves():
    assert nice_ticks(0.0, 2.0, least=1.0) == [0.0, 1.0, 2.0]


@pytest.mark.parametrize("epochs", [1, 2, 30, 2000])
@pytest.mark.parametrize("measure", ["training", "held_out"])
def test_curves_are_drawn_inside_the_figure(epochs: int, measure: str):
    falling = tuple(100.0 / (i + 1) for i in range(epochs))
    curves = Curves(tuple(range(1, epochs + 1)), falling, falling, epochs)
    root = ElementTree.fromstring(curves_figure(curves, measure))
    line = next(e for e in root.iter() if e.tag.endswith("polyline"))
    points = [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
    assert 1 <= len(points) <= 800
    assert all(0 <= x <= 460 and 0 <= y <= 240 for x, y in points)
    assert any(e.get("class") == "best" for e in root.iter())


@pytest.mark.parametrize(("kept", "marks"), [(0.9, 1), (None, 1)])
def test_two_trainings_are_two_lines_and_one_mark(kept: float | None, marks: int):
    curves = Curves(
        (1, 2, 3, 4), (4.0, 3.0, 2.0, 1.0), (4.0, 3.0, 2.0, 1.0), 4 if kept is None else 2, 3, kept
    )
    figure = curves_figure(curves, "held_out")
    assert figure.count("<polyline") == 2
    assert figure.count('class="boundary"') == 1
    assert figure.count('class="best"') == marks
    assert ("0.900</text>" in figure) == (
        kept is not None
    )  # the error of PCA, not of an epoch that was not kept
    assert curves_figure(curves, "training").count('class="best"') == (kept is None)


def test_a_loss_that_is_not_finite_is_left_out():
    curves = Curves((1, 2, 3), (math.inf, 2.0, math.nan), (3.0, 2.0, 1.0), 0)
    assert "nan" not in curves_figure(curves, "training")


@pytest.mark.parametrize("x", [(0.0, 0.0, 0.0), (1e9, -1e9, 3.0), (1e-12, 0.0, -1e-12)])
def test_points_are_placed_inside_the_figure(x: tuple[float, ...]):
    points = placed(Scatter(x, (1.0, 2.0, 3.0), "z1", "z2", (EVIL,), 3))
    assert all(0 <= x <= 7200 and 0 <= y <= 4600 for x, y in points)


def test_scatter_is_well_formed_with_hostile_names():
    figure = scatter_figure(Scatter((0.0, 1.0, 2.0), (1.0, 2.0, 3.0), "z1", "z2", (EVIL,), 3))
    assert EVIL.name in ElementTree.fromstring(figure).get("aria-label")


def test_every_point_has_its_dot():
    paths = dots([(10, 20), (30, 45), (5, 5)], EVIL)
    assert paths == [("missing", "M0.5 0.5h0"), ("levels-0", "M1 2h0"), ("levels-1", "M3 4.5h0")]


@pytest.mark.parametrize("steps", [1, 2, 5, 7])
def test_steps_span_the_scale(steps: int):
    by = Coloring("x", "steps", (), ("",) * steps)
    found = [color_class(by, code) for code in range(steps)]
    assert len(set(found)) == steps
    assert (found[0], found[-1]) == ("steps-0", f"steps-{6 if steps > 1 else 0}")
