import pytest

from diabolo.report import Report, to_markdown


def test_findings_and_table(of_table: Report):
    text = to_markdown(of_table)
    table = text.partition("\n## ")[0]
    assert table.count("\n| ") == len(of_table.scores.columns) + 2
    assert all(sentence.split(";")[0][:40] in text for sentence in of_table.findings[:1])


def test_hostile_names_stay_text(of_table: Report):
    text = to_markdown(of_table)
    assert "<script>" not in text
    assert "\\<script\\>" in text


def test_every_section_is_asked_and_answered(of_table: Report):
    text = to_markdown(of_table)
    assert len(of_table.sections) >= 5
    for section in of_table.sections:
        _, _, told = text.partition(f"\n## {section.title}\n")
        lines = told.partition("\n## ")[0].count("\n|")
        assert lines == sum(len(table.lines) + 2 for table in section.tables)


@pytest.mark.parametrize("which", ["of_images", "of_array"])
def test_wide_data_are_summarized(which: str, request: pytest.FixtureRequest):
    assert len(to_markdown(request.getfixturevalue(which)).splitlines()) < 200
