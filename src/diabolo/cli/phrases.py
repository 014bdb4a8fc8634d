"""Messages of the library in the words of the command line: options instead of parameters."""

import re

__all__ = ["spoken"]

OPTIONS = {
    "balance": "--balance",
    "batch_size": "--batch-size",
    "check": "--check",
    "dim": "--dim",
    "held_out": "--test",
    "learning_rate": "--learning-rate",
    "max_epochs": "--epochs",
    "method": "--method",
    "model": "--model",
    "n_components": "-k",
    "n_jobs": "--jobs",
    "ordered": "--ordered",
    "penalty": "--penalty",
    "query": "--query",
    "random_state": "--seed",
    "row": "--row",
    "run_dir": "--run-dir",
    "seeds": "--seeds",
    "size": "--size",
    "threshold": "--threshold",
    "values": "--values",
}
"""Parameters of the library, each with the option that sets it."""

PHRASES = {
    r"schema=\{name: kind\}": "--kind NAME=KIND",
    r"with schema=\{.*?\}\}, or 'month' \(at the command line (.*?)\)": r"with \1",
    r", a mapping with one of these as 'kind' and its options, or None to leave the column out": (
        "; --exclude leaves it out"
    ),
    r"choose 'categorical' or None for it": "say --kind NAME=categorical or --exclude NAME",
    r"the option order='day' or order='month'": "--kind NAME=datetime:day or NAME=datetime:month",
    r"with corruption=\.\.\. or penalty=\.\.\., or insist with allow_overcomplete=True": (
        "with --penalty neighbors or --penalty sparsity"
    ),
    r", which are dim=0 to dim=\d+": "",
    r"\(-1, None and NaN mean that a row has no label\)": "(a row with an empty label has none)",
    r"[Ff]it it with condition=\[[^]]*\], or (fit )?a MaskedAutoencoder": "fit one with --model masked",
    r"given=\{.*?\} is not possible: (.*?\.) MaskedAutoencoder keeps any condition, Flow those .*?\.": (
        r"--given and --balance are not possible: \1 Fit one with --model masked, which can be told any column."
    ),
    r"give 0 to 1, or None": "give a number from 0 to 1",
    r"allow it to be replaced \(overwrite=True, --force on the command line\)": "replace it with --force",
    r"np\.str_\(('[^']*'|\"[^\"]*\")\)": r"\1",
    r" \(n_features = (\d+)\)": r" (\1)",
}
"""What no single option says: patterns and what stands for them."""

FIRST = re.compile(r"^[A-Z](?=[a-z]* )")  # of an ordinary word: it follows "error: " or "note: "
GIVEN = re.compile(rf"(?<![\w-])({'|'.join(OPTIONS)})=('[^']*'|\"[^\"]*\"|\.\.\.|\[[^]]*\]|[^\s,;:)]+)")


def spoken(text: str) -> str:
    """A message of the library with options where it has parameters, to go on with after a colon.

    Parameters
    ----------
    text : str

    Examples
    --------
    >>> spoken("n_components=50 is too wide; give model='linear', or check=...")
    '-k 50 is too wide; give --model linear, or --check'
    """
    for pattern, words in PHRASES.items():
        text = re.sub(pattern, words, text)
    return GIVEN.sub(_option, FIRST.sub(lambda word: word[0].lower(), text))


def _option(found: re.Match[str]) -> str:
    """One parameter with its value as option."""
    option, value = OPTIONS[found[1]], found[2].strip("'\"")
    return option if value in ("...", "True") else f"{option} {value}"
