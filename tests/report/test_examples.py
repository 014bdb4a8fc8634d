import numpy as np
import pytest

from diabolo import LinearAutoencoder
from diabolo.frames import Frame
from diabolo.report import Report, Study
from diabolo.report.examples import change
from diabolo.report.html import to_html


@pytest.mark.parametrize(
    ("before", "after", "error", "found"),
    [
        ("–", "1", 0, "filled"),
        ("1", "1", 9, ""),
        ("1", "2", 0.2, ""),
        ("1", "2", 0.3, "changed"),
        ("a", "b", 1, "lost"),
    ],
)
def test_change(before: str, after: str, error: float, found: str):
    assert change(before, after, error, 1.0) == found


def test_groups_are_in_order_and_share_no_row(of_table: Report):
    best, typical, worst = of_table.gallery.groups
    errors = [[example.error for example in group.examples] for group in (best, typical, worst)]
    assert max(errors[0]) <= min(errors[1]) <= max(errors[1]) <= min(errors[2])
    assert errors[2] == sorted(errors[2], reverse=True)
    rows = [example.row for group in of_table.gallery.groups for example in group.examples]
    assert len(rows) == len(set(rows)) == 11


def test_cells_are_the_table_and_its_reconstruction(table, of_table: Report):
    place = of_table.gallery.columns.index("city")
    for group in of_table.gallery.groups:
        for example in group.examples:
            shown = example.cells[place]
            assert table["city"][example.row].startswith(shown.before.rstrip("…"))
            assert (shown.change == "") == (shown.before == shown.after)


def test_gaps_are_filled(of_table: Report, table):
    place = of_table.gallery.columns.index("<script>alert('x')</script>")
    cells = {e.row: e.cells[place] for group in of_table.gallery.groups for e in group.examples}
    assert {row % 7 == 0 for row, shown in cells.items() if shown.change == "filled"} <= {True}
    assert all(shown.after != "–" for shown in cells.values())


def test_wide_tables_show_the_columns_that_changed(of_array: Report):
    assert len(of_array.gallery.columns) == 12
    assert of_array.gallery.left_out == 772


def test_images_come_in_three(of_images: Report):
    assert of_images.gallery.columns == ()
    for group in of_images.gallery.groups:
        assert len(group.examples) == 8
        assert all(uri.startswith("data:image/png;base64,") for e in group.examples for uri in e.images)
        assert {len(e.images) for e in group.examples} == {3}


@pytest.mark.parametrize("rows", [2, 3, 5, 11])
def test_few_rows_are_enough(rows: int, rng: np.random.Generator):
    X = rng.normal(size=(40, 3))
    report = Study(LinearAutoencoder(2).fit(X), X[:rows]).report()
    shown = [example.row for group in report.gallery.groups for example in group.examples]
    assert 1 <= len(shown) == len(set(shown)) <= rows


def named(rows: np.ndarray) -> Frame:
    return Frame.of(
        {
            "key": [f"person {i}" for i in range(60)],
            "x": np.arange(60.0) ** 2 % 17,
            "y": np.arange(60.0) * 7 % 13,
            "size": np.arange(60.0) % 5 + 0.5,
        }
    ).take(rows)


@pytest.mark.filterwarnings("ignore::diabolo.errors.IdentifierColumnWarning")
def test_rows_are_numbered_and_named_as_in_the_data_that_came():
    rows = np.arange(3, 60, 4)
    frame = named(rows).take(np.arange(1, 15, 2))  # a part of a part
    report = Study(LinearAutoencoder(1).fit(named(np.arange(60))), frame).report()
    shown = [example for group in report.gallery.groups for example in group.examples]
    assert {example.row for example in shown} <= set(rows[1::2].tolist())
    assert report.gallery.key == "key"
    assert [example.name for example in shown] == [f"person {example.row}" for example in shown]
    page = to_html(report)
    assert "numbered as in your data, the first being 0, with their key beside" in page
    assert f"{shown[0].row} <small>{shown[0].name}</small>" in page


def test_rows_without_a_name(of_table: Report, of_images: Report):
    for report in (of_table, of_images):
        assert report.gallery.key == ""
        assert "the first being 0." in to_html(report)


@pytest.mark.filterwarnings("ignore::diabolo.errors.IdentifierColumnWarning")
def test_a_column_that_is_not_there_names_nothing():
    model = LinearAutoencoder(1).fit(named(np.arange(60)))
    frame = Frame.of({name: named(np.arange(9)).arrow(name) for name in ("x", "y", "size")})
    assert Study(model, frame).report().gallery.key == ""
