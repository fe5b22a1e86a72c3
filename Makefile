# make demo: everything, on a fresh machine with Python 3.11+ and make. make test: the tests. make check: what .ci/run adds.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PORT ?= 8000
MORPH := build/morph-kgc

.PHONY: golden demo test check lint lock bench conformance-env docs clean

demo: .venv/run.stamp
	$(BIN)/pop-ld demo --data data/demo --port $(PORT)

test: .venv/dev.stamp
	$(BIN)/pytest

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: pyproject.toml requirements.lock requirements-fast.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r requirements-fast.lock \
		|| echo "No build of the fast SHACL engine for this system: the reference engine serves, many times slower."
	touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The reference engine of the mapping pins old libraries, so it lives in an environment of its own.
conformance-env: $(MORPH)/done.stamp

$(MORPH)/done.stamp: bench/morph-kgc.lock
	$(PYTHON) -m venv $(MORPH)
	$(MORPH)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/morph-kgc.lock
	touch $@

check: lint conformance-env test

bench: .venv/dev.stamp conformance-env
	$(BIN)/python -m bench.convert
	$(BIN)/python -m bench.validate

docs: .venv/run.stamp
	$(BIN)/python -m docs.generate_reference

# Exact versions, from the lower bounds of pyproject.toml.
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	echo 'pyrudof>=0.3.35,<0.4' | $(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --no-annotate -o requirements-fast.lock -

clean:
	rm -rf .venv build dist data *.egg-info

# Writes the golden triples of the samples anew; read the diff before you commit it.
golden: .venv/dev.stamp
	$(BIN)/python -m tests.test_expected
