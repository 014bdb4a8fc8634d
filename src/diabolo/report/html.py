"""A report as one page: no network, light and dark, readable without its script."""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from diabolo.files import atomic
from diabolo.report import figures, overlays, words
from diabolo.report.records import Report, Scatter

__all__ = ["to_html", "write_html"]

PAGE = files("diabolo.report") / "page"
MOST_LINES = 40  # of the table of columns


def to_html(report: Report) -> str:
    """The page as text: HTML with style, script, figures and images inside.

    Every string of the data is escaped, and the page's own policy forbids every request and any script but its
    one.

    Parameters
    ----------
    report : Report

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.report import Study
    >>> X = load_digits().data
    >>> to_html(Study(LinearAutoencoder(2).fit(X), X[:100]).report())[:15]
    '<!DOCTYPE html>'
    """
    script = _text("map.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _template().render(
        report=report,
        scores=report.scores,
        lines=report.scores.summary(MOST_LINES) if report.scores else [],
        map=_map(report.scatter) if report.scatter else {},
        script=Markup(script),
        script_hash=digest,
        style=Markup(_text("style.css")),
        curve=_safe(figures.curves_figure),
        scatter=_safe(figures.scatter_figure),
        lines_figure=_safe(figures.lines_figure),
        heat_figure=_safe(figures.heat_figure),
        overlay_figure=_safe(overlays.overlay_figure),
        color_class=figures.color_class,
        quantity=words.quantity,
    )


def write_html(report: Report, path: str | Path, *, overwrite: bool = True) -> None:
    """Write the page to a file, whole or not at all.

    Parameters
    ----------
    report : Report
    path : path
        By custom ``*.report.html``.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    OutputError
        The file cannot be written; its subclasses say why.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.report import Study
    >>> X = load_digits().data
    >>> write_html(Study(LinearAutoencoder(2).fit(X), X[:100]).report(), "digits.report.html")
    """
    page = to_html(report)
    with atomic.replace(path, overwrite=overwrite) as temporary:
        temporary.write_text(page, encoding="utf-8")


@cache
def _template() -> jinja2.Template:
    """The template; everything that is not marked as safe is escaped."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {"number": words.number, "percent": words.percent}
    return environment.from_string(_text("report.html"))


def _safe(draw: Callable[..., str]) -> Callable[..., Markup]:
    """A figure whose text is escaped already."""
    return lambda *data: Markup(draw(*data))


def _map(scatter: Scatter) -> dict[str, Any]:
    """What the script needs to color the points anew."""
    colorings = [
        {
            "codes": by.codes,
            "classes": {code: figures.color_class(by, code) for code in sorted(set(by.codes))},
        }
        for by in scatter.colorings
    ]
    return {"points": figures.placed(scatter), "colorings": colorings}


def _text(name: str) -> str:
    """A file of the page."""
    return (PAGE / name).read_text(encoding="utf-8")
