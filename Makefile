# make demo: everything, on a fresh machine with Python 3.11+ and make. make test: the tests. make check: what .ci/run adds.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PORT ?= 8000
MORPH := build/morph-kgc
FUSEKI_VERSION := 5.6.0
FUSEKI := build/fuseki/jena-fuseki-server-$(FUSEKI_VERSION).jar
FUSEKI_SHA512 := 6892853e217afde119f9237ad424033c4d309ec7129bed344d0199ad6e233d9f166610e2040abd42b739ecbe120c4638f2b69ecf1576872669a3403c3391f691

.PHONY: golden demo test check lint lock wheels bench bench-full conformance-env fuseki-env search-env clients-env docs clean assets browser screenshots

demo: .venv/run.stamp
	$(BIN)/pop-ld demo --data data/demo --port $(PORT)

test: .venv/dev.stamp
	$(BIN)/pytest -n 2 --dist loadfile -m "not alone" --ignore=tests/browser
	$(BIN)/pytest -m alone --ignore=tests/browser

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found."; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: pyproject.toml requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
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

# Apache Jena Fuseki, for the tests of remote stores: needs Java 17 and Maven, which fetches it.
fuseki-env: $(FUSEKI)

$(FUSEKI):
	mkdir -p $(@D)
	mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
		-Dartifact=org.apache.jena:jena-fuseki-server:$(FUSEKI_VERSION) -DoutputDirectory=$(@D) -Dmdep.useBaseVersion=true
	echo "$(FUSEKI_SHA512)  $@" | shasum -a 512 --check --status - || { rm -f $@; echo "$@ is not the file that was expected"; exit 1; }

# OpenSearch and Elasticsearch, for the tests of the search engines: need Java and Maven, which fetches them.
search-env: build/search/done.stamp

build/search/done.stamp: $(wildcard tests/search/servers/*/pom.xml tests/search/servers/*/*.sha256)
	rm -rf $(@D)
	for engine in opensearch2 opensearch3 elasticsearch8 elasticsearch9; do \
		mvn --quiet --batch-mode -f tests/search/servers/$$engine/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
			-DincludeScope=runtime -DoutputDirectory=$(CURDIR)/$(@D)/$$engine && \
		(cd $(@D)/$$engine && shasum -a 256 --check --status $(CURDIR)/tests/search/servers/$$engine/jars.sha256) || \
		{ rm -rf $(@D); echo "$$engine is not what was expected"; exit 1; }; \
	done
	touch $@

# Comunica, for the tests of real clients: needs Node 18 and npm.
clients-env: build/comunica/done.stamp

build/comunica/done.stamp: tests/clients/package-lock.json
	mkdir -p $(@D)
	cp tests/clients/package.json tests/clients/package-lock.json $(@D)
	cd $(@D) && npm ci --silent --no-audit --no-fund
	touch $@

check: lint conformance-env test

bench: .venv/dev.stamp conformance-env
	$(BIN)/python -m bench.convert
	$(BIN)/python -m bench.validate
	$(if $(DATA),$(BIN)/python -m bench.relevance $(DATA),@echo "make bench DATA=folder, one with the real notices, measures the relevance of search too")
	@echo "of a data folder: python -m bench.sparql, bench.hostile, bench.sparql_rewriting, bench.sparql_joins, bench.counting, bench.remote_store, bench.pages, bench.linked, bench.search DATA"

# Everything at growing sizes, each beside its limit or peer, and docs/measurements.md from it; OUT is a folder outside the repository.
bench-full: .venv/dev.stamp conformance-env
	@test -n "$(OUT)" || { echo "make bench-full OUT=folder [SIZES=50000,200000] [STAGES=load,pages]: a folder with room, outside the repository"; exit 1; }
	$(BIN)/python -m bench.full_size $(OUT) $(if $(SIZES),--sizes $(SIZES)) $(if $(STAGES),--stages $(STAGES))
	$(BIN)/python -m bench.report $(OUT)

docs: .venv/run.stamp
	$(BIN)/python -m docs.generate_reference
	$(BIN)/python -m docs.generate_contexts

# Exact versions, from the lower bounds of pyproject.toml.
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras -o requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

# Whether what the product needs is there, built, for a newer Python too: nobody should need a compiler.
NEWEST := 3.14
wheels: .venv/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --dry-run --no-deps --ignore-installed --only-binary :all: \
		--python-version $(NEWEST) --target build/none -r requirements.lock

clean:
	rm -rf .venv build dist data *.egg-info

# Writes the golden triples of the samples anew; read the diff before you commit it.
golden: .venv/dev.stamp
	$(BIN)/python -m tests.test_expected

# The front-end libraries of the pages, copied anew with their licences; only this needs Node.
assets:
	cd assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm run --silent build
	rm -rf assets/node_modules

# The pages in a real browser: Chromium as the system has it, driven by Playwright; axe-core, for which it needs npm.
browser: .venv/browser.stamp
	$(MAKE) build/axe/done.stamp || echo "without axe-core: npm is missing"
	$(BIN)/pytest -n 2 --dist loadfile tests/browser

.venv/browser.stamp: requirements-browser.lock .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-browser.lock
	touch $@

build/axe/done.stamp: tests/browser/package-lock.json
	mkdir -p $(@D)
	cp tests/browser/package.json tests/browser/package-lock.json $(@D)
	cd $(@D) && npm ci --silent --ignore-scripts --no-audit --no-fund
	touch $@

# A picture of each kind of page, narrow and wide, light and dark, in build/screenshots: look at them.
screenshots: .venv/browser.stamp
	$(BIN)/python -m tests.browser.screenshots
