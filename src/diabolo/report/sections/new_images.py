"""Images that the model makes up, and the nearest real ones."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from diabolo import evaluate
from diabolo.columns import Image
from diabolo.evaluate import ImageScores
from diabolo.frames import Frame
from diabolo.models.sampling import Samples
from diabolo.neighbors import search
from diabolo.report.blocks import Section, Strip, Table, Tile
from diabolo.report.pixels import data_uri
from diabolo.report.view import View
from diabolo.report.words import number, percent

__all__ = ["new_images"]

ROWS = 2000  # made and judged
FEWEST_ROWS = 40
SHOWN = 12
COMPONENTS = 32  # in which images are compared
WORDS = {"frechet": "Fréchet distance", "kid": "Kernel distance", "kid_sd": "its deviation over subsets"}


def new_images(view: View) -> Section | None:
    """New images of a model that makes some, each above the nearest real one; None for other models and few rows.

    Parameters
    ----------
    view : View

    Examples
    --------
    >>> from diabolo import LinearAutoencoder
    >>> from diabolo.data.samples import digits
    >>> new_images(View(LinearAutoencoder(2).fit(digits()), Frame.of(digits()))) is None
    True
    """
    if view.image is None or not isinstance(view.model, Samples) or len(view.frame) < FEWEST_ROWS:
        return None
    made = Frame.decoded(view.model.sample(min(ROWS, len(view.frame)), random_state=0))
    test, new = (view.image.to_tensor(frame)[0] for frame in (view.frame, made))
    flat = test.flatten(1).numpy(), new.flatten(1).numpy()
    scores = evaluate.image_generation(*flat, encoder=_components(test.flatten(1)))
    known = test if view.train is None else view.image.to_tensor(view.train)[0]
    trained = "" if view.train is None else " that the model was fitted with"
    return Section(
        "new-images",
        "New images",
        _headline(scores),
        f"{number(scores.rows)} images on either side, compared in {scores.features} principal components of the pixels. "
        f"Below each new image is the nearest of {number(len(known))} real ones{trained}.",
        _strips(view.image, new[:SHOWN], known),
        (_table(scores),),
    )


def _headline(scores: ImageScores) -> str:
    made, best = scores.generated, scores.real
    return (
        f"The Fréchet distance of new images from real ones is {number(made.frechet)}, where as many real ones have "
        f"{number(best.frechet)}; {percent(made.coverage)} of real images have a new one nearby "
        f"({percent(best.coverage)} another real one)."
    )


def _components(pixels: Tensor) -> Callable[[np.ndarray], np.ndarray]:
    """Principal components of pixels as an encoder."""
    center = pixels.mean(0)
    _, _, axes = torch.linalg.svd(pixels - center, full_matrices=False)
    axes = axes[:COMPONENTS].T
    return lambda rows: ((torch.from_numpy(rows) - center) @ axes).numpy()


def _strips(image: Image, new: Tensor, known: Tensor) -> tuple[Strip, ...]:
    """New images, and the real one nearest to each by its pixels."""
    near = known[search(new.flatten(1), 1, among=known.flatten(1))[1][:, 0]]
    return _strip("New images", image, new), _strip("Nearest real images", image, near)


def _strip(title: str, image: Image, pixels: Tensor) -> Strip:
    uris = [data_uri(one, image.low, image.high) for one in pixels.numpy()]
    return Strip(title, tuple(Tile(uri, "", f"{title.lower()}, number {i}") for i, uri in enumerate(uris)))


def _table(scores: ImageScores) -> Table:
    lines = tuple(
        (WORDS.get(line["measure"], str(line["measure"])), number(line["generated"]), number(line["real"]))
        for line in scores.table()
    )
    return Table(("Measure", "New images", "Real images"), lines, (False, True, True))
