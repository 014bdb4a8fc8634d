import dataclasses
import json

import numpy as np
import pytest

from diabolo.evaluate import Certificate, Check, Deception, RobustAccuracy, Robustness

POINT = RobustAccuracy(0.5, 0.25, 0.1, 0.4, "APGD")
PROOF = Certificate(0.5, 100, 0.001, np.array([0.8, np.nan]), np.array([True, False]))


@pytest.fixture
def found() -> Robustness:
    return Robustness(
        rows=2,
        total=9,
        clean=RobustAccuracy(0.0, 1.0, 0.3, 1.0),
        norm="linf",
        unit="the unit of the data",
        curve=(POINT,),
        confirmed=(POINT,),
        distances=np.array([0.5, np.inf]),
        median_distance=0.5,
        other_class_distance=2.0,
        certificate=PROOF,
        checks=(Check("restarts", True, 0.0, 0.1, "none more"),),
        examples=(Deception(3, "a", "b", 0.5, (np.array([1.0, 0.0]), np.array([0.0, 1.0]))),),
        classes=np.array(["a", "b"]),
        passes=40.0,
        index=np.array([3, 5]),
        changed=np.zeros((2, 2)),
    )


def test_json_holds_every_field_but_the_rows_themselves(found: Robustness):
    told = json.loads(json.dumps(found.to_json()))
    names = {field.name for field in dataclasses.fields(Robustness)} - {"changed"}
    assert names <= told.keys()
    assert told["distances"] == [0.5, None]
    assert told["certificate"]["radius"] == [0.8, None]
    assert told["examples"][0]["probabilities"] == [[1.0, 0.0], [0.0, 1.0]]


def test_the_headline(found: Robustness):
    assert found.sentence == (
        "100.0 % right as the rows come; half of these are fooled by a change of 0.5 in L∞, 25.0 % of the way to a row of "
        "another class."
    )
    far = dataclasses.replace(found, other_class_distance=0.1, unit="the scale (standard deviations)")
    assert far.sentence.endswith("by a change of 0.5 standard deviations in L∞.")
    hard = dataclasses.replace(found, median_distance=None)
    assert hard.sentence == "100.0 % right as the rows come, 25.0 % after changes of 0.5."


def test_one_failed_check_fails_all(found: Robustness):
    assert found.passed
    bad = Check("steps", False, 0.5, 0.1, "more")
    assert not dataclasses.replace(found, checks=(*found.checks, bad)).passed
    assert str(bad) == "WARN steps: more"
    assert found.table() == [
        {"name": "restarts", "passed": True, "value": 0.0, "limit": 0.1, "sentence": "none more"}
    ]


def test_the_certificate_counts_rows_that_are_right():
    assert (PROOF.accuracy, PROOF.abstained, PROOF.median) == (0.5, 0.5, 0.8)
    assert [PROOF.certified(size) for size in (0.0, 0.8, 0.81)] == [0.5, 0.5, 0.0]
