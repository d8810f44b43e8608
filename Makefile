# Every command of the project. `make` alone lists them.

PORT ?= 8000
BIN  := .venv/bin

.DEFAULT_GOAL := help

.PHONY: help setup machine run test suite check bench soak lock

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv with the locked dependencies (skipped when nothing changed)
	@.ci/setup

machine: setup ## what tests need beside Python: PostgreSQL, Chromium (root installs, others are told how)
	@$(BIN)/python tests/machine.py

run: setup ## publish this checkout and sell by it on http://127.0.0.1:8000 (PORT=… changes it)
	@exec $(BIN)/checkout demo "--port=$(PORT)"

# Each of the two would leave a core idle. What a check finds stands last too, below the tests.
test: setup ## the suite, and beside it the check
	@$(MAKE) --no-print-directory --jobs=2 --keep-going check suite || { \
	    $(MAKE) --no-print-directory check; exit 1; }

suite: setup machine ## every test, on SQLite, on PostgreSQL and in a real browser
	@$(BIN)/pytest -m "not soak" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup ## formatting, lint, types, the direction of imports and the lock; silent when all is well
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo) || { echo "$$said"; exit 1; }
	@$(BIN)/uv pip check --quiet --python $(BIN)/python

bench: setup ## measure the order page, a settlement, reading and set-up; asserts nothing
	@$(BIN)/python -m benchmarks

soak: setup machine ## the long proofs: races and kills by the hundred, the pages on PostgreSQL too
	@$(BIN)/pytest -m soak --timeout 0
	@$(BIN)/pytest tests/web -m "not soak" --on postgresql

lock: setup ## write requirements.txt anew from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	    --quiet --output-file requirements.txt
