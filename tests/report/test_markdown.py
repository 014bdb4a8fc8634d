import pytest

from diabolo.report import Report, to_markdown


def test_findings_and_table(of_table: Report):
    text = to_markdown(of_table)
    assert text.count("\n| ") == len(of_table.scores.columns) + 2
    assert all(sentence.split(";")[0][:40] in text for sentence in of_table.findings[:1])


def test_hostile_names_stay_text(of_table: Report):
    text = to_markdown(of_table)
    assert "<script>" not in text
    assert "\\<script\\>" in text


@pytest.mark.parametrize("which", ["of_images", "of_array"])
def test_wide_data_are_summarized(which: str, request: pytest.FixtureRequest):
    assert len(to_markdown(request.getfixturevalue(which)).splitlines()) < 100
