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
SPARK_PAIRS ?= 300
SEED ?= 1
NIGHTLY_PAIRS ?= 20000
# Parts of `make nightly`; all of them when empty.
PARTS ?=
# Given to benches/run.py as they are; without any, the tables of docs/performance.md are written anew.
BENCH_ARGS ?=

REQUIRE := build-support/require
PYTHON_ENV := $(PYTHON) build-support/python_env.py
GRADLE := gradle --no-daemon --quiet
SHELL_SCRIPTS = .ci/run $(shell grep -d skip -lE '^\#!.*bash' build-support/*)

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):[^#]*## /\1\t/' \
	  | while IFS=$$'\t' read -r verb what; do printf '  make %-9s %s\n' "$$verb" "$$what"; done

.PHONY: demo
demo: ## generate a pair of datasets that differ in known ways and compare them on Spark 3.5
	@$(REQUIRE) rust cc python java gradle
	@$(GRADLE) -Plines=spark35 -Pprocessors="$$(uname -m)" jar
	@build-support/demo

.PHONY: test
test: build jar ## run every test: build scripts, Rust, browser, JVM, pytest, Spark, differential (PAIRS=3000 SEED=1)
	@$(REQUIRE) rust cc python java gradle node browser
	@build-support/node-modules
	@$(PYTHON) build-support/suites.py --pairs $(PAIRS) --spark-pairs $(SPARK_PAIRS) --seed $(SEED)

.PHONY: build
build: ## build the native command: bin/parity
	@$(REQUIRE) rust cc python
	@build-support/build-native

.PHONY: jar
jar: ## build the jars, one per line of Spark and Scala, the native library inside each
	@$(REQUIRE) rust cc python java gradle
	@$(GRADLE) jar

.PHONY: lint
lint: ## check formatting, lints, licences and scripts: tracked data, rustfmt, clippy, cargo-deny, scalafmt, mypy, ruff, tsc, shellcheck
	@$(REQUIRE) rust cc python java gradle node
	@build-support/tidy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@build-support/lint-fuzz
	@build-support/deny
	@$(GRADLE) verifyChecksums scalafmtCheck
	@build-support/node-modules
	tests/browser/node_modules/.bin/tsc --project tests/browser
	@tools=$$($(PYTHON_ENV) build-support/lint-requirements.txt); \
	  spark=$$($(PYTHON_ENV) tests/requirements.txt); set -x; \
	  "$$tools/mypy" --config-file python/pyproject.toml --python-executable "$$spark/python" python/spark_parity; \
	  "$$tools/ruff" check build-support tests benches python; \
	  "$$tools/ruff" format --check build-support tests benches python; \
	  "$$tools/shellcheck" $(SHELL_SCRIPTS)

.PHONY: bench
bench: build jar ## measure ours beside its rivals into docs/performance.md, about an hour (BENCH_ARGS='--help' shows how)
	@$(REQUIRE) python java gradle
	@build-support/build-native --features parity-benches/steps
	@$(PYTHON) benches/run.py $(or $(BENCH_ARGS),--into docs/performance.md)
	@$(if $(BENCH_ARGS),,$(PYTHON) benches/rules.py --into docs/performance.md)

.PHONY: nightly
nightly: build jar ## run the long checks: 20,000 differential pairs, every flipped bit, fuzzing, sanitizer, Miri (PARTS="fuzz miri")
	@$(REQUIRE) rust cc python java gradle
	@build-support/nightly --pairs $(NIGHTLY_PAIRS) $(PARTS)

.PHONY: wheel
wheel: jar ## build the Python wheel, the jar inside: python/dist/
	@$(REQUIRE) python
	@build-support/wheel

.PHONY: clean
clean: ## remove what the commands wrote into this checkout
	rm -rf bin build target python/dist jvm/*/build .gradle .mypy_cache .ruff_cache */.ruff_cache */.pytest_cache
	find build-support tests benches python -name __pycache__ -prune -exec rm -rf {} +
	@echo "Compiled Rust and the Python environments stay in $(CACHE); deleting that folder is always safe."
