"""scikit-learn's own checks over every tabular estimator."""

import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sklearn.utils.estimator_checks import check_estimator

import diabolo
from benchmarks.bars import Bar
from benchmarks.race import Race

ARGUMENTS: dict[str, dict[str, Any]] = {
    "LinearAutoencoder": {"n_components": 1},
    "Autoencoder": {"n_components": 1, "max_epochs": 3},
    "Classifier": {"max_epochs": 20},
    "RobustClassifier": {"max_epochs": 20},
    "SemiSupervisedClassifier": {"n_components": 1, "max_epochs": 3, "method": "spread"},
    "VAE": {"n_components": 1, "max_epochs": 3},
}


def measure(race: Race) -> Iterator[Bar]:
    """Failures of `check_estimator`; a skipped check does not apply to the estimator."""
    for name, arguments in ARGUMENTS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = check_estimator(getattr(diabolo, name)(**arguments), on_fail=None)
        counts = Counter(result["status"] for result in results)
        failed = " ".join(result["check_name"] for result in results if result["status"] == "failed")
        beside = f"{counts['passed']} passed, {counts['skipped']} skipped; PyOD's VAE 28 failed {failed}"
        yield Bar(f"check_estimator({name}): failures", counts["failed"], 0, beside=beside)
