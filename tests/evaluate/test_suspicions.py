import dataclasses

import numpy as np
import pytest
import torch

from diabolo.evaluate.contest import Contest
from diabolo.evaluate.suspicions import Evidence, of_attack, of_model, without_gradient
from diabolo.evaluate.target import Target
from tests.evaluate.victims import Noisy, Rounded, plane, rows

WEIGHT = torch.tensor([3.0, 4.0]).double()
EPS = (0.2, 0.4, 0.8)


@pytest.fixture
def evidence(rng: np.random.Generator) -> Evidence:
    """A plane and what attacks that are exact say of it."""
    X, y = rows(rng, WEIGHT, 60)
    contest = Contest(Target.of(plane(WEIGHT), X), np.arange(60), y)
    smallest = np.abs(X @ WEIGHT.numpy()) / 5
    contest.distances[:] = np.inf
    return Evidence(
        contest, EPS, tuple(smallest <= eps for eps in EPS), smallest, np.arange(60), np.full(60, np.inf)
    )


def failed(checks: list) -> set[str]:
    return {check.name for check in checks if not check.passed}


def test_exact_attacks_pass(evidence: Evidence):
    assert failed(of_attack(evidence)) == set()
    assert failed(of_model(evidence.contest)) == set()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("any size", lambda e: {"smallest": np.where(np.arange(60) < 5, np.inf, e.smallest)}),
        ("nearer than known rows", lambda e: {"known": e.smallest / 2}),
        ("curve confirmed", lambda e: {"smallest": 2 * e.smallest}),
        ("monotone in size", lambda e: {"fooled": (e.fooled[0], e.fooled[1], ~e.fooled[2])}),
        ("many steps against one", lambda e: {"fooled": (~e.fooled[0],) * 3, "smallest": 9 + e.smallest}),
        (
            "gradient against queries",
            lambda e: {"fooled": (e.fooled[0] & False,) * 3, "smallest": 9 + e.smallest},
        ),
    ],
)
def test_evidence_of_a_weak_attack_fails(evidence: Evidence, name: str, change):
    assert name in failed(of_attack(dataclasses.replace(evidence, **change(evidence))))


@pytest.mark.parametrize(
    ("model", "name"),
    [(Rounded(plane(WEIGHT)), "gradient"), (Noisy(plane(WEIGHT)), "same answer twice")],
)
def test_of_a_model_that_hides(evidence: Evidence, model: torch.nn.Module, name: str):
    contest = Contest(Target.of(model, evidence.contest.X), np.arange(60), evidence.contest.y)
    assert name in failed(of_model(contest))


def test_chance_is_no_accuracy(evidence: Evidence):
    contest = Contest(Target.of(plane(WEIGHT), evidence.contest.X), np.arange(60), 1 - evidence.contest.y)
    assert failed(of_model(contest)) == {"clean accuracy"}


def test_what_does_not_fool_when_asked_again_fails(evidence: Evidence):
    evidence.contest.distances[:3] = 0.1  # said to be fooled, and unchanged
    assert failed(without_gradient(evidence.contest)) == {"asked again"}


def test_no_row_was_right(evidence: Evidence):
    assert of_attack(dataclasses.replace(evidence, rows=np.zeros(0, int))) == []
