# The same commands without make: python tools/env.py repro | test | run …
PYTHON ?= python3
ENV := $(PYTHON) tools/env.py

.PHONY: help setup repro test lint ensu bench faults doctor clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## make .venv from the lock (skipped when nothing changed)
	@$(ENV) setup

repro: ## every wave from the delivered files to the published brief
	@$(ENV) repro

test: ## the tests
	@$(ENV) test -n auto --dist loadgroup

lint: ## ruff and mypy
	@$(ENV) run ruff check .
	@$(ENV) run ruff format --check .
	@$(ENV) run mypy

ensu: ## INEGI's ENSU through the same code, against INEGI's own figures
	@$(ENV) setup
	@cd examples/ensu && $(PYTHON) ../../tools/env.py run python compare.py

bench: ## speed against svy, samplics and R on the same files, and growth (BENCH=--full, --growth …)
	@$(ENV) run python benchmarks/speed.py $(BENCH)

faults: ## kill, starve and confuse the pipeline, and see that nothing is half-written
	@$(ENV) run python benchmarks/faults.py --write

doctor: ## what this machine has and lacks
	@$(ENV) run pulso doctor

clean: ## what can be made again
	rm -rf processed reports/site .pytest_cache .mypy_cache .ruff_cache
