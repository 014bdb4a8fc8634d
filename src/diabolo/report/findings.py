"""What was learned, in sentences: the first lines of a report."""

from diabolo.evaluate import ColumnScore, Scores
from diabolo.models import diagnosis
from diabolo.report.words import number, percent

__all__ = ["findings"]

LITTLE = 0.05  # of a column's variance: as good as lost
MOST_NAMED = 4
SAME = 1e-4  # relative difference from PCA's error: the model is PCA itself
BETTER = 0.98  # of PCA's error: below, the model is better, and not just as good


def findings(scores: Scores, linear_path: str | None = None) -> tuple[str, ...]:
    """Sentences about scores, the headline first.

    Parameters
    ----------
    scores : Scores
    linear_path : str, optional
        What the plan of training says where networks were not clearly better than PCA.

    Examples
    --------
    >>> age = ColumnScore("age", "continuous", 90, "RMSE", "", 2.0, 3.0, 4.0, 1.0, 0.75, 0.44)
    >>> findings(Scores((age,), 90, 1, 0.75, 0.44, 0.25, 0.56, 1.0, 8, 8.0, 4.0, 1.0, 1e6))[0]
    '1 number per row keeps 75 % of the variance of 1 column; PCA of the same size keeps 44 %.'
    """
    sentences = (_headline(scores), _against_pca(scores, linear_path), _columns(scores), _size(scores))
    return tuple(sentence for sentence in sentences if sentence)


def _headline(scores: Scores) -> str:
    k, columns = scores.n_components, len(scores.columns)
    images = columns == 1 and scores.columns[0].kind == "image"
    what = "the images" if images else f"{columns} column{'s' * (columns != 1)}"
    return (
        f"{k} number{'s' * (k != 1)} per {'image' if images else 'row'} keep{'s' * (k == 1)} "
        f"{percent(scores.kept)} of the variance of {what}; "
        f"PCA of the same size keeps {percent(scores.pca_kept)}."
    )


def _against_pca(scores: Scores, linear_path: str | None) -> str:
    if linear_path == diagnosis.IS_PCA:
        return "This model is PCA: networks were not clearly better on the rows that training held out."
    compared = _compared(scores)
    if linear_path != diagnosis.FROM_PCA:
        return compared
    doubt = " Networks alone were not clearly better than PCA in training, so these started from it."
    return f"{compared.partition(':')[0].rstrip('.')}.{doubt}" if compared else doubt.strip()


def _compared(scores: Scores) -> str:
    ratio = scores.error / scores.pca_error if scores.pca_error > 0 else 1.0
    if abs(ratio - 1) < SAME:
        return ""
    if ratio > 1 / BETTER:
        return f"The squared error is {number(ratio)} times that of PCA, the better choice on these rows."
    if ratio > BETTER:
        return "The squared error is that of PCA: what was found in common is linear."
    return f"The squared error is {percent(1 - ratio)} below that of PCA: what was found in common is not all linear."


def _columns(scores: Scores) -> str:
    least = 0.01 * scores.mean_error / len(scores.columns)
    ranked = [c for c in scores.columns if c.kept is not None and c.mean_error > least]
    if len(ranked) < 2:
        return ""
    ranked.sort(key=lambda c: -(c.kept or 0.0))
    lost = [c for c in ranked if (c.kept or 0.0) < LITTLE]
    kept = [c for c in ranked if c not in lost]
    best = f"Best kept: {', '.join(map(_named, kept[:MOST_NAMED]))}." if kept else ""
    more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
    named = ", ".join(c.name for c in lost[::-1][:MOST_NAMED])
    return f"{best}{f' As good as lost: {named}{more}.' if lost else ''}".strip()


def _named(column: ColumnScore) -> str:
    return f"{column.name} ({percent(column.kept)})"


def _size(scores: Scores) -> str:
    return (
        f"A row shrinks from {number(round(scores.bytes_before))} to {number(round(scores.bytes_after))} bytes; "
        f"{number(scores.encode_rows_per_second, 2)} rows are encoded a second."
    )
