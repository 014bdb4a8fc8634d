"""A table on a map: python csv_to_map.py people.csv city

Reads any table that diabolo.read knows, squeezes every row through two numbers, draws the rows as points colored by one
column, and prints what the two numbers know of each column. Without arguments it makes up a table of people.
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pyarrow.csv

import diabolo
from diabolo.data.samples import people


def main(path: Path, color: str) -> None:
    table = diabolo.read(path)
    order = np.random.default_rng(0).permutation(table.num_rows)
    new, train = np.split(order, [table.num_rows // 5])  # a fifth is only judged, never learned from

    ae = diabolo.Autoencoder(2, size="small", max_epochs=15, random_state=0).fit(table.take(train))
    scores = diabolo.evaluate.reconstruction(ae, table.take(new))
    for column in scores.columns:
        kept = "does not vary" if column.kept is None else f"{column.kept:.0%} kept"
        print(f"{column.name:>12}  {kept}")
    print(f"in all {scores.kept:.0%}, PCA {scores.pca_kept:.0%}")

    draw(ae.transform(table), table[color].to_pylist(), color, path.with_suffix(".map.png"))
    ae.save(path.with_suffix(".diabolo"))


def draw(codes: np.ndarray, values: list[Any], color: str, target: Path) -> None:
    """One point a row; numbers as shades, everything else as one color a level."""
    figure, axes = plt.subplots(figsize=(7, 6))
    if any(isinstance(value, int | float) for value in values):
        shades = [np.nan if value is None else float(value) for value in values]
        figure.colorbar(axes.scatter(*codes.T, c=shades, s=12), label=color)
    else:
        for level in sorted(set(values), key=str):
            axes.scatter(*codes[[value == level for value in values]].T, s=12, label=str(level))
        axes.legend(title=color)
    axes.set(xlabel="z1", ylabel="z2")
    figure.savefig(target, dpi=150)
    plt.close(figure)
    print("wrote", target)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        pyarrow.csv.write_csv(people(1000), "people.csv")
        sys.argv[1:] = ["people.csv", "schooling"]
    main(Path(sys.argv[1]), sys.argv[2])
