"""Data that come with the package: small handwritten digits and a made-up table of people."""

import datetime
import zlib

import numpy as np
import pyarrow as pa

__all__ = ["digit_labels", "digits", "people"]

CITIES = ("Berlin", "Lagos", "Lima", "Osaka", "Tromsø")
SCHOOLING = ("primary", "secondary", "bachelor", "master")
FIRST_DAY = datetime.date(2015, 1, 1)
BRIGHTEST = 16.0  # of the digits as scikit-learn stores them


def digits() -> np.ndarray:
    """1,797 handwritten digits of 8 x 8 pixels that scikit-learn ships.

    Returns
    -------
    ndarray of float32, shape (1797, 8, 8)
        Darkness in [0, 1], in steps of 1/16.

    References
    ----------
    Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository 1998.

    Examples
    --------
    >>> digits().shape, float(digits().max())
    ((1797, 8, 8), 1.0)
    """
    from sklearn.datasets import load_digits

    pixels = np.asarray(load_digits(return_X_y=True)[0])
    return (pixels / BRIGHTEST).reshape(-1, 8, 8).astype(np.float32)


def digit_labels() -> np.ndarray:
    """What the images of :func:`digits` show, int64 of shape (1797,).

    Examples
    --------
    >>> digit_labels()[:3].tolist()
    [0, 1, 2]
    """
    from sklearn.datasets import load_digits

    return np.asarray(load_digits(return_X_y=True)[1])


def people(n: int = 2000, seed: int = 0) -> pa.Table:
    """A made-up table with everything that tables of people have: all column types, heavy tails, gaps.

    Behind every row stand three independent standard normal variables, of age a, of wealth w and of health h,
    so that two or three latent dimensions explain most of what can be explained:

    ============ ========== ================================================================================
    column       type       how it comes about
    ============ ========== ================================================================================
    person_id    integer    1001, 1002, ...: an identifier
    age          integer    48 + 17 a, within 18 and 95
    income       number     exp(10.2 + 0.75 w + 0.2 a + noise), heavy tail; missing more where w is high
    savings      number     exp(8 + 1.3 w + 0.5 a + noise), heavy tail; exactly 0 for the poorer third
    height       number     166 cm, 12 more for m, + noise
    weight       number     (24.5 − 2.5 h + 1.2 a + noise) (height/m)², in kg; missing more for young women
    sex          binary     f or m, evenly
    smoker       binary     true with log-odds −1.2 − 1.5 h
    city         category   five cities, w decides; Tromsø is rare (1 %)
    schooling    ordinal    primary < secondary < bachelor < master, an ordered dictionary, w decides
    visits       count      visits to a doctor, Poisson with mean exp(0.6 − 0.7 h + 0.3 a)
    joined       date       within ten years from 2015 on, the old earlier; missing in 5 % of the rows
    last_visit   time       within 2024, in the zone Europe/Berlin; missing where there were no visits
    country      constant   always X
    ============ ========== ================================================================================

    Parameters
    ----------
    n : int
        Number of rows.
    seed : int
        Seed of the generator; the same seed gives the same table.

    Examples
    --------
    >>> table = people(100)
    >>> table.num_rows, table.column_names[:4]
    (100, ['person_id', 'age', 'income', 'savings'])
    """
    a, w, h = (_draw(seed, name).standard_normal(n) for name in ("age", "wealth", "health"))
    sex = _draw(seed, "sex").random(n) < 0.5
    age = np.clip(np.rint(48 + 17 * a), 18, 95)
    body = _body(seed, a, h, sex, age)
    visits = _draw(seed, "visits").poisson(np.exp(0.6 - 0.7 * h + 0.3 * a))
    columns = {
        "person_id": pa.array(np.arange(1001, 1001 + n)),
        "age": pa.array(age.astype(np.int64)),
        **_money(seed, a, w),
        **body,
        "sex": pa.array(np.where(sex, "m", "f")),
        "smoker": pa.array(_draw(seed, "smoker").random(n) < _logistic(-1.2 - 1.5 * h)),
        "city": pa.array(np.array(CITIES)[_city(seed, w)]),
        "schooling": _levels(w + 0.4 * _draw(seed, "schooling").standard_normal(n)),
        "visits": pa.array(visits),
        **_times(seed, a, visits),
        "country": pa.array(["X"] * n),
    }
    return pa.table(columns)


def _draw(seed: int, name: str) -> np.random.Generator:
    """A generator for each column, so that a column added later leaves the others as they are."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _logistic(x: np.ndarray) -> np.ndarray:
    """Probability of log-odds."""
    return 1 / (1 + np.exp(-x))


def _money(seed: int, a: np.ndarray, w: np.ndarray) -> dict[str, pa.Array]:
    """Income, with gaps where it is high, and savings, with many zeros."""
    income = np.exp(10.2 + 0.75 * w + 0.2 * a + 0.2 * _draw(seed, "income").standard_normal(len(a)))
    silent = _draw(seed, "silent").random(len(a)) < _logistic(-3 + 1.2 * w)
    noise = _draw(seed, "savings").standard_normal(len(a))
    savings = np.where(w + 0.3 * noise < -0.45, 0, np.exp(8 + 1.3 * w + 0.5 * a + 0.3 * noise))
    return {"income": pa.array(income.round(2), mask=silent), "savings": pa.array(savings.round(2))}


def _body(seed: int, a: np.ndarray, h: np.ndarray, sex: np.ndarray, age: np.ndarray) -> dict[str, pa.Array]:
    """Height, and weight with gaps among young women."""
    height = 166 + 12 * sex + 5.5 * _draw(seed, "height").standard_normal(len(a))
    bulk = 24.5 - 2.5 * h + 1.2 * a + 0.8 * _draw(seed, "weight").standard_normal(len(a))
    weight = np.maximum(bulk, 15) * (height / 100) ** 2
    shy = _draw(seed, "shy").random(len(a)) < np.where(~sex & (age < 35), 0.3, 0.05)
    return {"height": pa.array(height.round(1)), "weight": pa.array(weight.round(1), mask=shy)}


def _city(seed: int, w: np.ndarray) -> np.ndarray:
    """Places in `CITIES`; the last one is rare."""
    draw = _draw(seed, "city")
    place = np.digitize(w + 0.3 * draw.standard_normal(len(w)), (-0.7, 0.0, 0.8))
    return np.where(draw.random(len(w)) < 0.01, len(CITIES) - 1, place)


def _levels(score: np.ndarray) -> pa.DictionaryArray:
    """Ordered schooling."""
    places = np.digitize(score, (-1.0, 0.2, 1.2)).astype(np.int8)
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(SCHOOLING), ordered=True)


def _times(seed: int, a: np.ndarray, visits: np.ndarray) -> dict[str, pa.Array]:
    """The day a person joined, and the time of the last visit."""
    day = np.clip(1800 - 900 * a + 400 * _draw(seed, "joined").standard_normal(len(a)), 0, 3650).astype(
        np.int32
    )
    first = (FIRST_DAY - datetime.date(1970, 1, 1)).days
    lost = _draw(seed, "lost").random(len(a)) < 0.05
    start = int(datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC).timestamp())
    hours = _draw(seed, "last_visit").integers(0, 366 * 24, len(a))
    zone = pa.timestamp("ms", "Europe/Berlin")
    return {
        "joined": pa.array(day + first, pa.int32(), mask=lost).cast(pa.date32()),
        "last_visit": pa.array(1000 * (start + 3600 * hours), mask=visits == 0).cast(zone),
    }
