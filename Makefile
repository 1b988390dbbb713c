# Needs Python 3.11 or newer, git and make; `make test` may also use root on Debian to install a browser.
# Everything lands in .venv and in git-ignored folders; stamps make a second run start at once.

PORT ?= 8000
DATA ?= ./hubbub-data
ARGS ?=

BOOTSTRAP := $(shell for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --require-hashes
export PYTHONNOUSERSITE := 1

.PHONY: help serve install web dev test check lock protocol bench faults clean

help:
	@echo "make serve [PORT=8000] [DATA=./hubbub-data] [ARGS='--host 0.0.0.0']   install, build, run"
	@echo "make test       everything: browser, pages, checks, all tests"
	@echo "make check      the quick gate: format, types, layers, generated files, unit tests"
	@echo "make web        build the pages      make protocol   write what is generated (protocol, settings, metrics)"
	@echo "make lock       write the lock files make bench      measure"
	@echo "make faults     strike a server for half an hour, and see what it keeps"

# The server is the recipe's last word (exec), so that it hears SIGTERM and SIGINT itself.
serve: install web
	@exec $(BIN)/hubbub serve --port $(PORT) --data "$(DATA)" $(ARGS)

install: $(VENV)/.stamp-package

$(BIN)/python:
	@test -n "$(BOOTSTRAP)" || { echo "Hubbub needs Python 3.11 or newer (set PYTHON=...)." >&2; exit 1; }
	@$(BOOTSTRAP) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.stamp-run: lock/run.txt lock/build.txt | $(BIN)/python
	@echo "Installing what Hubbub runs on"
	@$(INSTALL) -r lock/run.txt -r lock/build.txt
	@touch $@

# Editable: the checkout is the program. A wheel with the pages inside is `python -m build` or tests/packaging.
$(VENV)/.stamp-package: pyproject.toml hatch_build.py $(VENV)/.stamp-run
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

web: $(VENV)/.stamp-run
	@$(BIN)/python tools/build_web.py

dev: $(VENV)/.stamp-dev

$(VENV)/.stamp-dev: lock/dev.txt $(VENV)/.stamp-package
	@echo "Installing what checks Hubbub"
	@$(INSTALL) -r lock/dev.txt
	@touch $@

check: dev
	@tools/check

test: dev
	@tools/setup_tests
	@tools/test

lock: $(BIN)/python
	@test -x $(BIN)/uv || $(MAKE) --no-print-directory dev
	@tools/lock.sh $(ARGS)
	@$(BIN)/python -m tools.lock_web

protocol: dev
	@$(BIN)/python tools/gen_protocol.py
	@$(BIN)/python -m tools.gen_configuration
	@$(BIN)/python -m tools.gen_metrics

bench: dev web
	@$(BIN)/python -m bench $(ARGS)

# ARGS: see docs/faults.md.
faults: dev
	@$(BIN)/python -m tests.faults.harness $(ARGS)

clean:
	rm -rf build dist src/hubbub/_web web/.next web/node_modules .mypy_cache .ruff_cache .pytest_cache
