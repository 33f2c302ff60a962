# Everything runs in .venv, which `make setup` builds from pyproject.toml and constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Two processes, a file at a time to each, in the order of tests/conftest.py.
TWO := -n 2 --dist loadfile --no-loadscope-reorder

# Where this is set, every one of the hundreds of commands that the tests start compiles the whole project again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup replay interop demo test test-fast test-long lint bench bench-extract bench-rules bench-dedup bench-crawl bench-draft bench-politeness bench-reextract bench-search bench-serve bench-export bench-start bench-scale simulate docs release-check screenshots spark clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(STAMP) ## make the virtual environment in .venv

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Jianbao needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[test,web]'
	@touch $(STAMP)

spark: setup ## add Spark to .venv (400 MB, wants Java 17); its tests run then
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[spark]'

interop: ## pandas and others that read an export in .venv-interop, Datasette of both ages there and in .venv-datasette, an S3 server in .venv-s3
	@test -x .venv-interop/bin/python || $(PYTHON) -m venv .venv-interop
	@.venv-interop/bin/python -m pip install -qq --disable-pip-version-check -c tests/interop/export/constraints.txt -e '.[interop]'
	@test -x .venv-datasette/bin/python || $(PYTHON) -m venv .venv-datasette
	@.venv-datasette/bin/python -m pip install -qq --disable-pip-version-check --pre -c tests/interop/export/constraints.txt -e . 'datasette>=1.0a1,<2'
	@test -x .venv-s3/bin/python || $(PYTHON) -m venv .venv-s3
	@.venv-s3/bin/python -m pip install -qq --disable-pip-version-check -r tests/interop/s3/requirements.txt

replay: ## pywb and wacz in .venv-replay, which tests/interop/replay asks
	@test -x .venv-replay/bin/python || $(PYTHON) -m venv .venv-replay
	@.venv-replay/bin/python -m pip install -qq --disable-pip-version-check -r tests/interop/replay/requirements.txt

demo: setup ## crawl the demo portal twice, then search, compare and export
	@$(BIN)/jianbao demo

test: lint ## lint, type-check and run every test
	@$(BIN)/python -m pytest $(TWO)

test-fast: setup ## the tests without whole crawls, processes and whatever else is slow: five minutes of processor time
	@$(BIN)/python -m pytest $(TWO) -m "not slow"

test-long: setup ## the long variants of tests: 200 kills at random moments, 1,000 queries over 17,788 texts, 200 histories of an export, 100 imported; some minutes
	@JIANBAO_TEST_KILLS=200 JIANBAO_TEST_QUERIES=1000 JIANBAO_TEST_HISTORIES=100 $(BIN)/python -m pytest $(TWO) tests/crawler/faults tests/archive/query/search tests/archive/export tests/archive/load/exported

lint: setup ## ruff, mypy --strict and the import rules
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }

bench: bench-extract bench-rules bench-dedup bench-crawl bench-draft bench-politeness bench-reextract bench-search bench-serve bench-export bench-start bench-scale ## every benchmark

# The peers need a virtual environment of their own: they are no part of the project.
bench-extract: setup ## extraction: quality and cost beside its peers
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv --upgrade-deps .venv-bench
	@.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements.txt
	@.venv-bench/bin/python -m benchmarks.extract

bench-rules: setup ## every rule of clutter and of copies: where it holds, what its absence would cost
	@$(BIN)/python -m benchmarks.rules
	@$(BIN)/python -m benchmarks.predicates

bench-dedup: setup ## duplicates: recall and speed beside its peers
	@$(BIN)/python -m benchmarks.dedup

bench-crawl: setup ## the crawl of 2,000 articles: completeness, clusters, memory, cost beside bare Scrapy
	@$(BIN)/python -m benchmarks.crawling.crawl

bench-draft: setup ## templates drafted from five pages: how like the real ones they are, lines to change by hand
	@$(BIN)/python -m benchmarks.draft

bench-search: setup ## search: recall and precision beside jieba and FTS5 trigram, speed of searches and facets
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv --upgrade-deps .venv-bench
	@.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements-search.txt
	@.venv-bench/bin/python -m benchmarks.reading.search

bench-reextract: setup ## stored captures read anew on two cores, beside the same pages read from files
	@$(BIN)/python -m benchmarks.upkeep.reextract

bench-politeness: setup ## three crawlers on one PostgreSQL: how fast they ask each host, measured at the portal
	@$(BIN)/python -m benchmarks.crawling.politeness

bench-serve: setup ## the reading room under load, beside an import that writes
	@$(BIN)/python -m benchmarks.reading.serve

bench-export: setup ## the export of 200,000 articles: speed beside objects of the ORM, memory; an increment, what a chain costs writers
	@$(BIN)/python -m benchmarks.reading.export
	@$(BIN)/python -m benchmarks.reading.batches

bench-start: setup ## what it costs to start the command: processor time of --help, search, show and others
	@$(BIN)/python -m benchmarks.reading.start

bench-scale: setup ## what each step costs as the archive grows (ARTICLES=200000 POSTGRESQL=20000), into docs/architecture.md
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv --upgrade-deps .venv-bench
	@.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements-scale.txt
	@.venv-bench/bin/python -m pip install --quiet -r benchmarks/requirements-scale-peers.txt || echo "a peer cannot be installed: its row is left out"
	@.venv-bench/bin/python -m benchmarks.scale --articles $(or $(ARTICLES),200000) --postgresql $(or $(POSTGRESQL),20000)

simulate: setup ## days at a scripted portal (DAYS=20 SEED=1): what the archive's history missed, or made up
	@$(BIN)/python -m tests.simulation --days $(or $(DAYS),20) --seed $(or $(SEED),1)

screenshots: setup ## pictures of the reading room's pages, from the demo archive, into docs/images (wants Chromium)
	@$(BIN)/python -m tests.archive.web.browser.screenshots

release-check: setup ## is this to be released? version, changelog, what is frozen, sdist and wheel in a fresh environment
	@$(BIN)/python -m tests.release

docs: setup ## write the pages of docs/ that follow from the code
	@$(BIN)/python -m tests.make_docs

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
