# Everything a developer runs. A machine needs Python 3.11+, pip and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-long coverage mutants lint types check bench clean

help:
	@echo "make demo    install into .venv, make a synthetic shop, segment it"
	@echo "make test    install what the tests need and run the quick ones, in minutes"
	@echo "make check   lint, types and all tests, on every engine, as continuous integration runs them"
	@echo "make test-long   what takes too long even for that"
	@echo "make coverage    all tests with what they reach of the code, which doubles their time"
	@echo "make mutants change the code of segments/ and of orders' lines and customers, one spot at a time, and see tests fail"
	@echo "make bench   time the whole job beside other ways of doing it; BENCH=\"--lines 10_000_000 --rounds 3\""
	@echo "make clean   remove .venv and what the other targets wrote"

# pip's --group (dependency groups) came with pip 25.1, hence the upgrade.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev
	@touch $@

.venv/installed-engines: .venv/installed-dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group engines
	@touch $@

demo: .venv/installed
	$(BIN)/rfmeans demo --out demo --force

# The files of the tests are shared out over the cores, up to four; those of one engine, which starts once, stay together.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

test: .venv/installed-dev
	$(PYTEST)

test-long: .venv/installed-engines
	$(PYTEST) -m long

mutants: .venv/installed-dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group mutants
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m mutmut run $(MUTANTS)

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: .venv/installed-dev
	$(BIN)/mypy

test-all: .venv/installed-engines
	EXAMPLES=whole $(PYTEST) -m "not long"

coverage: .venv/installed-engines
	EXAMPLES=whole $(PYTEST) -m "not long" --cov

check: lint types test-all

BENCH ?= --lines 0 1_000_000 10_000_000
bench: .venv/installed-dev
	$(BIN)/python benchmarks/scale.py $(BENCH)

clean:
	rm -rf .venv demo .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
