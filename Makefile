# The two commands of the README are `make demo` and `make test`; the others are for people who work on Diabolo.
PYTHON ?= python3
VENV := .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
PIP_INSTALL = -m pip install --quiet -c constraints.txt

.PHONY: demo test slow bench lint types format wheel clean

demo: $(VENV)/.installed
	$(BIN)/diabolo demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow

bench: $(VENV)/.installed-dev $(PEERS)/.installed
	$(BIN)/python -m benchmarks --peers $(PEERS)/bin/python $(BENCH)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types: $(VENV)/.installed-dev
	$(BIN)/pyright --pythonpath $(BIN)/python

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

wheel: $(VENV)/.installed-dev
	$(BIN)/python -m build --wheel --outdir dist

clean:
	rm -rf $(VENV) $(PEERS) build dist demo

# The stamps: an interrupted installation leaves no stamp, so the next call repeats it. The installation is editable,
# so that a change of the source needs no new one.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@echo "installing Diabolo and its pinned dependencies into $(VENV) (a few minutes the first time)"
	$(BIN)/python $(PIP_INSTALL) -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python $(PIP_INSTALL) -e ".[dev]"
	touch $@

# The peers of the benchmark never enter Diabolo's own environment.
$(PEERS)/.installed: $(wildcard benchmarks/contestants/*-requirements.txt)
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet $(addprefix -r ,$^)
	touch $@
