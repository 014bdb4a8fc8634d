"""Real and generated cells of a column over each other, drawn as SVG text."""

from html import escape

from diabolo.report.blocks import Overlay
from diabolo.report.words import percent, shortened

__all__ = ["overlay_figure"]

WIDTH, HEIGHT, FOOT = 240, 120, 18
LINE, NAMES = 17, 92  # of a level: its height, and the width of its name


def overlay_figure(chart: Overlay) -> str:
    """Levels as lines of bars, bins as bars with the outline of the generated ones over them.

    Parameters
    ----------
    chart : Overlay

    Examples
    --------
    >>> overlay_figure(Overlay("city", ("Bonn", "Rome"), (0.5, 0.5), (0.9, 0.1), True, "cities")).count("<rect")
    4
    """
    most = max(*chart.real, *chart.generated, 1e-9)
    height = 2 + LINE * len(chart.labels) if chart.levels else HEIGHT
    body = _levels(chart, most) if chart.levels else _bins(chart, most)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(chart.alt)}">{body}</svg>'


def _levels(chart: Overlay, most: float) -> str:
    """A line per level: its name, and two bars."""
    parts = []
    for i, (label, real, made) in enumerate(zip(chart.labels, chart.real, chart.generated, strict=True)):
        y, width = 2 + LINE * i, WIDTH - NAMES - 4
        parts.append(
            f'<text class="tick" x="{NAMES - 6}" y="{y + 11}" text-anchor="end">{escape(shortened(label, 11))}</text>'
            f"<g><title>{escape(_told(label, real, made))}</title>"
            f'<rect class="share real" x="{NAMES}" y="{y}" width="{width * real / most:.1f}" height="{LINE - 3}"/>'
            f'<rect class="share generated" x="{NAMES}" y="{y + 5}" width="{width * made / most:.1f}" height="4"/></g>'
        )
    return "".join(parts)


def _bins(chart: Overlay, most: float) -> str:
    """Bars side by side, and the outline of the generated ones."""
    floor, step = HEIGHT - FOOT, WIDTH / len(chart.labels)
    bars, outline = [], [f"M0 {floor}"]
    for i, (label, real, made) in enumerate(zip(chart.labels, chart.real, chart.generated, strict=True)):
        top, line = (floor - (floor - 4) * share / most for share in (real, made))
        bars.append(
            f'<rect class="share real" x="{step * i:.1f}" y="{top:.1f}" width="{step * 0.92:.1f}" '
            f'height="{floor - top:.1f}"><title>{escape(_told(label, real, made))}</title></rect>'
        )
        outline.append(f"V{line:.1f}H{step * (i + 1):.1f}")
    return f'{"".join(bars)}<path class="outline" d="{"".join(outline)}V{floor}"/>{_feet(chart.labels)}'


def _feet(labels: tuple[str, ...]) -> str:
    """The first and the last bin by their labels."""
    ends = [(0, "start", labels[0]), (WIDTH, "end", labels[-1])]
    return "".join(
        f'<text class="tick" x="{x}" y="{HEIGHT - 4}" text-anchor="{anchor}">{escape(shortened(label, 18))}</text>'
        for x, anchor, label in ends[: len(labels)]
    )


def _told(label: str, real: float, made: float) -> str:
    return f"{label}: real {percent(real)}, generated {percent(made)}"
