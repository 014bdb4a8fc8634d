"""`diabolo evaluate`: how much of other rows survives."""

from diabolo.cli import arguments, inputs
from diabolo.cli.judging import judge, show_scores
from diabolo.cli.terminal import Terminal

__all__ = ["evaluate"]


def evaluate(
    model: arguments.Model, data: arguments.Data, query: arguments.Query = None, json: arguments.Json = False
) -> None:
    """Say how well rows are rebuilt, column by column, beside PCA of the same width and the mean row.

    Give rows that the model has not seen: on its training rows every model looks better than it is.

    Examples
    --------
    >>> from diabolo.cli import main
    >>> main(["evaluate", "nowhere.diabolo", "people.csv"])
    2
    """
    terminal = Terminal(machine=json)
    fitted = inputs.load(model, terminal)
    frame = inputs.read(data, query, terminal)
    with terminal.working("judging"):
        scores = judge(fitted, frame)
    show_scores(scores, terminal)
    terminal.answer(scores.to_json())
