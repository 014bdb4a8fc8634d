"""Adult, 22,561 training and 10,000 test rows: new rows of the masked autoencoder, its conditions, and its code."""

import time
import warnings
from collections.abc import Iterator
from statistics import mean

import numpy as np
import pyarrow as pa
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import diabolo
from benchmarks.bars import Bar
from benchmarks.race import DataAbsentError, Race
from diabolo import MaskedAutoencoder, evaluate
from diabolo.errors import DiaboloWarning

TRAIN = 22_561
TARGET, RICH = "income", ">50K"
MEASURES = {  # of rows against test rows: limit, whether more is better, and what stands beside it
    "shape": (0.985, True, "TabDiff .993, TabSyn .992, TVAE .76"),
    "trend": (0.97, True, "TabDiff .985, TabSyn .980, TVAE .67"),
    "c2st": (0.94, True, "TabDiff .84, TabSyn .79, CTGAN and TVAE .00"),
    "tstr_auc": (0.916, True, "TabDiff .913, TabSyn .910, TVAE .87; real rows .926"),
    "beta_recall": (0.48, True, "TabDiff .53, TabSyn .48, TVAE .12"),
    "dcr_share": (0.52, False, "half is ideal; TabDiff .55, TabSyn .51"),
}
CODE = 128  # numbers of the code that the linear probe reads
CONDITIONS = {
    "income": ">50K",
    "native-country": ["Mexico", "Canada"],
    "age": (30, 40),
    "fnlwgt": (100_000, 150_000),
    "capital-gain": 7298,
}


def adult(race: Race) -> tuple[pa.Table, pa.Table]:
    """Training and test rows, by one fixed draw."""
    path = race.data / "adult.csv"
    if not path.is_file():
        raise DataAbsentError(
            f"{path.name} is not in the folder given by --data; get UCI Adult (archive.ics.uci.edu), its 32,561 rows "
            "with a header"
        )
    table = diabolo.read(path)
    order = np.random.default_rng(0).permutation(table.num_rows)
    train, test = (1500, 1000) if race.quick else (TRAIN, table.num_rows - TRAIN)
    return table.take(pa.array(order[:train])), table.take(pa.array(order[TRAIN : TRAIN + test]))


def measure(race: Race) -> Iterator[Bar]:
    """All bars; figures of the papers stand beside them."""
    warnings.simplefilter("ignore", DiaboloWarning)
    train, test = adult(race)
    epochs = 2 if race.quick else "auto"
    seconds, found = [], []
    for seed in race.seeds:
        started = time.perf_counter()
        model = MaskedAutoencoder(max_epochs=epochs, random_state=seed).fit(train)
        seconds.append(time.perf_counter() - started)
        new = model.sample(train.num_rows, random_state=seed)
        found.append(evaluate.generation(train, test, new, target=TARGET, random_state=seed))
    yield Bar("Adult, masked: seconds of the fit", mean(seconds), 60.0, beside=f"seeds {_shown(seconds, 1)}")
    for name, (limit, at_least, beside) in MEASURES.items():
        values = [getattr(scores, name) for scores in found]
        floor = getattr(found[0].marginals, name.removesuffix("_auc"))
        beside = f"seeds {_shown(values)}; independent marginals {floor:.3f}; {beside}"
        yield Bar(f"Adult, masked: {name}", mean(values), limit, at_least, beside)
    yield Bar("Adult, masked: share of rows that keep a condition", _kept(model), 1.0, True)
    yield from _usual(race)
    yield _probe(train, test, epochs, race)


def _shown(values: list[float], digits: int = 4) -> str:
    return ", ".join(f"{value:.{digits}f}" for value in values)


def _kept(model: MaskedAutoencoder) -> float:
    """The least share, over conditions on columns of all kinds, of rows that keep them."""
    shares = []
    for column, value in CONDITIONS.items():
        cells = model.sample(500, given={column: value}, random_state=0)[column].to_numpy(
            zero_copy_only=False
        )
        if isinstance(value, tuple):
            shares.append(((cells >= value[0]) & (cells <= value[1])).mean())
        else:
            shares.append(np.isin(cells, value).mean())
    return float(min(shares))


def _usual(race: Race) -> Iterator[Bar]:
    """A column split 95 to 5, sampled."""
    random = np.random.default_rng(0)
    rows = {"level": np.where(np.arange(10_000) < 9500, "usual", "rare"), "x": random.normal(size=10_000)}
    model = MaskedAutoencoder(max_epochs=2 if race.quick else 20, random_state=0).fit(pa.table(rows))
    drawn = model.sample(10_000, random_state=0)["level"].to_numpy(zero_copy_only=False)
    off = abs((drawn == "usual").mean() - 0.95)
    yield Bar("a column split 95/5: share off 95 %", off, 0.01, beside="CTGAN's own test accepts 0.30")


def _probe(train: pa.Table, test: pa.Table, epochs: int | str, race: Race) -> Bar:
    """Accuracy of logistic regression on the code of a model that never saw the target."""
    accuracies = []
    for seed in race.seeds:
        model = MaskedAutoencoder(CODE, max_epochs=epochs, random_state=seed).fit(train.drop_columns(TARGET))
        codes = [model.transform(part.drop_columns(TARGET)) for part in (train, test)]
        rich = [part[TARGET].to_numpy(zero_copy_only=False) == RICH for part in (train, test)]
        probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)).fit(codes[0], rich[0])
        accuracies.append(100 * probe.score(codes[1], rich[1]))
    beside = (
        f"seeds {_shown(accuracies, 2)}; SubTab 85.35, logistic regression on raw 84.68, boosted trees 86.11"
    )
    return Bar("Adult, masked: linear probe, accuracy in %", mean(accuracies), 85.35, True, beside)
