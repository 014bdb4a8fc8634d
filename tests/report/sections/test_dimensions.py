import pytest

from diabolo import maps
from diabolo.report.blocks import Heat, Strip
from diabolo.report.sections.dimensions import dimensions
from diabolo.report.view import View


def test_the_dimension_that_does_most_comes_first(of_people: View):
    section = dimensions(of_people)
    found = maps.dimensions(of_people.model, codes=of_people.codes)
    (table,) = section.tables
    assert [line[0] for line in table.lines] == [found.names[j] for j in found.order]
    assert section.headline.startswith(table.lines[0][0])
    assert all(line[2] for line in table.lines)


def test_shades_are_shares_of_the_largest(of_people: View):
    (heat,) = dimensions(of_people).pictures
    assert isinstance(heat, Heat)
    assert max(max(line) for line in heat.values) == pytest.approx(1.0)
    assert len(heat.values) == len(heat.rows)
    assert {len(line) for line in heat.values} == {len(heat.columns)}


def test_idle_dimensions_are_folded(of_plane: View):
    section = dimensions(of_plane)
    assert "1 of 3 dimensions do next to nothing" in section.headline
    assert len(section.tables[0].lines) == 2


def test_images_have_a_strip_per_dimension_in_the_order_of_the_table(of_digits: View):
    section = dimensions(of_digits)
    assert all(isinstance(picture, Strip) for picture in section.pictures)
    assert [strip.title for strip in section.pictures] == [line[0] for line in section.tables[0].lines]
    assert {len(strip.tiles) for strip in section.pictures} == {8}
    assert all(tile.image.startswith("data:image/png") for tile in section.pictures[0].tiles)
