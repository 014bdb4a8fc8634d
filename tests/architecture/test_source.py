"""Size, names and safety of the source: each file and function stays small enough to be held in mind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "diabolo"
FILES = sorted(SOURCE.rglob("*.py"))
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
VAGUE_MODULE = re.compile(r"_*(utils?|utilities|helpers?|common|managers?|misc|tools?|stuff)")
VAGUE_CLASS = re.compile(r".*(Manager|Helper|Handler|Utils?)")
RUNS_CODE = {"eval", "exec", "compile", "__import__"}
PICKLES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
Function = ast.FunctionDef | ast.AsyncFunctionDef

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def code_lines(function: Function, text: list[str]) -> int:
    """Lines of a function without its docstring, comments and blank lines."""
    lines = set(range(function.lineno, (function.end_lineno or 0) + 1))
    if ast.get_docstring(function) is not None:
        lines -= set(range(function.body[0].lineno, (function.body[0].end_lineno or 0) + 1))
    return sum(bool(text[i - 1].strip()) and not text[i - 1].strip().startswith("#") for i in lines)


def dangers(tree: ast.Module, may_import_by_name: bool) -> Iterator[str]:
    """Calls and imports that could run code out of a file."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in RUNS_CODE:
                yield f"line {node.lineno}: {name}()"
            case ast.Attribute(value=ast.Name(id="torch"), attr="load" | "save" | "package"):
                yield f"line {node.lineno}: torch.{node.attr}"
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                yield f"line {node.lineno}: allow_pickle=True"
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name == "import_module":
                if not (may_import_by_name or isinstance(node.args[0], ast.Constant)):
                    yield f"line {node.lineno}: import_module of a computed name"
            case ast.Import(names=names) if PICKLES & {alias.name.split(".")[0] for alias in names}:
                yield f"line {node.lineno}: import of a pickle"
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in PICKLES:
                yield f"line {node.lineno}: import from a pickle"


@each_file
def test_files_are_short(path: Path):
    lines = sum(bool(line.strip()) for line in path.read_text().splitlines())
    assert lines < MAX_FILE_LINES


@each_file
def test_functions_are_short(path: Path):
    text = path.read_text()
    lengths = {node.name: code_lines(node, text.splitlines()) for node in functions(ast.parse(text))}
    assert {name: n for name, n in lengths.items() if n >= MAX_FUNCTION_LINES} == {}


@each_file
def test_modules_and_classes_have_telling_names(path: Path):
    assert not VAGUE_MODULE.fullmatch(path.stem)
    assert not any(VAGUE_MODULE.fullmatch(part) for part in path.relative_to(SOURCE).parts)
    classes = [node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if VAGUE_CLASS.fullmatch(name)] == []


@each_file
def test_nothing_runs_code_out_of_a_file(path: Path):
    # The lazy packages look their own table of names up; `frames` imports the optional packages of its table.
    may_import_by_name = path.name == "__init__.py"
    assert list(dangers(ast.parse(path.read_text()), may_import_by_name)) == []


@each_file
def test_every_module_says_what_it_is_for(path: Path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)) or not text.strip()


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "exec('pass')",
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "np.load(path, allow_pickle=True)",
        "importlib.import_module(manifest['model'])",
    ],
)
def test_the_scan_sees(code: str):
    assert len(list(dangers(ast.parse(code), may_import_by_name=False))) == 1


def test_docstrings_and_comments_are_no_code():
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    # why\n\n    return 1\n'
    assert code_lines(next(functions(ast.parse(text))), text.splitlines()) == 2
