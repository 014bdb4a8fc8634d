"""Manifolds whose dimension is known, with noise: what a rule for the dimension is judged by.

A family maps (generator, rows n, dimension d) to points in a space of its own. The last three were not looked at when the
rule was tuned. Every family can be resolved by the rows that are drawn: of a set that winds more often than there are
rows, no one can tell the dimension.
"""

from collections.abc import Callable, Iterator

import numpy as np

__all__ = ["FAMILIES", "drawn"]

Family = Callable[[np.random.Generator, int, int], np.ndarray]


def gaussian(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A linear subspace with normal rows of unequal spread."""
    return rng.normal(size=(n, d)) * rng.uniform(0.5, 1.5, d)


def cube(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A linear subspace, evenly filled."""
    return rng.uniform(-1, 1, (n, d))


def swiss_roll(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A rolled sheet, times a cube."""
    t = 1.5 * np.pi * (1 + 2 * rng.uniform(size=n))
    return np.column_stack([t * np.cos(t), t * np.sin(t), 21 * rng.uniform(size=(n, d - 1))])


def sphere(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """The surface of a ball."""
    ball = rng.normal(size=(n, d + 1))
    return ball / np.linalg.norm(ball, axis=1, keepdims=True)


def torus(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A product of d circles."""
    angles = rng.uniform(0, 2 * np.pi, (n, d))
    return np.column_stack([np.cos(angles), np.sin(angles)])


def sines(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """sin(Bx + c) into 100 dimensions."""
    x = rng.uniform(-1, 1, (n, d))
    frequencies = rng.normal(size=(d, 100)) * rng.uniform(1, 2) * np.sqrt(3 / d)
    return np.sin(x @ frequencies + rng.uniform(0, 2 * np.pi, 100))


def network(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A random network of one hidden layer."""
    hidden = np.tanh(
        rng.normal(size=(n, d)) @ (1.5 * rng.normal(size=(d, 50)) / np.sqrt(d)) + 0.5 * rng.normal(size=50)
    )
    return hidden @ rng.normal(size=(50, 100)) / np.sqrt(50)


def quadratic(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Random quadratic forms."""
    x = rng.uniform(-1, 1, (n, d))
    i, j = np.triu_indices(d)
    return np.column_stack([x, x[:, i] * x[:, j]]) @ rng.normal(size=(d + len(i), 100))


def paraboloid(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """The graph of |x|² over normal rows."""
    x = rng.normal(size=(n, d))
    return np.column_stack([x, 0.5 * np.square(x).sum(1)])


def bumps(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """Responses of 60 units with Gaussian receptive fields, as of place cells."""
    x, centers = rng.uniform(-1, 1, (n, d)), rng.uniform(-1.2, 1.2, (60, d))
    squared = np.square(x[:, None] - centers).sum(2)
    return np.exp(-squared / (0.8 * d))


def deep_network(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    """A random network of two hidden layers, over rows crowded at one end."""
    h = 2 * rng.beta(1.5, 3.0, (n, d)) - 1
    for width in (64, 64, 100):
        h = np.sin(
            1.2 * h @ rng.normal(size=(h.shape[1], width)) / np.sqrt(h.shape[1]) + rng.normal(size=width)
        )
    return h


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        gaussian,
        cube,
        swiss_roll,
        sphere,
        torus,
        sines,
        network,
        quadratic,
        paraboloid,
        bumps,
        deep_network,
    )
}


def drawn(name: str, seed: int, count: int) -> Iterator[tuple[int, np.ndarray]]:
    """Manifolds of a family: their dimension, 1 to 8, and 1,000 to 4,000 noisy points in 20 to 100 dimensions."""
    for d in range(1, 9):
        for draw in range(count):
            rng = np.random.default_rng([seed, list(FAMILIES).index(name), d, draw])
            width = int(rng.integers(20, 101))
            points = _placed(rng, FAMILIES[name](rng, int(rng.choice([1000, 2000, 4000])), d), width)
            spread = np.sqrt(points.var(0).mean())
            yield d, points + rng.uniform(0.01, 0.05) * spread * rng.normal(size=points.shape)


def _placed(rng: np.random.Generator, points: np.ndarray, width: int) -> np.ndarray:
    """Points in a space of that width: turned into it where they need fewer dimensions, else some of theirs."""
    if points.shape[1] >= width:
        return points[:, rng.choice(points.shape[1], width, replace=False)]
    turn, _ = np.linalg.qr(rng.normal(size=(width, points.shape[1])))
    return points @ turn.T
