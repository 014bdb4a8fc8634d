import dataclasses

import pytest

from diabolo.report import Report


def test_reports_are_frozen(of_table: Report):
    with pytest.raises(dataclasses.FrozenInstanceError):
        of_table.title = "other"  # type: ignore[misc]


@pytest.mark.parametrize("which", ["of_table", "of_images"])
def test_json_has_every_field_as_plain_values(which: str, request: pytest.FixtureRequest):
    report = request.getfixturevalue(which)
    plain = report.to_json()
    assert set(plain) == {field.name for field in dataclasses.fields(Report)}
    assert plain["gallery"]["groups"][0]["examples"][0]["row"] == report.gallery.groups[0].examples[0].row
    assert plain["scores"]["columns"][0]["name"] == report.scores.columns[0].name
