"""A report as Markdown, for a repository or a terminal."""

from typing import Any

from diabolo.report.records import Report
from diabolo.report.words import percent, quantity

__all__ = ["to_markdown"]

SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#"})


def to_markdown(report: Report) -> str:
    """The findings, the table of columns and the caveats.

    Parameters
    ----------
    report : Report

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.report import Study
    >>> X = load_digits().data
    >>> to_markdown(Study(LinearAutoencoder(2).fit(X), X[:100], title="Digits").report()).splitlines()[0]
    '# Digits'
    """
    head = "| column | kind | measure | model | PCA | mean row | kept | PCA keeps |"
    rule = "|---|---|---|--:|--:|--:|--:|--:|"
    table = [head, rule, *map(_line, report.scores.summary(40))]
    facts = [f"- {_escaped(name)}: {_escaped(value)}" for name, value in report.training + report.file]
    parts = [
        f"# {_escaped(report.title)}",
        _escaped(report.about),
        "\n".join(f"- {_escaped(sentence)}" for sentence in report.findings),
        "\n".join(table),
        "## Beware",
        "\n".join(f"- {_escaped(sentence)}" for sentence in report.caveats),
        "## Training and file",
        "\n".join(facts),
    ]
    return "\n\n".join(parts) + "\n"


def _line(line: dict[str, Any]) -> str:
    """One column."""
    scores = [quantity(line[rival], line["measure"], line["unit"]) for rival in ("model", "pca", "mean")]
    cells = [_escaped(line["column"]), line["kind"], line["measure"], *scores]
    return f"| {' | '.join(cells)} | {percent(line['kept'])} | {percent(line['pca_kept'])} |"


def _escaped(text: str) -> str:
    """Text whose signs mean nothing to Markdown."""
    return " ".join(text.translate(SPECIAL).split())
