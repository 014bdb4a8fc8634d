"""Exact torch twins of scikit-learn's linear classifiers and perceptrons, so that they have a gradient."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["twin"]

PROBES = 64  # rows on which a linear twin has to agree


class Affine(nn.Module):
    """x · scale + shift, feature by feature."""

    def __init__(self, scale: Any, shift: Any) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.as_tensor(np.array(scale, dtype=np.float64)))
        self.shift = nn.Parameter(torch.as_tensor(np.array(shift, dtype=np.float64)))

    def forward(self, x: Tensor) -> Tensor:
        """In the precision of the rows."""
        return x * self.scale.to(x.dtype) + self.shift.to(x.dtype)


class Layer(nn.Module):
    """x W + b with scikit-learn's weights (d, h), in the precision of the rows."""

    def __init__(self, weight: Any, bias: Any) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.as_tensor(np.array(weight, dtype=np.float64)))
        self.bias = nn.Parameter(torch.as_tensor(np.array(bias, dtype=np.float64)))

    def forward(self, x: Tensor) -> Tensor:
        """(B, d) -> (B, h)."""
        return x @ self.weight.to(x.dtype) + self.bias.to(x.dtype)


ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "logistic": nn.Sigmoid,
    "identity": nn.Identity,
}


def twin(model: Any) -> nn.Module | None:
    """The network that answers what a fitted classifier of scikit-learn does; None where there is none.

    Parameters
    ----------
    model : classifier
        With ``coef_`` and ``intercept_`` (logistic regression, linear SVM, ridge, SGD, perceptron, LDA), an
        ``MLPClassifier``, or a pipeline of scalers that ends in one of these.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = np.array([[0.0], [1.0]]), [0, 1]
    >>> model = LogisticRegression().fit(X, y)
    >>> answer = twin(model)(torch.tensor(X))[:, 0].detach().numpy()
    >>> bool(np.allclose(answer, model.decision_function(X)))
    True
    """
    kind = type(model).__name__
    if kind == "Pipeline":
        layers = [_scaler(step) for _, step in model.steps[:-1]] + [twin(model.steps[-1][1])]
        return None if any(layer is None for layer in layers) else nn.Sequential(*_present(layers))
    if kind == "MLPClassifier":
        return _perceptron(model)
    weight = getattr(model, "coef_", None)
    if not (isinstance(weight, np.ndarray) and callable(getattr(model, "decision_function", None))):
        return None
    return _linear(model, np.atleast_2d(weight))


def _linear(model: Any, weight: np.ndarray) -> nn.Module | None:
    """The layer W x + b, if that is what the model decides by (support vectors in pairs do not)."""
    layer = Layer(weight.T, np.broadcast_to(model.intercept_, len(weight)))
    probe = np.random.default_rng(0).normal(size=(PROBES, weight.shape[1]))
    with torch.no_grad():
        answer = layer(torch.from_numpy(probe)).numpy()
    decided = np.asarray(model.decision_function(probe)).reshape(len(probe), -1)
    best = answer.argmax(1) if answer.shape[1] > 1 else (answer[:, 0] > 0).astype(int)
    same = decided.shape == answer.shape and np.allclose(decided, answer)
    return layer if same and (model.classes_[best] == model.predict(probe)).all() else None


def _perceptron(model: Any) -> nn.Module:
    """All layers up to the logits."""
    pairs = list(zip(model.coefs_, model.intercepts_, strict=True))
    layers: list[nn.Module] = []
    for place, (weight, bias) in enumerate(pairs):
        layers.append(Layer(weight, bias))
        if place < len(pairs) - 1:
            layers.append(ACTIVATIONS[model.activation]())
    return nn.Sequential(*layers)


def _scaler(step: Any) -> nn.Module | None:
    """A scaler as an affine map."""
    kind = type(step).__name__
    if kind == "StandardScaler":
        scale = 1 / step.scale_ if step.with_std else 1.0
        return Affine(scale, -(step.mean_ if step.with_mean else 0.0) * scale)
    if kind == "MinMaxScaler" and not step.clip:
        return Affine(step.scale_, step.min_)
    if kind == "MaxAbsScaler":
        return Affine(1 / step.scale_, 0.0)
    if kind == "RobustScaler":
        scale = 1 / step.scale_ if step.with_scaling else 1.0
        return Affine(scale, -(step.center_ if step.with_centering else 0.0) * scale)
    return None


def _present(layers: list[nn.Module | None]) -> list[nn.Module]:
    return [layer for layer in layers if layer is not None]
