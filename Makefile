# Everything runs in .venv, which each target makes when it is missing or stale.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SCENARIOS ?= checkout slow_payment failed_charge

ENDPOINT ?= http://localhost:4318
GRPC ?=

SECONDS ?= 60

ROWS ?=
JSON ?= bench.json

.PHONY: demo test check scenarios bench conformance interop fuzz soak goldens clean

demo: .venv/installed-demo  ## Open the UI, start the shop, play SCENARIOS.
	@$(BIN)/devtrace demo $(SCENARIOS)

test: .venv/installed-all  ## Run every test, on two cores.
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/installed-all  ## Lint, format, types, floors.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-all  ## Measure this machine: one table, and bench.json; ROWS=keys for some rows.
	@$(BIN)/python -m tests.bench --rows '$(ROWS)' --json '$(JSON)'

scenarios: .venv/installed-demo  ## Play the whole catalogue and check what each promises; about a minute.
	@$(BIN)/devtrace demo --verify $(IDS)

conformance: .venv/installed-all  ## Put the cases to a receiver: ENDPOINT=http://localhost:4318 GRPC=localhost:4317
	@$(BIN)/python -m tests.conformance $(ENDPOINT) $(GRPC)

interop: .venv/installed-all  ## Let the SDKs of Python, Node, Go and Java send the same traces, logs and metrics.
	@$(BIN)/python -m tests.interop.run $(LANGUAGES)

fuzz: .venv/installed-all  ## Fuzz for SECONDS=60; what goes a new way is kept in tests/fuzz/corpus.
	$(BIN)/python -m tests.fuzz $(SECONDS)

soak: .venv/installed-all  ## Full rings at full rate for SECONDS=60; fails if memory grows by more than 5 %.
	$(BIN)/python -m tests.soak $(SECONDS)

goldens: .venv/installed-all  ## Draw the expected screens anew; look at the difference before committing it.
	$(BIN)/python -m pytest tests/tui --snapshot-update

clean:  ## Remove what the other targets made.
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/installed-demo: pyproject.toml constraints.txt
	@$(MAKE) --silent .venv/bin/python
	@echo "installing devtrace and its shop into .venv (once) ..." >&2
	@$(INSTALL) --editable '.[demo]'
	@touch $@

.venv/installed-all: pyproject.toml constraints.txt
	@$(MAKE) --silent .venv/bin/python
	@echo "installing devtrace, its shop and its tools into .venv (once) ..." >&2
	@$(INSTALL) --editable '.[all]'
	@touch $@ .venv/installed-demo

.venv/bin/python:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "cannot make .venv: Python 3.11 or newer is needed; try: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@"$(PYTHON)" -m venv --clear .venv
