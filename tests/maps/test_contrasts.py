import numpy as np
import pytest

from diabolo import Schema
from diabolo.frames import Frame
from diabolo.maps.contrasts import contrasts


def of(rows, labels, kinds=None):
    frame = Frame.of(rows)
    return contrasts(Schema.fit(frame, kinds), frame, np.asarray(labels))


def test_numbers_differ_in_standard_deviations(rng):
    x = rng.normal(size=300)
    labels = (x > 0.5).astype(int)
    first, second = of({"x": x, "y": rng.normal(size=300)}, labels)
    (found,) = [c for c in second if c.column == "x"]
    assert found.effect == pytest.approx((x[labels == 1].mean() - x[labels == 0].mean()) / x.std())
    assert found.text.startswith("x higher: ")
    assert first[0].effect == pytest.approx(-second[0].effect)


def test_rows_in_no_group_belong_to_the_rest():
    ((found,),) = of({"x": [1.5, 2.5, 10.5, 20.5, 31.0]}, [0, 0, -1, -1, -1], {"x": "continuous"})
    assert found.outside == pytest.approx((10.5 + 20.5 + 31.0) / 3)


def test_levels_differ_in_shares():
    city = ["Rome"] * 8 + ["Bonn"] * 2 + ["Rome"] * 2 + ["Bonn"] * 4 + ["Oslo"] * 4
    first, second = of({"city": city}, [0] * 10 + [1] * 10)
    assert first[0].text == "city more often Rome: 80 % against 20 %"
    assert first[0].effect == pytest.approx(2 * np.arcsin(0.8**0.5) - 2 * np.arcsin(0.2**0.5))
    assert second[0].text == "city more often Oslo: 40 % against 0 %"


def test_gaps_count_nothing():
    ((found,), _) = of({"x": [1.0, None, 1.5, 9.0, 8.0, None]}, [0, 0, 0, 1, 1, 1], {"x": "continuous"})
    assert (found.inside, found.outside) == (1.25, 8.5)


def test_times_are_told_as_dates():
    days = np.datetime64("2020-01-01") + np.arange(6) * np.timedelta64(100, "D")
    _, second = of({"day": days}, [0, 0, 0, 1, 1, 1])
    assert second[0].text == "day later: 2021-02-04 against 2020-04-10"


def test_what_hardly_differs_is_not_told(rng):
    (found,) = of({"x": rng.normal(size=2000)}, np.where(np.arange(2000) % 2, 0, -1))
    assert found == ()


def test_a_group_of_all_rows_has_no_rest():
    assert of({"x": [1.0, 2.5, 3.0]}, [0, 0, 0], {"x": "continuous"}) == [()]


def test_a_table_that_goes_by_position():
    array = np.array([[1.0, 5.5], [1.5, 5.0], [9.0, 5.2], [9.5, 5.4]])
    schema = Schema.fit(Frame.of(array))
    frame = Frame.of({"a": array[:, 0], "b": array[:, 1]})
    assert contrasts(schema, frame, np.array([0, 0, 1, 1]))[1][0].column == "x0"
