"""Figures drawn as SVG text, colored by the style sheet of the page."""

import math
from collections.abc import Sequence
from html import escape

from diabolo.report.blocks import Heat, Lines
from diabolo.report.records import Coloring, Curves, Scatter
from diabolo.report.words import THIN, number, shortened

__all__ = [
    "color_class",
    "curves_figure",
    "dots",
    "heat_figure",
    "lines_figure",
    "nice_ticks",
    "placed",
    "scatter_figure",
]

WIDTH, HEIGHT = 720, 460  # of the map
CURVE_WIDTH, CURVE_HEIGHT = 460, 240
LINES_WIDTH = 560
CELL = 28  # of a heat map
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 14, 40
MOST_CURVE_POINTS = 400


def curves_figure(curves: Curves, measure: str) -> str:
    """One line over epochs, with a mark where the weights were kept.

    Parameters
    ----------
    curves : Curves
    measure : {"training", "held_out"}

    Examples
    --------
    >>> curves_figure(Curves((1, 2), (3.0, 2.0), (1.5, 1.0), 2), "held_out")[:4]
    '<svg'
    """
    values, epochs = getattr(curves, measure), curves.epochs
    step = max(1, len(epochs) // MOST_CURVE_POINTS)
    drawn = (*values, curves.kept) if curves.kept is not None and measure == "held_out" else values
    x_low, x_high, (y_low, y_high) = epochs[0], max(epochs[-1], epochs[0] + 1), _range(drawn)
    place = _Axes(CURVE_WIDTH, CURVE_HEIGHT, (x_low, x_high), (y_low, y_high))
    pairs = [(e, v) for e, v in zip(epochs, values, strict=True) if math.isfinite(v)]
    body = place.grid(whole=True) + (_boundary(place, curves.second) if curves.second else "")
    for stage in ([p for p in pairs if p[0] < curves.second], [p for p in pairs if p[0] >= curves.second]):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(e, min(v, y_high)) for e, v in stage[::step]))
        body += f'<polyline class="line {measure}" points="{path}"/>' if path else ""
    body += _mark(place, curves, measure, y_high)
    rows = "training" if measure == "training" else "held-out"
    name = f"{getattr(curves, f'on_{measure}')} on {rows} rows"
    return _svg(CURVE_WIDTH, CURVE_HEIGHT, f"{name} over {len(epochs)} epochs", body + place.x_name("epoch"))


def scatter_figure(scatter: Scatter) -> str:
    """The map, colored by its first coloring.

    Parameters
    ----------
    scatter : Scatter

    Examples
    --------
    >>> city = Coloring("city", "levels", (0, 1), ("Bonn", "Rome"))
    >>> scatter_figure(Scatter((0.0, 1.0), (1.0, 0.0), "z1", "z2", (city,), 2)).count('<path class="levels')
    2
    """
    place = _Axes(WIDTH, HEIGHT, _padded(scatter.x), _padded(scatter.y))
    body = place.grid() + place.x_name(scatter.x_label) + place.y_name(scatter.y_label)
    points = placed(scatter)
    first = scatter.colorings[0]
    paths = "".join(f'<path class="{color}" d="{d}"/>' for color, d in dots(points, first))
    size = "few" if len(points) <= 600 else "some" if len(points) <= 2500 else "many"
    text = (
        f"{len(points)} rows as points, {scatter.x_label} against {scatter.y_label}, colored by {first.name}"
    )
    return _svg(WIDTH, HEIGHT, text, f'{body}<g id="points" class="points {size}">{paths}</g>')


