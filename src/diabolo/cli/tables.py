"""Records as tables for a terminal: the schema, the scores, the curve of widths, the content of a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from diabolo.data.schema import Schema
    from diabolo.evaluate import Anomalies, Scores, Sweep

__all__ = [
    "anomalies_table",
    "compared",
    "curve_table",
    "facts_table",
    "listed",
    "number",
    "plain_table",
    "schema_table",
    "scores_table",
    "share",
    "suggestions_table",
    "sweep_table",
    "tensors_table",
]

MOST_COLUMNS = 20
MOST_TENSORS = 40
NOTHING = "–"
WIDTHS_SHOWN = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32}
BAR = 30  # characters of the longest bar


def number(value: float | None) -> str:
    """Three significant digits, thousands apart.

    Examples
    --------
    >>> number(12345.6), number(0.01234), number(None)
    ('12,346', '0.0123', '–')
    """
    if value is None or value != value:
        return NOTHING
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def share(value: float | None) -> str:
    """A share of one, in percent.

    Examples
    --------
    >>> share(0.1234), share(1.0), share(-0.0001), share(None)
    ('12.3 %', '100 %', '0.0 %', '–')
    """
    if value is None or value != value:
        return NOTHING
    percent = 100 * value
    text = f"{percent:.0f} %" if percent >= 99.95 or percent < -99.5 else f"{percent:.1f} %"
    return text.replace("-0.0 ", "0.0 ")


def schema_table(schema: "Schema") -> Table:
    """What each column is, and which are left out and why.

    Parameters
    ----------
    schema : Schema

    Examples
    --------
    >>> from diabolo import Schema
    >>> from diabolo.frames import Frame
    >>> schema_table(Schema.fit(Frame.of({"age": [31.5, 47.0], "city": ["Bonn", "Rome"]}))).row_count
    2
    """
    found = [(b.names, b.kind, b.describe().removeprefix(f"{len(b.names)} {b.kind}")) for b in schema.columns]
    return columns_table(found, {name: left.why for name, left in schema.excluded.items()})


def columns_table(blocks: Iterable[tuple[Sequence[str], str, str]], left_out: Mapping[str, str]) -> Table:
    """Columns by kind.

    Parameters
    ----------
    blocks : iterable of (names of columns, kind, details)
    left_out : dict
        Why, by column.

    Examples
    --------
    >>> columns_table([(["age"], "continuous", "")], {"id": "looks like an identifier"}).row_count
    2
    """
    table = plain_table("Kind", "Columns", "")
    for names, kind, details in blocks:
        table.add_row(kind, Text(listed(names)), Text(details.strip(" ()")))
    for name, why in left_out.items():
        table.add_row("left out", Text(name), Text(why), style="dim")
    return table


def scores_table(scores: "Scores") -> Table:
    """How each column came through the waist, beside PCA of the same width and the mean row.

    Of many columns the best and the worst kept are shown.

    Parameters
    ----------
    scores : Scores

    Examples
    --------
    >>> from diabolo.evaluate import ColumnScore, Scores
    >>> age = ColumnScore("age", "continuous", 90, "RMSE", "", 2.0, 3.0, 4.0, 1.0, 0.75, 0.44)
    >>> scores_table(Scores((age,), 90, 1, 0.75, 0.44, 0.25, 0.56, 1.0, 8, 8.0, 4.0, 1.0, 1e6)).row_count
    2
    """
    table = plain_table("Column", "Measure")
    for heading in ("Diabolo", "PCA", "Mean", "Kept", "PCA kept"):
        table.add_column(heading, justify="right", no_wrap=True)
    *columns, total = scores.summary(MOST_COLUMNS)
    for column in columns:
        for row in _score_rows(column):
            table.add_row(*row)
    if "left_out" in total:
        table.add_row(f"... {total['left_out']} more", "", style="dim")
    table.add_section()
    for row in _score_rows(total):
        table.add_row(*row)
    return table


def anomalies_table(found: "Anomalies") -> Table:
    """The oddest rows, marked where they lie below the threshold, and what makes them odd.

    Parameters
    ----------
    found : Anomalies

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.evaluate import Anomalies, OddRow
    >>> rows, odd = np.zeros(1, dtype=int), OddRow(0, -9.0, True, ())
    >>> anomalies_table(Anomalies(rows, rows, rows, 0.0, "by hand", (odd,))).row_count
    1
    """
    table = plain_table(("Row", "right"), "Odd", ("Log-likelihood", "right"), "Why: share of its oddness")
    for odd in found.oddest:
        style = "bold" if odd.flagged else ""
        table.add_row(
            f"{odd.row:,}", "yes" if odd.flagged else "no", number(odd.score), Text(odd.why), style=style
        )
    return table


def curve_table(curve: Mapping[int, float], chosen: int) -> Table:
    """Held-out error by width of the code, with the chosen width marked.

    Parameters
    ----------
    curve : dict of int to float
    chosen : int

    Examples
    --------
    >>> curve_table({1: 4.0, 2: 1.0}, 2).row_count
    2
    """
    table = plain_table(("k", "right"), ("Held-out error", "right"), "")
    longest = max(curve.values())
    for k, error in sorted(curve.items()):
        if k in WIDTHS_SHOWN | {chosen - 1, chosen, chosen + 1, max(curve)}:
            bar = "█" * max(1, round(BAR * error / longest)) if longest > 0 else ""
            table.add_row(str(k), number(error), bar + ("  <- chosen" if k == chosen else ""))
    return table


def sweep_table(sweep: "Sweep") -> Table:
    """Error by width, beside PCA and the mean row, with a bar for the model and the suggested widths marked.

    Parameters
    ----------
    sweep : Sweep

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.evaluate import Sweep
    >>> e = np.array([4.0, 1.0])
    >>> sweep_table(Sweep("linear", np.array([1, 2]), e, e * np.nan, e, e * 0 + 8, {}, {}, 90, 10)).row_count
    2
    """
    lines = sweep.table()
    several, checked = len(sweep.seeds) > 1, sweep.separate_error is not None
    model = "PCA" if sweep.model == "linear" else "Diabolo"
    headings = ["k", model, *["±"] * several, *["Alone"] * checked, *["PCA"] * (model != "PCA"), "Mean row"]
    table = plain_table(*((heading, "right") for heading in headings), "")
    for line in lines:
        cells = [str(line["n_components"]), number(line["error"])]
        cells += [number(line["error_std"])] * several + [number(line["separate_error"])] * checked
        cells += [number(line["linear_error"])] * (model != "PCA") + [number(line["baseline_error"])]
        share_left = line["error"] / line["baseline_error"] if line["baseline_error"] else 0.0
        bar = "█" * max(1, min(BAR, round(BAR * share_left)))
        mark = f"  <- {sweep.rule}" if line["n_components"] == sweep.recommended else ""
        table.add_row(*cells, Text(bar + mark))
    return table


def suggestions_table(sweep: "Sweep") -> Table:
    """Each rule with the width it suggests, and what it looks at, in words.

    Parameters
    ----------
    sweep : Sweep

    Examples
    --------
    >>> import numpy as np
    >>> from diabolo.evaluate import Sweep
    >>> e = np.array([4.0, 1.0])
    >>> record = Sweep("linear", np.array([1, 2]), e, e, e, e, {"knee": 2}, {}, 90, 10)
    >>> suggestions_table(record).row_count
    1
    """
    table = plain_table("Rule", ("k", "right"), "What it looks at")
    for line in sweep.suggestions():
        rounded = line["estimate"] in (None, line["k"])
        estimate = "" if rounded else f" ({line['estimate']:.1f} before rounding)"
        chosen = line["rule"] == sweep.rule
        table.add_row(
            line["rule"], str(line["k"]), line["words"] + estimate, style="bold" if chosen else None
        )
    return table


def facts_table(facts: Mapping[str, Any]) -> Table:
    """Names and values, one a line.

    Examples
    --------
    >>> facts_table({"model": "Autoencoder"}).row_count
    1
    """
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, Text(str(value)))
    return table


def tensors_table(tensors: Mapping[str, Mapping[str, Any]]) -> Table:
    """Name, shape, type and checksum of the tensors of a file.

    Examples
    --------
    >>> tensors_table({"w": {"shape": [2, 3], "dtype": "float32", "sha256": "0f3a9c21"}}).row_count
    1
    """
    table = plain_table("Tensor", "Shape", "Type", "SHA-256")
    for name, tensor in list(tensors.items())[:MOST_TENSORS]:
        shape = " x ".join(map(str, tensor["shape"])) or "one number"
        table.add_row(Text(name), shape, tensor["dtype"], tensor["sha256"][:12])
    if len(tensors) > MOST_TENSORS:
        table.add_row(f"... {len(tensors) - MOST_TENSORS} more", style="dim")
    return table


def listed(names: Sequence[str]) -> str:
    """Some names, and how many there are.

    Examples
    --------
    >>> listed(["a", "b"]), listed(["a", "b", "c", "d", "e", "f"])
    ('a, b', 'a, b, c, d, ... (6 in all)')
    """
    return ", ".join(names if len(names) < 6 else [*names[:4], f"... ({len(names)} in all)"])


def plain_table(*headings: str | tuple[str, Any], rows: Iterable[Sequence[str]] = ()) -> Table:
    """A table in the style of all, with lines of text; a heading may come with ``"right"``.

    Examples
    --------
    >>> plain_table("Column", ("Error", "right"), rows=[["age", "0.5"]]).row_count
    1
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for heading in headings:
        name, justify = heading if isinstance(heading, tuple) else (heading, "left")
        table.add_column(name, justify=justify, overflow="ellipsis" if name == "Column" else "fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _score_rows(score: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """One row for the measure, and one for bits or similarity where there are such."""
    measure, unit = score["measure"], score["unit"]
    up = measure in ("accuracy", "PSNR")
    form = share if measure == "accuracy" else number
    values = (*compared(form, score["model"], score["pca"], up=up), form(score["mean"]))
    kept = compared(share, score["kept"], score["pca_kept"], up=True)
    rows: list[tuple[Any, ...]] = [(Text(score["column"]), f"{measure} {unit}".rstrip(), *values, *kept)]
    if score["bits"] is not None:
        rows.append(("", "bits", number(score["bits"]), NOTHING, number(score["mean_bits"]), "", ""))
    if score["ssim"] is not None:
        rows.append(
            ("", "SSIM", *compared(number, score["ssim"], score["pca_ssim"], up=True), NOTHING, "", "")
        )
    return rows


def compared(form: Any, model: float | None, pca: float | None, *, up: bool) -> tuple[Text, Text]:
    """Two values, the better one bold; equal ones are plain.

    Examples
    --------
    >>> [text.plain for text in compared(number, 0.5, None, up=True)]
    ['0.5', '–']
    """
    texts = Text(form(model)), Text(form(pca))
    if model is not None and pca is not None and texts[0].plain != texts[1].plain:
        texts[int((pca > model) == up)].stylize("bold green")
    return texts
