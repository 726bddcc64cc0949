# Everything a checkout can do. Works with GNU make 3.81 and newer and a POSIX shell.
#
# The environment is installed once; .venv/.installed-* name what was installed, so a run whose
# pyproject.toml and constraints did not change goes straight to work, and an install that was cut
# short is done again.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run pictures test lint bench soak install install-test clean

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
IMAGES ?=
DATA ?=
PYTEST_ARGS ?=
# A file of tests stays in one process, which computes in one thread. One more than most machines'
# cores at the least: a browser test waits half of its time.
TEST_PROCESSES ?= 3
BENCH ?=
BENCH_ARGS ?=
SOAK_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
CONSTRAINTS := docker/constraints.txt

# faiss-gpu where an NVIDIA driver answers, faiss-cpu everywhere else; ACCELERATOR=cpu overrules.
ACCELERATOR ?= $(shell nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)

# Waiting OpenMP threads must sleep: spinning ones make a shared machine ten times slower.
export OMP_WAIT_POLICY := PASSIVE
# What Python has compiled is kept: every process, and the tests start many, would do it anew.
export PYTHONDONTWRITEBYTECODE :=
# Paths reach the recipes through the environment, so that spaces and quotes in them are harmless.
export IMAGES DATA

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'
	@echo
	@echo '  make run IMAGES=~/Pictures PORT=8000 HOST=127.0.0.1 DATA=folder'

# $(call install,extras): make $(VENV) hold the project with these extras.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Sightline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "Name another one: make $(or $(MAKECMDGOALS),run) PYTHON=/path/to/python3" >&2; exit 1; }; \
	place="$(ACCELERATOR) $$(pwd -P)"; \
	wanted="$$place $$(cat pyproject.toml $(CONSTRAINTS) | cksum)"; \
	stamp="$(VENV)/.installed-$(subst $(comma),-,$(1))"; \
	if [ "$$(cat "$$stamp" 2>/dev/null)" = "$$wanted" ]; then exit 0; fi; \
	if [ "$$(cat $(VENV)/.place 2>/dev/null)" != "$$place" ]; then \
	  echo "Creating $(VENV) for: $(ACCELERATOR)"; \
	  $(PYTHON) -m venv --clear $(VENV) || exit 1; \
	fi; \
	rm -f $(VENV)/.place $(VENV)/.installed-*; \
	echo "Installing Sightline ($(1)); the first time this fetches PyTorch, a few gigabytes."; \
	$(BIN)/python -m pip install --disable-pip-version-check --quiet \
	  -c $(CONSTRAINTS) -e ".[$(1)]" || { \
	  echo "The install failed; the next make starts it afresh." >&2; exit 1; }; \
	printf '%s\n' "$$place" > $(VENV)/.place; \
	printf '%s\n' "$$wanted" > "$(VENV)/.installed-$(ACCELERATOR)"; \
	printf '%s\n' "$$wanted" > "$$stamp"
endef
comma := ,

install:
	$(call install,$(ACCELERATOR))

install-test:
	$(call install,$(ACCELERATOR)$(comma)test)

run: pictures install ## Index pictures and serve them: the sample gallery, or IMAGES=folder
	@set -e; $(open-paths); \
	if [ -n "$$IMAGES" ]; then \
	  if [ -d "$$IMAGES" ]; then IMAGES=$$(cd "$$IMAGES" && pwd -P); else \
	    IMAGES="$$(cd "$$(dirname "$$IMAGES")" && pwd -P)/$$(basename "$$IMAGES")"; fi; \
	  : "$${DATA:=.sightline/images-$$(printf '%s' "$$IMAGES" | cksum | tr ' ' '-')}"; \
	else \
	  : "$${DATA:=.sightline/gallery}"; \
	  IMAGES="$$DATA/gallery/manifest.jsonl"; \
	  if [ ! -f "$$IMAGES" ]; then $(BIN)/sightline gallery "$$DATA/gallery"; fi; \
	fi; \
	export SIGHTLINE_DATA_DIR="$$DATA" SIGHTLINE_HOST="$(HOST)" SIGHTLINE_PORT="$(PORT)"; \
	if ls "$$DATA"/collections/*/generations/*/manifest.json >/dev/null 2>&1; then \
	  $(serve-while-indexing); \
	else \
	  $(BIN)/sightline index "$$IMAGES"; \
	  exec $(BIN)/sightline serve; \
	fi

# Asked before anything is installed: a mistyped folder should not cost a download.
pictures:
	@$(open-paths); \
	if [ -n "$$IMAGES" ] && [ ! -e "$$IMAGES" ]; then \
	  echo "There is no folder or manifest called $$IMAGES" >&2; exit 1; fi

# Not every shell opens the ~ in IMAGES=~/Pictures.
define open-paths
case "$$IMAGES" in "~") IMAGES=$$HOME ;; "~/"*) IMAGES="$$HOME/$${IMAGES#??}" ;; esac; \
	case "$$DATA" in "~") DATA=$$HOME ;; "~/"*) DATA="$$HOME/$${DATA#??}" ;; esac
endef

# What was published before is served at once; the service goes over when the index is up to date.
# Both are in the background, where a shell starts them deaf to Ctrl-C: the trap speaks for it.
define serve-while-indexing
$(BIN)/sightline index "$$IMAGES" & indexing=$$!; \
	$(BIN)/sightline serve & serving=$$!; \
	trap 'kill $$indexing $$serving 2>/dev/null || :' INT TERM; \
	status=0; wait $$serving || status=$$?; \
	kill $$indexing $$serving 2>/dev/null || :; \
	wait; exit $$status
endef

test: install-test ## Run every test; the linters are among them
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile \
	  --no-loadscope-reorder $(PYTEST_ARGS)

lint: install-test ## Check form, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install-test ## Run a benchmark, BENCH=name BENCH_ARGS="…"; without a name, list them
	@if [ -n "$(BENCH)" ]; then exec $(BIN)/python -m benchmarks.$(BENCH) $(BENCH_ARGS); fi; \
	echo "Name one: make bench BENCH=name BENCH_ARGS=\"…\" (BENCH_ARGS=--help says more)"; \
	for script in $$(grep -l '^if __name__' benchmarks/*.py); do \
	  printf '  %-16s %s\n' "$$(basename "$$script" .py)" "$$(sed -n '1s/"""//gp' "$$script")"; done

soak: install-test ## Kill the indexer 200 times while a client searches (SOAK_ARGS for options)
	@$(BIN)/python -m benchmarks.kill_soak $(SOAK_ARGS)

clean: ## Remove the environment, caches and reports; never pictures or indexes
	rm -rf $(VENV) reports build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find app indexer models tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
