import json

import numpy as np
import pytest

from diabolo.evaluate import Anomalies, OddRow, Reason

INCOME = Reason("income", 0.7, 12.5, 2, 51_000)
CITY = Reason("city", 0.25, 4.4, "Bonn", "Rome")
AGE = Reason("age", 0.05, 0.9, 41.5, 40.123456)


def anomalies(*oddest: OddRow) -> Anomalies:
    scores = np.array([-1.0, -9.0, -np.inf, -2.0])
    return Anomalies(scores, np.array([2, 1, 3, 0]), np.array([2, 1]), -3.0, "by hand", oddest)


def test_a_sentence_names_what_matters():
    assert OddRow(7, -9.0, True, (INCOME, CITY, AGE)).sentence == (
        "Row 7: income is 2 where 51,000 is expected (70 %); city is 'Bonn' where 'Rome' is expected (25 %)."
    )


def test_a_sentence_names_something_where_nothing_matters_much():
    assert OddRow(7, -9.0, True, (AGE,)).why == "age is 41.5 where 40.12 is expected (5 %)"
    assert OddRow(7, -9.0, True, ()).sentence == "Row 7: no single cell explains it."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0012345, "0.001234"),
        (12_345.6, "12,346"),
        (3.0, "3"),
        (True, "True"),
        ("a", "'a'"),
        (-7.25, "-7.25"),
    ],
)
def test_cells_are_shown_as_people_write_them(value, shown):
    assert str(Reason("x", 1.0, 1.0, value, 0)).startswith(f"x is {shown} where 0 is expected (100 %)")


def test_an_image_is_odd_as_a_whole():
    assert str(Reason("image", 1.0, 3.0, None, None)) == "image as a whole is not what is expected (100 %)"


def test_the_table_has_a_line_per_row_and_column():
    lines = anomalies(OddRow(2, -99.0, True, (INCOME, CITY)), OddRow(1, -9.0, True, (AGE,))).table()
    assert [(line["row"], line["column"], line["value"]) for line in lines] == [
        (2, "income", 2),
        (2, "city", "Bonn"),
        (1, "age", 41.5),
    ]


def test_json_is_plain_and_may_be_short():
    found = anomalies(OddRow(1, -9.0, True, (INCOME,)))
    everything, short = found.to_json(), found.to_json(limit=2)
    assert (everything["rows"], everything["n_flagged"]) == (4, 2) == (short["rows"], short["n_flagged"])
    assert everything["ranking"] == [2, 1, 3, 0]
    assert short["ranking"] == [2, 1]
    assert short["scores"] == [-np.inf, -9.0]
    assert short["oddest"][0]["sentence"].startswith("Row 1: income is 2")
    assert json.loads(json.dumps(short["oddest"])) == json.loads(json.dumps(everything["oddest"]))
