"""One fit of PCA: Diabolo's, scikit-learn's exact one, or its incremental one.

Parameters: `who` ("diabolo", "covariance_eigh", "incremental"), `rows`, `columns`, `n_components`,
optionally `data` (.npy); without it the rows are drawn with a falling spectrum and an offset. The angle is
the largest principal angle to the subspace of a float64 decomposition.
"""

from collections.abc import Callable

import numpy as np
from clock import answer, parameters, timed


def drawn(rows: int, columns: int) -> np.ndarray:
    """Float32 rows with variances falling from 1 to 1/columns in a rotated frame, with offsets."""
    rng = np.random.default_rng(0)
    mix = np.linalg.qr(rng.standard_normal((columns, columns)))[0] / np.sqrt(np.arange(1, columns + 1))
    mix, offset = mix.T.astype("float32"), rng.standard_normal(columns).astype("float32")
    table = np.empty((rows, columns), "float32")
    for start in range(0, rows, 10_000):
        part = table[start : start + 10_000]
        rng.standard_normal(out=part, dtype="float32")
        part[:] = part @ mix + offset
    return table


def estimator(who: str, k: int) -> object:
    if who == "diabolo":
        import diabolo

        return diabolo.LinearAutoencoder(k)
    from sklearn.decomposition import PCA, IncrementalPCA

    return IncrementalPCA(k) if who == "incremental" else PCA(k, svd_solver="covariance_eigh")


def fit_of(who: str, k: int) -> Callable[[np.ndarray], np.ndarray]:
    """The fit as a function of the rows that answers the axes, k x columns."""
    return lambda table: estimator(who, k).fit(table).components_


def largest_angle(axes: np.ndarray, table: np.ndarray) -> float:
    """The sine of the largest principal angle between the axes found and the exact ones, both k x columns."""
    parts = np.array_split(table, max(1, len(table) // 20_000))
    mean = sum(part.sum(0, dtype="float64") for part in parts) / len(table)
    scatter = sum((part - mean).T @ (part - mean) for part in parts)
    exact = np.linalg.eigh(scatter)[1][:, -len(axes) :]
    found = np.linalg.qr(np.asarray(axes, "float64").T)[0]
    return float(np.linalg.norm(found - exact @ (exact.T @ found), 2))


def main() -> None:
    p = parameters()
    table = np.load(p["data"]) if p.get("data") else drawn(p["rows"], p["columns"])
    fit = fit_of(p["who"], p["n_components"])
    fit(table[:2000])  # imports and thread pools are no part of the fit
    axes: list[np.ndarray] = []
    figures = timed(lambda: axes.append(fit(table)))
    answer(**figures, data_mib=table.nbytes / 2**20, angle=largest_angle(axes[0], table))


if __name__ == "__main__":
    main()
