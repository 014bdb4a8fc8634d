from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diabolo import LinearAutoencoder, maps
from diabolo.data.samples import digits
from diabolo.errors import OutputExistsError
from diabolo.report.strips import strips_figure, write_strips


@pytest.fixture(scope="module")
def found() -> maps.Traversals:
    return maps.traverse(LinearAutoencoder(3).fit(digits()), 0, values=[-100.0, 0.0, 1.0], X=digits())


def test_a_line_per_dimension_and_a_heat_map(found: maps.Traversals):
    figure = strips_figure(list(found))
    assert len(figure.axes) == 3 * 4
    labels = [axes.get_xlabel() for axes in figure.axes]
    assert labels.count("far from data") == 3
    shown = figure.axes[1].images[0].get_array()
    np.testing.assert_allclose(shown, found[0].strip[1, 0])


def test_color_images_are_shown_in_color():
    rows = np.random.default_rng(0).integers(0, 256, (30, 6, 5, 3), dtype=np.uint8)
    found = maps.traverse(LinearAutoencoder(2).fit(rows), 0, [0], X=rows)
    assert strips_figure(list(found)).axes[0].images[0].get_array().shape == (6, 5, 3)


def test_the_file_is_written_whole_or_not_at_all(found: maps.Traversals, tmp_path: Path):
    path = tmp_path / "z.png"
    write_strips(list(found), path)
    with Image.open(path) as picture:
        assert picture.width > picture.height > 100
    with pytest.raises(OutputExistsError):
        write_strips(list(found), path)
    write_strips(list(found), path, overwrite=True)
