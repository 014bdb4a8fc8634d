"""A sweep of several latent widths through Diabolo's public face.

Parameters: `rows` (.npy), `n_components` (widths) and `arguments` (keywords of `diabolo.sweep`). The clock runs over
the whole call: estimates of the dimension, training, PCA at every width, judging.
"""

import numpy as np
from clock import answer, parameters, timed

import diabolo


def main() -> None:
    p = parameters()
    rows, found = np.load(p["rows"]), []
    figures = timed(lambda: found.append(diabolo.sweep(rows, p["n_components"], **p["arguments"])))
    answer(**found[0].to_json(), wall_seconds=figures["seconds"], cpu_seconds=figures["cpu_seconds"])


if __name__ == "__main__":
    main()
