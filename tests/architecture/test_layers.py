"""The layer contract of the design: imports go down only, layer-mates are strangers."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "diabolo"


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    path = "import sys; sys.path.insert(0, 'src')"
    code = f"{path}; from importlinter.cli import lint_imports_command as lint; lint()"
    command = [sys.executable, "-c", code, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_contract_is_kept():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_an_import_upwards_is_noticed(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for layer in ("columns", "models"):
        package = tmp_path / "src" / "diabolo" / layer
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("")
    (tmp_path / "src" / "diabolo" / "__init__.py").write_text("")
    (tmp_path / "src" / "diabolo" / "columns" / "wrong.py").write_text("import diabolo.models\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    assert "diabolo.columns is not allowed to import diabolo.models" in result.stdout


def test_the_contract_names_every_module():
    contract = (ROOT / "pyproject.toml").read_text().split("[tool.importlinter]")[1]
    named = set(re.findall(r"\((\w+)\)", contract)) | {"__init__", "__main__"}
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    present = packages | {path.stem for path in SOURCE.glob("*.py")}
    assert present <= named
