import pytest

from diabolo.cli.arguments import choices, number_or_auto
from diabolo.errors import ParameterError


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [("auto", int, "auto"), ("1", int, 1), ("64", int, 64), ("1e-3", float, 0.001), ("2", float, 2.0)],
)
def test_a_number_or_auto(text: str, kind: type, expected: object):
    value = number_or_auto("--x", text, kind)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("kind", [int, float])
@pytest.mark.parametrize("text", ["0", "-1", "two", "", "nan", "inf", "Auto"])
def test_anything_else_is_refused(text: str, kind: type):
    with pytest.raises(ParameterError, match=r"-k .*not allowed.*'auto'"):
        number_or_auto("-k", text, kind)


def test_half_a_dimension_is_refused():
    with pytest.raises(ParameterError, match="whole number"):
        number_or_auto("-k", "1.5")


@pytest.mark.parametrize(
    ("kinds", "excluded", "expected"),
    [
        ([], [], {}),
        (["zip=categorical"], [], {"zip": "categorical"}),
        (["born=datetime:day"], [], {"born": {"kind": "datetime", "order": "day"}}),
        (["born=datetime"], [], {"born": "datetime"}),
        (["a=b=count"], ["note"], {"a=b": "count", "note": None}),
    ],
)
def test_choices(kinds: list[str], excluded: list[str], expected: dict[str, object]):
    assert choices(kinds, excluded) == expected


@pytest.mark.parametrize(("kinds", "excluded"), [(["zip"], []), (["=count"], []), (["zip=count"], ["zip"])])
def test_choices_that_contradict_or_say_nothing(kinds: list[str], excluded: list[str]):
    with pytest.raises(ParameterError, match="--kind"):
        choices(kinds, excluded)
