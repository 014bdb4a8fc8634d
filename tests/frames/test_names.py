import pytest

from diabolo.frames.names import listed, meant


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        ("Stadtt", ["Name", "Stadt"], "did you mean 'Stadt'? "),
        ("STADT", ["Name", "Stadt"], "did you mean 'Stadt'? "),
        ("Stadt", [], ""),
        ("zip", ["Name", "Stadt"], ""),
        (3, ["Name", 3], ""),
    ],
)
def test_the_nearest_name_is_asked_after(name: object, names: list, expected: str):
    assert meant(name, names) == expected


def test_of_many_names_the_number_is_told():
    assert listed("abc", 3) == "'a', 'b', 'c'"
    assert listed("abcd", 3) == "'a', 'b', 'c', ... (4 in all)"
