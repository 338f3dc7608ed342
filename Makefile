# Everything here needs only Python 3.11 with venv and pip; what else it needs it installs into .venv, each
# package in the version and with a hash that constraints.txt names: nothing else is built or installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --require-hashes --only-binary :all:
# The build back-end is among what was installed by hash.
INSTALL_STANCH := $(PIP) install --no-deps --no-index --no-build-isolation -e .
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --extra sandbox --group build $(UPGRADE) pyproject.toml

.PHONY: constraints demo test test-all lint bench pictures dist image man docs clean

demo: $(VENV)/.installed
	$(BIN)/stanch demo

# What is named is run, whichever it is; without a name the thorough ones are left to test-all.
test: CHOSEN = $(if $(ARGS),,-m "not thorough")
# Compiled once, and not anew by each of the many processes.
test test-all: export PYTHONDONTWRITEBYTECODE =
test test-all: $(VENV)/.developing
	$(BIN)/python -m pytest -n 3 --dist loadgroup $(CHOSEN) $(ARGS)

lint: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.developing
	$(BIN)/python -m bench

pictures: $(VENV)/.developing
	$(BIN)/python -m docs.draw

# One file for a machine without network and pip, its SHA-256, and its bill of materials.
dist: $(VENV)/.developing
	$(BIN)/python -m release

docs: $(VENV)/.developing
	$(BIN)/python -m mkdocs build --quiet

man: $(VENV)/.developing
	$(BIN)/python -m release.manual

image:
	$(or $(BUILDER),$(shell command -v podman || command -v docker)) build -f Containerfile -t stanch .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(INSTALL) -r constraints.txt
	$(INSTALL_STANCH)
	@touch $@

$(VENV)/.developing: pyproject.toml constraints-dev.txt | $(VENV)/bin/python
	$(INSTALL) -r constraints-dev.txt
	$(INSTALL_STANCH)
	@touch $@ $(VENV)/.installed

# After a change of dependencies; the versions that are named stay, but for UPGRADE="--upgrade-package NAME".
constraints: $(BIN)/uv
	$(LOCK) --extra athena --extra dev -o constraints-dev.txt
	$(LOCK) -c constraints-dev.txt -o constraints.txt

$(BIN)/uv: | $(VENV)/.developing

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
