# Everything here needs only Python 3.11 with venv and pip; what else it needs it installs into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint bench pictures clean

demo: $(VENV)/.installed
	$(BIN)/stanch demo

# Compiled once, and not anew by each of the many processes.
test: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.developing
	$(BIN)/python -m pytest -n 4 --dist loadgroup $(ARGS)

lint: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.developing
	$(BIN)/python -m bench

pictures: $(VENV)/.developing
	$(BIN)/python -m docs.draw

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[sandbox]'
	@touch $@

$(VENV)/.developing: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -c constraints.txt -e '.[sandbox,dev]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
