# Counterflow. The two commands to know: `make demo` and `make test`. `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
SQL := dbt_project/models dbt_project/tests
PACKAGES := $(shell grep -c . requirements.txt)

.PHONY: help demo test browser check format up down clean status lock odoo odoo-down contract contract-month

help: ## this list
	@grep -hE '^[a-z%-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(READY) ## everything once around: an hour of trade, synced twice, and an order's journey (ORDERS, SEED, ODOO=real)
	@$(RUN) -m counterflow.demo

test: $(READY) browser ## the whole suite; starts and stops what it needs (ARGS="-k stock" for a part of it)
	@$(RUN) -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder $(ARGS)

check: $(READY) ## ruff, mypy, sqlfluff, import-linter; all of them, whatever the first finds
	@failed=(); try() { echo "== $$*"; "$(VENV)/bin/$$@" || failed+=("$$1"); }; \
	try ruff format --quiet --check .; try ruff check --quiet .; try mypy; \
	try sqlfluff lint $(SQL) --processes 2 --disable-progress-bar; try lint-imports; \
	[ $${#failed[@]} -eq 0 ] || { echo "failed: $${failed[*]}"; exit 1; }

format: $(READY) ## put everything into the form that check asks for
	@$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .
	@$(VENV)/bin/sqlfluff fix $(SQL) --disable-progress-bar

up: $(READY) ## start PostgreSQL, the stand-ins and Airflow, without the demo's runs
	@$(RUN) -m runtime up

down: ## stop all services, keep their data
	@if [ -e $(READY) ]; then $(RUN) -m runtime down; else echo "nothing was ever started here"; fi

clean: ## stop all services and remove their data
	@if [ -e $(READY) ]; then $(RUN) -m runtime clean; else echo "nothing was ever started here"; fi
	@rm -rf dbt_project/target dbt_project/logs

status: $(READY) ## what runs, and where
	@$(RUN) -m runtime status

odoo: $(READY) ## bring up a real Odoo 19 (Debian, root) for ODOO=real and the contract tests
	@$(RUN) -m sandbox.real_odoo up

odoo-down: ## stop the real Odoo
	@$(RUN) -m sandbox.real_odoo down

contract: $(READY) ## contract tests against the server in AIRFLOW_CONN_<SYSTEM>: make contract SYSTEM=odoo
	@[ -n "$(SYSTEM)" ] || { echo "Say which: make contract SYSTEM=woocommerce (or odoo, stripe, canadapost)"; exit 2; }
	@$(RUN) -m pytest tests/contract/test_$(SYSTEM)*.py $(ARGS)

contract-month: $(READY) ## a month of trade posted to the Odoo in AIRFLOW_CONN_ODOO, and its trial balance: make contract-month SYSTEM=odoo
	@[ "$(SYSTEM)" = odoo ] || { echo "Say which: make contract-month SYSTEM=odoo"; exit 2; }
	@$(RUN) -m tests.contract.month

bench-%: $(READY) ## a benchmark, by the name of its file in bench/
	@$(RUN) -m bench.$*

lock: ## resolve requirements.in anew into requirements.txt
	@rm -rf $(VENV)-lock
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet --requirement requirements.in
	@$(VENV)-lock/bin/python -m pip freeze > requirements.txt
	@rm -rf $(VENV)-lock
	@echo "requirements.txt: $$(grep -c . requirements.txt) packages"

# Where it cannot be had, the tests of the pages fail and say so.
browser: ## Chromium for the tests of the pages: installed by apt-get, where root runs this and there is none
	@if ! command -v chromium >/dev/null && [ -z "$(COUNTERFLOW_CHROMIUM)" ] && [ "$$(id -u)" = 0 ] \
	    && command -v apt-get >/dev/null; then \
	    echo "Installing chromium, for the tests of the pages"; \
	    { apt-get update && apt-get install --yes --no-install-recommends chromium; } >/dev/null 2>&1 \
	        || echo "chromium could not be installed"; \
	fi

# Written last, so that an installation cut short is not taken for a whole one.
$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Set PYTHON to another"; exit 1; }
	@echo "Making the environment in $(VENV): $(PACKAGES) packages, a minute or two"
	@$(PYTHON) -m venv $(VENV) || { echo "python3's venv module is missing (on Debian: apt-get install python3-venv)"; exit 1; }
	@$(RUN) -m pip install --disable-pip-version-check --progress-bar off --requirement requirements.txt 2>&1 \
	    | awk '/^Collecting/ { if (++n % 25 == 0) { print "  fetched " n " packages"; fflush() } next } \
	           /^Installing collected/ { print "  installing them"; fflush(); next } \
	           /^ *ERROR/ { print "  " $$0; fflush() }'
	@touch $(READY)
