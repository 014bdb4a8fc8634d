"""One map of many rows: codes, projection, grid with density, dimensions, neighbors of a sample, groups.

Parameters: `who` ("autoencoder", "linear"), `rows`, `columns`, `n_components`, `seed`. Rows are float32, six clouds in a
curved space of eight dimensions; the model is fitted to 5,000 of them beforehand.
"""

import time

import numpy as np
from clock import answer, parameters, timed

import diabolo
from diabolo import maps


def drawn(rows: int, columns: int, seed: int) -> np.ndarray:
    """Six clouds behind a nonlinear map, with noise."""
    rng = np.random.default_rng(seed)
    centers, mix = 3 * rng.standard_normal((6, 8)), rng.standard_normal((8, columns)) / 3
    table = np.empty((rows, columns), "float32")
    for start in range(0, rows, 10_000):
        part = table[start : start + 10_000]
        hidden = centers[rng.integers(0, 6, len(part))] + rng.standard_normal((len(part), 8))
        part[:] = np.tanh(hidden @ mix) + 0.1 * rng.standard_normal(part.shape)
    return table


def looked_at(model: object, table: np.ndarray, encode_seconds: list[float]) -> None:
    """All that a person sees of the map, from codes that are taken once."""
    start = time.perf_counter()
    codes = model.transform(table)
    encode_seconds.append(time.perf_counter() - start)
    maps.latent_map(model, codes=codes)
    maps.dimensions(model, codes=codes)
    maps.neighbors(model, table, codes=codes)
    maps.clusters(model, table, codes=codes)


def main() -> None:
    p = parameters()
    table = drawn(p["rows"], p["columns"], p["seed"])
    kind = diabolo.LinearAutoencoder if p["who"] == "linear" else diabolo.Autoencoder
    options = {} if p["who"] == "linear" else {"max_epochs": 3}
    model = kind(p["n_components"], random_state=0, **options).fit(table[:5000])
    encode_seconds: list[float] = []
    looked_at(model, table[:2000], encode_seconds)  # imports and thread pools are no part of it
    figures = timed(lambda: looked_at(model, table, encode_seconds))
    answer(**figures, encode_seconds=encode_seconds[-1], data_mib=table.nbytes / 2**20)


if __name__ == "__main__":
    main()
