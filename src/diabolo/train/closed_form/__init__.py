"""Closed forms: solutions that linear algebra gives in a pass or two, without a training loop."""

from diabolo.train.closed_form.decompose import ClosedForm, decompose
from diabolo.train.closed_form.gaps import encode_seen, refine
from diabolo.train.closed_form.likelihood import log_likelihood
from diabolo.train.closed_form.moments import Moments, PairwiseMoments
from diabolo.train.closed_form.spectrum import Spectrum, from_few_rows, principal_components
from diabolo.train.closed_form.subspace import subspace_iteration

__all__ = [
    "ClosedForm",
    "Moments",
    "PairwiseMoments",
    "Spectrum",
    "decompose",
    "encode_seen",
    "from_few_rows",
    "log_likelihood",
    "principal_components",
    "refine",
    "subspace_iteration",
]
