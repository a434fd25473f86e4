# Every target sets up what is missing first; .ci/setup does nothing when nothing is.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help setup demo test test-matrix fuzz vm lint bench clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

setup: ## Install what is missing; quick when nothing is
	@.ci/setup

demo: setup ## Build examples/hello, serve it in workerd, ask it over HTTP
	@$(PYTHON) tests/support/demo.py

test: setup ## Every test: lint, Python, the machine on the oracle, Elixir, the worker in workerd
	@.ci/setup browser
	@$(PYTHON) tests/support/suites.py

test-matrix: ## libraries, oracle and examples/hello with OTP 27 and 29, Elixir 1.18 and 1.20
	@.ci/setup matrix
	@$(PYTHON) tests/support/matrix.py

fuzz: setup ## Damaged archives, terms, patterns; generated calls and bit syntax; hostile build, MINUTES (5)
	@$(PYTHON) tests/support/fuzz.py --minutes $(or $(MINUTES),5)

vm: setup ## Build priv/atomvm*.wasm and priv/natives.json when atomvm-wasi/ has changed
	@ls -l priv/atomvm.wasm priv/atomvm-linkable.wasm priv/natives.json

lint: setup ## ruff, mypy and mix format
	@$(PYTHON) tests/support/suites.py lint

bench: setup ## Measure speed and size; prints a table and writes bench/README.md
	@$(PYTHON) bench/bench.py

clean: ## Remove everything that was built or installed in this folder
	@rm -rf .venv .cache dist priv/atomvm.wasm priv/atomvm-linkable.wasm priv/natives.json priv/.atomvm.stamp
	@rm -rf priv/elixir/{_build,deps} examples/*/{_build,deps,dist} tests/samples/*/{_build,deps,dist} bench/bindings/{_build,deps,dist}
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
