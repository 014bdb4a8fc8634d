"""Start-up stays light: heavy packages are imported when they are used, so `import diabolo` is quick.

The budget in seconds belongs to the benchmarks; here its cause is tested, the same on every machine.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "sklearn", "scipy", "pandas", "polars", "pyarrow", "matplotlib", "PIL", "duckdb", "jinja2"}
COMMAND = """
import contextlib
sys.argv = {!r}
from diabolo.cli import main
with contextlib.suppress(SystemExit):
    main()
"""
STARTS = {
    "import diabolo": "import diabolo",
    "dir(diabolo)": "import diabolo; dir(diabolo)",
    "diabolo --help": COMMAND.format(["diabolo", "--help"]),
    "diabolo fit --help": COMMAND.format(["diabolo", "fit", "--help"]),
}


def imported_by(code: str) -> set[str]:
    code = f"import sys\nsys.path.insert(0, 'src')\n{code}\nprint('\\n', *sorted(sys.modules))"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return {name.split(".")[0] for name in result.stdout.splitlines()[-1].split()}


@pytest.mark.parametrize("start", STARTS)
def test_nothing_heavy_is_imported(start: str):
    assert imported_by(STARTS[start]) & HEAVY == set()


def test_the_check_sees_a_heavy_import():
    assert "scipy" in imported_by("import scipy")
