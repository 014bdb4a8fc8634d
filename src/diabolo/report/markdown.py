"""A report as Markdown, for a repository or a terminal."""

from typing import Any

from diabolo.report.blocks import Section
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
    table = [head, rule, *map(_line, report.scores.summary(40))] if report.scores else []
    facts = [f"- {_escaped(name)}: {_escaped(value)}" for name, value in report.training + report.file]
    parts = [
        f"# {_escaped(report.title)}",
        _escaped(report.about),
        "\n".join(f"- {_escaped(sentence)}" for sentence in report.findings),
        *(["\n".join(table)] if table else []),
        *(part for section in report.sections for part in _section(section)),
        "## Beware",
        "\n".join(f"- {_escaped(sentence)}" for sentence in report.caveats),
        "## Training and file",
        "\n".join(facts),
    ]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> list[str]:
    """A question, its answer and its tables."""
    parts = [f"## {_escaped(section.title)}", _escaped(section.headline)]
    for table in section.tables:
        rule = "|".join("--:" if right else "---" for right in table.numbers)
        lines = (f"| {' | '.join(map(_escaped, line))} |" for line in (table.head, *table.lines))
        head, *body = lines
        parts.append("\n".join([head, f"|{rule}|", *body]))
    return parts


def _line(line: dict[str, Any]) -> str:
    """One column."""
    scores = [quantity(line[rival], line["measure"], line["unit"]) for rival in ("model", "pca", "mean")]
    cells = [_escaped(line["column"]), line["kind"], line["measure"], *scores]
    return f"| {' | '.join(cells)} | {percent(line['kept'])} | {percent(line['pca_kept'])} |"


def _escaped(text: str) -> str:
    """Text whose signs mean nothing to Markdown."""
    return " ".join(text.translate(SPECIAL).split())
