import numpy as np

from diabolo import LinearAutoencoder
from diabolo.frames import Frame
from diabolo.report.sections.oddities import oddities
from diabolo.report.view import View


def test_the_odd_row_comes_first_with_its_column():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2)) @ rng.normal(size=(2, 5)) + 0.01 * rng.normal(size=(100, 5))
    X[42, 3] += 30
    (table,) = oddities(View(LinearAutoencoder(2).fit(np.delete(X, 42, 0)), Frame.of(X))).tables
    assert table.lines[0][0] == "42"
    assert table.lines[0][2] == "yes"
    assert table.lines[0][3].startswith("x3")


def test_rows_keep_the_numbers_of_the_data_that_came(of_people: View):
    part = of_people.frame.take(np.arange(100, 200))
    (table,) = oddities(View(of_people.model, part)).tables
    assert all(100 <= int(line[0]) < 200 for line in table.lines)


def test_odd_images_are_shown(of_digits: View):
    section = oddities(of_digits)
    assert len(section.pictures[0].tiles) == len(section.tables[0].lines)
