# The same commands without make: python tools/env.py repro | test | run … | dev …
PYTHON ?= python3
ENV := $(PYTHON) tools/env.py
# Spreads the tests over the processors; what shares a costly fixture stays together.
SPREAD := -n auto --dist loadfile

.PHONY: help setup repro test test-fast test-long lint ensu bench faults doctor clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## make .venv from the lock (skipped when nothing changed)
	@$(ENV) setup

repro: ## every wave from the delivered files to the published brief
	@$(ENV) repro

test: ## the tests, all but the longest
	@$(ENV) test $(SPREAD) -m "not long"

test-fast: ## what takes under a minute
	@$(ENV) test $(SPREAD) -m "not long and not slow"

test-long: ## the longest proofs: environments made anew, every page of the built site in a browser
	@$(ENV) test $(SPREAD) -m long

lint: ## ruff and mypy
	@$(ENV) dev ruff check .
	@$(ENV) dev ruff format --check .
	@$(ENV) dev mypy

ensu: ## INEGI's ENSU through the same code, against INEGI's own figures
	@$(ENV) setup
	@cd examples/ensu && $(PYTHON) ../../tools/env.py run python compare.py

bench: ## speed against svy, samplics and R on the same files, and growth (BENCH=--full, --growth …)
	@$(ENV) dev python benchmarks/speed.py $(BENCH)

faults: ## kill, starve and confuse the pipeline, and see that nothing is half-written
	@$(ENV) dev python benchmarks/faults.py --write

doctor: ## what this machine has and lacks
	@$(ENV) run pulso doctor

clean: ## what can be made again; nothing that git tracks
	git clean -fdqX build dist processed reports .pytest_cache .mypy_cache .ruff_cache
