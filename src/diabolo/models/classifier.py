r"""Classifiers: a network from rows of any kind to one of some classes.

    min  Σ_rows  −log p(label | row),      p = softmax(net(row))

Numbers, levels, dates, gaps and pixels are read as every model of Diabolo reads them, so one call serves tables, arrays and
images. The weights kept are those with the least log loss on held-out rows, and training stops where these no longer gain.

Use it where every row has a label; from few labels :class:`~diabolo.models.SemiSupervisedClassifier` makes more. For a
classifier that small changes of the row do not fool there is :class:`~diabolo.models.RobustClassifier`. Shapes: x (B,
features) -> logits (B, C).

References
----------
Bridle, "Probabilistic interpretation of feedforward classification network outputs", Neurocomputing 1990.
"""

from pathlib import Path
from typing import Any, Self

from torch import Tensor

from diabolo.models import specs
from diabolo.models.codec import Architecture
from diabolo.models.logits import Logits
from diabolo.models.supervised import Classification, Supervised
from diabolo.models.training import Material
from diabolo.terms import Corruption
from diabolo.train import Objective, Trainer

__all__ = ["Classifier"]


class Classifier(Supervised):
    """Learns the class of a row, for tables, arrays and images.

    Minimizes −log p(label | row) (see the module's text).

    Parameters
    ----------
    architecture : "auto", Dense, Conv or Modules
        The network; ``auto`` by kind of data and ``size``. Of a pair the encoder is used, as wide as there are classes:
        ``Modules(net)`` takes any network of yours.
    size : {"small", "base", "large"}
        The one dial behind everything automatic.
    corruption : Corruption, optional
        Damage to the rows in training (:mod:`diabolo.terms`), against over-fitting.
    threshold : float, optional
        A row whose best class is less probable is left open by ``predict``.
    max_epochs, batch_size, learning_rate : number or "auto"
        The plan of training; what was chosen stands in ``history_.plan``.
    random_state : int, RandomState or None
        An int gives bitwise equal results on one machine.
    device : str
        ``auto``: a GPU where there is one.
    trainer : Trainer, optional
        Everything else about training.

    Attributes
    ----------
    classes_ : ndarray of shape (C,)
    net_ : Logits
        The network.
    history_ : History
        With the accuracy on held-out rows in the ``measures`` of each epoch.
    architecture_ : Architecture

    Raises
    ------
    LabelError
        Labels that do not fit: another number than rows, one class, rows without one.
    ParameterError, DataError
        Anything else that cannot be; the message says what to do.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", Neurocomputing 1990.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> model = Classifier(max_epochs=30, random_state=0).fit(X, y)
    >>> round(model.score(X, y), 1)
    1.0
    """

    def __init__(
        self,
        *,
        architecture: Architecture | str = "auto",
        size: str = "base",
        corruption: Corruption | None = None,
        threshold: float | None = None,
        max_epochs: int | str = "auto",
        batch_size: int | str = "auto",
        learning_rate: float | str = "auto",
        random_state: Any = None,
        device: str = "auto",
        trainer: Trainer | None = None,
    ) -> None:
        self.architecture = architecture
        self.size = size
        self.corruption = corruption
        self.threshold = threshold
        self.max_epochs = max_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state
        self.device = device
        self.trainer = trainer

    def fit(self, X: Any, y: Any, *, schema: Any = None, run_dir: str | Path | None = None) -> Self:
        """Learn schema and network.

        Parameters
        ----------
        X : table, array, tensor or images
        y : array-like of shape (n,), or str
            A label for each row; or the column of ``X`` that holds it, which is then not learned from.
        schema : Schema, dict or path, optional
            What columns are, where the automatic choice is to be overruled.
        run_dir : path, optional
            Folder for checkpoints: the same call goes on where a killed run was. Needs a ``random_state``.
        """
        specs.check_spec("corruption", self.corruption, Corruption, "a value from diabolo.terms")
        self._train(X, y, schema, run_dir)
        return self

    def objective(self, net: Logits, labels: Tensor, material: Material) -> Objective:  # noqa: ARG002
        """−log p(label | row)."""
        if self.corruption is not None:
            self.corruption.check(self.schema_)
        return Classification(net, labels, self.corruption)
