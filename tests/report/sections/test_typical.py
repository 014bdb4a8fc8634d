import numpy as np

from diabolo import maps
from diabolo.frames import Frame
from diabolo.report.sections.typical import typical
from diabolo.report.view import View
from diabolo.report.words import cell


def test_every_group_has_a_typical_row(of_people: View):
    (table,) = typical(of_people).tables
    cities = sorted({city for city in of_people.labels if city is not None})
    assert table.head == ("Column", "zero code", *cities)
    lines = {line[0]: line[1:] for line in table.lines}
    rows = Frame.of(maps.prototypes(of_people.model, of_people.frame, "city").rows)
    assert lines["age"][1:] == tuple(cell(age) for age in rows.arrow("age").to_pylist())
    assert lines["city"][1:] == tuple(rows.arrow("city").to_pylist())


def test_digits_are_drawn_decoded_and_averaged(of_digits: View):
    zero, decoded, averages = typical(of_digits).pictures
    assert len(zero.tiles) == 1
    assert [tile.caption for tile in decoded.tiles] == list("0123456789")
    assert [tile.caption for tile in averages.tiles] == list("0123456789")
    assert decoded.tiles[0].image != decoded.tiles[1].image


def test_without_labels_the_zero_code_is_left(of_plane: View):
    (table,) = typical(of_plane).tables
    assert table.head == ("Column", "zero code")
    means = np.asarray(of_plane.frame.numbers()).mean(0)
    assert [float(line[1].replace("−", "-")) for line in table.lines] == [
        float(f"{mean:.4g}") for mean in means
    ] or np.allclose([float(line[1].replace("−", "-")) for line in table.lines], means, atol=1e-3)