def lines_figure(lines: Lines) -> str:
    """Lines over a width, each named at its end; a single point is a dot.

    Parameters
    ----------
    lines : Lines

    Examples
    --------
    >>> from diabolo.report.blocks import Series
    >>> lines_figure(Lines("k", "error", (Series("PCA", "pca", (1, 2), (9, 4)),), "PCA")).count("<polyline")
    1
    """
    across, up = ([v for s in lines.series for v in getattr(s, axis)] for axis in "xy")
    place = _Axes(LINES_WIDTH, CURVE_HEIGHT, _widened(min(across), max(across)), _widened(0.0, max(up)))
    body = place.grid(whole=lines.whole) + place.x_name(lines.x_label) + place.y_name(lines.y_label)
    for series in lines.series:
        pairs = [place(x, y) for x, y in zip(series.x, series.y, strict=True)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)
        drawn = len(pairs) > 1 and series.marks != "dots"
        body += f'<polyline class="line {series.style}" points="{points}"/>' if drawn else ""
        if series.marks != "line":
            body += "".join(
                f'<circle class="dot {series.style}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in pairs
            )
    return _svg(LINES_WIDTH, CURVE_HEIGHT, lines.alt, body)


def heat_figure(heat: Heat) -> str:
    """Shades in lines and columns, with their names.

    Parameters
    ----------
    heat : Heat

    Examples
    --------
    >>> heat_figure(Heat(("z1",), ("age",), ((1.0,),), "z1 moves age")).count("<rect")
    1
    """
    left, top = 48, 16 + 6.2 * min(18, max(map(len, heat.columns)))
    width, height = left + CELL * len(heat.columns) + 90, top + CELL * len(heat.rows) + 4
    parts = []
    for j, name in enumerate(heat.columns):
        x = left + CELL * (j + 0.5)
        label = _text("tick", 0, 0, "start", shortened(name, 18))
        parts.append(f'<g transform="translate({x:.1f} {top - 6:.1f}) rotate(-50)">{label}</g>')
    for i, name in enumerate(heat.rows):
        y = top + CELL * i
        parts.append(_text("tick", left - 8, y + CELL / 2 + 4, "end", name))
        parts += [
            f'<rect class="heat" x="{left + CELL * j}" y="{y:.1f}" width="{CELL - 2}" height="{CELL - 2}" '
            f'style="fill-opacity:{value:.2f}"><title>{escape(f"{name}, {column}: {value:.2f}")}</title></rect>'
            for j, (column, value) in enumerate(zip(heat.columns, heat.values[i], strict=True))
        ]
    return _svg(round(width), round(height), heat.alt, "".join(parts))


def placed(scatter: Scatter) -> list[tuple[int, int]]:
    """Points of a map on the page, in tenths of a pixel.

    Examples
    --------
    >>> len(placed(Scatter((0.0, 1.0), (1.0, 0.0), "z1", "z2", (), 2)))
    2
    """
    place = _Axes(WIDTH, HEIGHT, _padded(scatter.x), _padded(scatter.y))
    pairs = (place(x, y) for x, y in zip(scatter.x, scatter.y, strict=True))
    return [(round(10 * x), round(10 * y)) for x, y in pairs]


def dots(points: Sequence[tuple[int, int]], by: Coloring) -> list[tuple[str, str]]:
    """One path of round dots per color: its class, and its course. Missing cells come first, underneath.

    Examples
    --------
    >>> dots([(10, 20)], Coloring("city", "levels", (0,), ("Bonn",)))
    [('levels-0', 'M1 2h0')]
    """
    courses: dict[int, list[str]] = {}
    for (x, y), code in zip(points, by.codes, strict=True):
        courses.setdefault(code, []).append(f"M{x / 10:g} {y / 10:g}h0")
    return [(color_class(by, code), "".join(course)) for code, course in sorted(courses.items())]


def color_class(by: Coloring, code: int) -> str:
    """Name of a color in the style sheet; steps are spread over the seven of the scale.

    Examples
    --------
    >>> color_class(Coloring("age", "steps", (0, 1), ("young", "old")), 1)
    'steps-6'
    """
    if code < 0:
        return "missing"
    if by.scale == "levels":
        return f"levels-{code}"
    return f"steps-{round(6 * code / max(1, len(by.legend) - 1))}"


