# `make demo` is all a newcomer needs. Everything is installed into .venv and nothing outside this folder,
# except the demo's database, which `whimbrel doctor` locates.

ROWS ?= 2500000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --constraint constraints.txt

.PHONY: demo test check docs format clean help
.DEFAULT_GOAL := help

demo: $(VENV)/.installed ## Start PostgreSQL with a shop of ROWS users (2500000) and open the chat
	@$(BIN)/whimbrel demo --rows $(ROWS)

test: $(VENV)/.installed-dev ## Run the tests
	@$(BIN)/python -m pytest

check: $(VENV)/.installed-dev ## Check format, lint, types and import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed ## Write docs/rules.md from the rules' docstrings
	@$(BIN)/python -m tools.lint.pages > docs/rules.md

format: $(VENV)/.installed-dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove .venv and caches; the demo's database stays
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List these
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The stamps are touched last, so that an interrupted installation is done again from the start.
$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "whimbrel: creating $(VENV) ..."
	@python=$$(sh .ci/find-python) && "$$python" -m venv --clear $(VENV)
	@echo "whimbrel: installing dependencies (about a minute) ..."
	@$(PIP) --editable .
	@touch $@
	@echo "whimbrel: installed"

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "whimbrel: installing what tests and checks need (about a minute) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@
	@echo "whimbrel: installed"
