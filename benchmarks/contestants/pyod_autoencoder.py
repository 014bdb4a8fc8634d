"""PyOD's AutoEncoder at its defaults (it standardizes its rows itself).

Parameters: `sets` (pairs of .npy files, the rows to fit and the rows to score), `seed`. The answer holds for every
set minus the outlier score of each row to score, so that higher is more normal.
"""

import numpy as np
from clock import answer, parameters, timed
from pyod.models.auto_encoder import AutoEncoder


def main() -> None:
    p = parameters()
    scores, seconds = [], 0.0
    for train, test in p["sets"]:
        known, detector = np.load(train), AutoEncoder(random_state=p["seed"], verbose=0)
        seconds += timed(lambda detector=detector, known=known: detector.fit(known))["cpu_seconds"]
        scores.append((-detector.decision_function(np.load(test))).tolist())
    answer(scores=scores, cpu_seconds=seconds)


if __name__ == "__main__":
    main()
