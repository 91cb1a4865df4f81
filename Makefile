# Everyday commands: `make help` lists them. Each installs what it may and names what else it lacks.
# What is more than a line or two lives as a script of its own in build-support/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/spark-parity
# Outside the checkout, so that a fresh clone builds warm.
CARGO_TARGET_DIR ?= $(CACHE)/target
export PYTHON CARGO_TARGET_DIR

# The differential suite of `make test` and `make nightly`.
PAIRS ?= 3000
SEED ?= 1
NIGHTLY_PAIRS ?= 20000
# Given to benches/run.py as they are.
BENCH_ARGS ?=

REQUIRE := build-support/require
PYTHON_ENV := $(PYTHON) build-support/python_env.py
SHELL_SCRIPTS = .ci/run $(shell grep -lE '^\#!.*bash' build-support/*)

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):[^#]*## /\1\t/' \
	  | while IFS=$$'\t' read -r verb what; do printf '  make %-9s %s\n' "$$verb" "$$what"; done

.PHONY: demo
demo: build ## generate a pair of datasets that differ in known ways and compare them
	@build-support/demo

.PHONY: test
test: build ## run every test: build scripts, Rust, pytest, differential (PAIRS=3000 SEED=1)
	@$(REQUIRE) rust cc python
	@$(PYTHON) build-support/suites.py --pairs $(PAIRS) --seed $(SEED)

.PHONY: build
build: ## build the native command: bin/parity
	@$(REQUIRE) rust cc
	@build-support/build-native

.PHONY: lint
lint: ## check formatting, lints, licences and scripts: rustfmt, clippy, cargo-deny, ruff, shellcheck
	@$(REQUIRE) rust cc python
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@build-support/deny
	@tools=$$($(PYTHON_ENV) build-support/lint-requirements.txt); set -x; \
	  "$$tools/ruff" check build-support tests benches; \
	  "$$tools/ruff" format --check build-support tests benches; \
	  "$$tools/shellcheck" $(SHELL_SCRIPTS)

.PHONY: bench
bench: build ## measure ours beside its rivals (BENCH_ARGS='--help' shows how)
	@$(REQUIRE) python
	@$(PYTHON) benches/run.py $(BENCH_ARGS)

.PHONY: nightly
nightly: build ## run the long checks: Miri on the kernels, fuzzing, 20,000 differential pairs
	@$(REQUIRE) rust cc python
	@build-support/nightly --pairs $(NIGHTLY_PAIRS)

.PHONY: wheel
wheel: ## build a wheel (comes with the Python package, in the next round)
	@echo "make wheel: there is no Python package yet; it comes in the next round and brings the wheel with it." >&2
	@exit 1

.PHONY: clean
clean: ## remove what the commands wrote into this checkout
	rm -rf bin build target .ruff_cache */.ruff_cache */.pytest_cache
	find build-support tests benches -name __pycache__ -prune -exec rm -rf {} +
	@echo "Compiled Rust and the Python environments stay in $(CACHE); deleting that folder is always safe."
