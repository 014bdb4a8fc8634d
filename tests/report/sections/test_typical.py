import numpy as np

from diabolo import LinearAutoencoder, maps
from diabolo.frames import Frame
from diabolo.report.sections.typical import typical
from diabolo.report.view import View
from diabolo.report.words import cell


def test_every_labeled_group_has_a_typical_row(of_people: View):
    (table,) = typical(of_people).tables
    cities = sorted({city for city in of_people.labels if city is not None})
    assert table.head == ("Column", *cities)
    lines = {line[0]: line[1:] for line in table.lines}
    rows = Frame.of(maps.prototypes(of_people.model, of_people.frame, "city").rows)
    assert lines["age"] == tuple(cell(age) for age in rows.arrow("age").to_pylist())
    assert lines["city"] == tuple(rows.arrow("city").to_pylist())


def test_digits_are_drawn_decoded_real_and_averaged(of_digits: View):
    decoded, real, averages = typical(of_digits).pictures
    assert [tile.caption for tile in decoded.tiles] == list("0123456789")
    assert [tile.caption for tile in averages.tiles] == list("0123456789")
    rows = [int(tile.caption.removeprefix("row ")) for tile in real.tiles]
    assert [of_digits.labels[row] for row in rows] == list(range(10))
    assert decoded.tiles[0].image != decoded.tiles[1].image


def test_without_labels_the_groups_found_are_shown_beside_real_rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(90, 3))
    X[:30, 0] += 20
    section = typical(View(LinearAutoencoder(2).fit(X), Frame.of(X)))
    assert (
        section.headline
        == "2 groups found without labels have a typical row each: group 1 (60), group 2 (30)."
    )
    (table,) = section.tables
    assert table.head[1::2] == ("group 1", "group 2")
    first, second = (int(head.removeprefix("row ")) for head in table.head[2::2])
    assert first >= 30 > second
    assert table.lines[0][2] == cell(X[first, 0])


def test_few_rows_have_one_typical_row_and_a_real_one_beside(rng: np.random.Generator):
    X = rng.normal(size=(9, 3))
    section = typical(View(LinearAutoencoder(2).fit(X), Frame.of(X)))
    (table,) = section.tables
    assert table.head[:2] == ("Column", "all rows")
    assert np.allclose([float(line[1].replace("−", "-")) for line in table.lines], X.mean(0), atol=1e-2)
    assert "zeros" not in section.headline + section.about
