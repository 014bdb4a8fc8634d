"""The tests mirror the source: where a module lives, its test lives too, and no test outlives its module."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "diabolo"
TESTS = ROOT / "tests"
# Folders that look at the house as a whole.
CROSSWISE = {"architecture", "contracts", "docs", "e2e", "engines", "golden"}

MODULES = sorted(path for path in SOURCE.rglob("*.py") if not path.stem.startswith("__"))
TEST_FILES = sorted(
    path for path in TESTS.rglob("test_*.py") if path.relative_to(TESTS).parts[0] not in CROSSWISE
)


def modules_of(path: Path) -> set[Path]:
    """The modules a test may be about: its namesake or, for `test_<module>_<aspect>.py`, the first part."""
    words = path.stem.removeprefix("test_").split("_")
    folder = SOURCE / path.parent.relative_to(TESTS)
    names = ["_".join(words[: i + 1]) for i in range(len(words))]
    return {folder / f"{name}.py" for name in names} | {folder / f"_{name}.py" for name in names}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_module_has_a_test(path: Path):
    assert any(path in modules_of(test) for test in TEST_FILES)


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_every_test_has_a_module(path: Path):
    package = SOURCE / path.parent.relative_to(TESTS)
    about_package = path.stem == f"test_{package.name}" and (package / "__init__.py").is_file()
    assert about_package or any(module.is_file() for module in modules_of(path))
