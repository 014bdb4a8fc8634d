import pytest

from diabolo.cli.fit import fit
from diabolo.cli.phrases import OPTIONS, spoken

SAID = {
    "column 'a' is empty: left out. Force one in with schema={name: kind}.": (
        "column 'a' is empty: left out. Force one in with --kind NAME=KIND."
    ),
    "threshold=3.0 is not a probability: give 0 to 1, or None.": (
        "--threshold 3.0 is not a probability: give a number from 0 to 1."
    ),
    "all labels are np.str_('Bonn'): there is one class": "all labels are 'Bonn': there is one class",
    "there is no dimension '7': this model has 2, z1 to z2, which are dim=0 to dim=1.": (
        "there is no dimension '7': this model has 2, z1 to z2."
    ),
    "model='foo' is not one of autoencoder, linear.": "--model foo is not one of autoencoder, linear.",
    "check=... compares: give model='ordered' with it.": "--check compares: give --model ordered with it.",
    "say what comes first with schema={'d': {'kind': 'datetime', 'order': 'day'}}, or 'month' (at the command line "
    "--kind d=datetime:day or datetime:month), or else": (
        "say what comes first with --kind d=datetime:day or datetime:month, or else"
    ),
    "this VAE cannot be told what 'a' is to be: fit it with condition=[...], or fit a MaskedAutoencoder, which can be told "
    "any column.": "this VAE cannot be told what 'a' is to be: fit one with --model masked, which can be told any column.",
    "given={'sex': 'Male'} is not possible: a GAN makes rows as they come. MaskedAutoencoder keeps any condition, Flow "
    "those on the columns it was told to learn as such.": (
        "--given and --balance are not possible: a GAN makes rows as they come. Fit one with --model masked, which can be "
        "told any column."
    ),
    "Column 'a' holds text.": "column 'a' holds text.",
    "LinearAutoencoder needs rows": "LinearAutoencoder needs rows",
    "PCA is exact": "PCA is exact",
    "balance='age' needs a column of levels": "--balance age needs a column of levels",
    "column 'k=3' and x_model=2 stay.": "column 'k=3' and x_model=2 stay.",
}


@pytest.mark.parametrize("text", SAID)
def test_messages_name_options(text: str):
    assert spoken(text) == SAID[text]


def test_parameters_of_fit_have_options_of_that_name():
    for name in ("size", "ordered", "penalty", "batch_size", "learning_rate"):
        assert OPTIONS[name] == f"--{name.replace('_', '-')}"
        assert name in fit.__annotations__
