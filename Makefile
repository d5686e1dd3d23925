# Each target works alone on a bare machine with Python 3.11 or newer, git and make.
# `make` says what there is.

SHELL = /bin/sh
.DEFAULT_GOAL := help
.PHONY: help build test check lint types facts generated golden docs picture lock env browser clean
.NOTPARALLEL:

# Nothing depends on the reader's language, zone or own packages.
export PYTHONUTF8 = 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

RUN = .venv/bin
PY = $(RUN)/python
ENGLISH = src scripts docs README.md CONTRIBUTING.md CHANGELOG.md Makefile pyproject.toml

help: ## what each target does
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

build: env ## facts to graph, Turtle, network and report in output/
	@$(RUN)/kg build

test: env browser ## everything that executes: pytest, doctests, the page in a browser
	@$(PY) -m pytest

check: lint types facts generated ## everything that reads: lint, types, facts, generated files

lint: env ## style, imports between modules, spelling
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/lint-imports --no-cache
	@$(RUN)/codespell $(ENGLISH)

types: env ## strict types
	@$(RUN)/mypy

facts: env ## the facts of this repository, nothing written
	@$(RUN)/kg check

generated: env ## generated files are those the sources give
	@$(PY) scripts/generate.py --check

docs: env ## rewrite the generated files: reference pages, the gallery, the schema for editors
	@$(PY) scripts/generate.py

golden: env ## rewrite the expected files of the golden cases: read the difference as code
	@KG_GOLDEN=rewrite $(PY) -m pytest -q tests/test_golden.py

picture: env browser ## take the picture of the README from output/network.html
	@$(RUN)/kg build
	@$(PY) scripts/picture.py

lock: env ## rewrite requirements.lock from pyproject.toml, newest versions that fit
	@CUSTOM_COMPILE_COMMAND='make lock' $(RUN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--strip-extras --no-emit-index-url --no-emit-find-links --extra dev --output-file requirements.lock pyproject.toml
	@if grep -nE '(https?|file):/|^-' requirements.lock; then \
		echo 'make lock: an address or option stands in requirements.lock (above); take it out' >&2; exit 1; fi

env: ## the virtual environment .venv, with exactly the locked packages
	@sh scripts/environment.sh

browser: ## a browser for the tests, from the system's packages
	@sh scripts/browser.sh

clean: ## remove the environment, caches and outputs
	@rm -rf .venv dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find output -mindepth 1 ! -name .gitkeep -delete
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