def nice_ticks(low: float, high: float, count: int = 5, least: float = 0.0) -> list[float]:
    """Round numbers between two bounds, at least so far from each other.

    Examples
    --------
    >>> nice_ticks(0.0, 10.0)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    step = max(step, least)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


class _Axes:
    """Numbers -> pixels, and the lines and numbers around them."""

    def __init__(self, width: int, height: int, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.width, self.height, self.x, self.y = width, height, x, y

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Place on the page."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        width, height = self.width - LEFT - RIGHT, self.height - TOP - BOTTOM
        return LEFT + across * width, self.height - BOTTOM - up * height

    def grid(self, *, whole: bool = False) -> str:
        """Lines and numbers; `whole`: what is counted across has no halves."""
        bottom, right = self.height - BOTTOM, self.width - RIGHT
        lines = []
        for tick, text in _labeled(nice_ticks(*self.y)):
            y = self(self.x[0], tick)[1]
            lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
            lines.append(_text("tick", LEFT - 8, y + 4, "end", text))
        for tick, text in _labeled(nice_ticks(*self.x, least=float(whole))):
            x = self(tick, self.y[0])[0]
            lines.append(_text("tick", x, bottom + 17, "middle", text))
        return "".join(lines)

    def x_name(self, text: str) -> str:
        """Name of the axis across."""
        return _text("axis", (self.width + LEFT) / 2, self.height - 5, "middle", text)

    def y_name(self, text: str) -> str:
        """Name of the axis upwards."""
        middle = (self.height - BOTTOM + TOP) / 2
        return f'<g transform="translate(13 {middle}) rotate(-90)">{_text("axis", 0, 0, "middle", text)}</g>'


def _labeled(ticks: list[float]) -> list[tuple[float, str]]:
    """Ticks with their numbers, all with as many decimals as their distance needs."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals > 4 or step >= 1e6:
        return [(tick, number(tick)) for tick in ticks]
    texts = (f"{tick + 0.0:,.{decimals}f}".replace(",", THIN).replace("-", "−") for tick in ticks)
    return list(zip(ticks, texts, strict=True))


def _boundary(place: _Axes, second: int) -> str:
    """Where the second training begins."""
    x, low = place(second - 0.5, place.y[0])
    return f'<path class="boundary" d="M{x:.1f} {TOP}V{low:.1f}"/>'


def _mark(place: _Axes, curves: Curves, measure: str, top: float) -> str:
    """The epoch whose weights were kept, or the start of the second training; of this no training loss is known."""
    if curves.kept is None and curves.best_epoch in curves.epochs:
        epoch, value = curves.best_epoch, getattr(curves, measure)[curves.epochs.index(curves.best_epoch)]
    elif curves.kept is not None and measure == "held_out":
        epoch, value = curves.second - 0.5, curves.kept
    else:
        return ""
    x, y = place(epoch, min(value, top))
    anchor, shift = ("end", -9) if epoch > sum(place.x) / 2 else ("start", 9)
    label = _text("note", x + shift, y - 9, anchor, number(value))
    return f'<circle class="best" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>{label}'


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Range of a curve; the first steep epochs may stand outside."""
    finite = sorted(v for v in values if math.isfinite(v)) or [0.0]
    top = finite[-1] if len(finite) < 20 else finite[math.ceil(0.97 * len(finite)) - 1]
    return _widened(finite[0], top)


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """Range of coordinates with some air."""
    return _widened(min(values), max(values))


def _widened(low: float, high: float) -> tuple[float, float]:
    air = 0.05 * (high - low) or max(1e-6, 0.05 * abs(high)) or 1.0
    return low - air, high + air


def _text(kind: str, x: float, y: float, anchor: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: int, height: int, text: str, body: str) -> str:
    """The figure with its description."""
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(text)}">{body}</svg>'
