# Plimsoll's commands; `make help` lists them. Each does the set-up that it needs, and skips what is done.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# What survives a fresh clone: compiled code, the SBF toolchain, npm's downloads.
export PLIMSOLL_CACHE ?= $(HOME)/.cache/plimsoll
export CARGO_TARGET_DIR ?= $(PLIMSOLL_CACHE)/target
export SBF_TOOLCHAIN ?= $(PLIMSOLL_CACHE)/sbf
LOCKED := $(if $(CI),--locked)

.PHONY: help setup program idl demo lab test test-rust test-python test-typescript check compute bench coverage mutants verify client

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the other commands need (Debian and npm packages, SBF compiler)
	@toolchain/setup.sh

program: setup ## Build the programs: target/deploy/plimsoll.so and plimsoll_parity.so
	@toolchain/program.sh

idl: setup ## Write the program's IDL: target/idl/plimsoll.json
	cargo build $(LOCKED) --workspace --bin plimsoll-idl
	CARGO_ENCODED_RUSTFLAGS= env -u RUSTUP_TOOLCHAIN "$(CARGO_TARGET_DIR)/debug/plimsoll-idl" programs/plimsoll target/idl/plimsoll.json

demo: program idl ## Play a crash on a real local node (SCENARIO=name or a CSV file); reports in target/demo
	cargo build $(LOCKED) --workspace --bins
	"$(CARGO_TARGET_DIR)/debug/plimsoll-demo" $(if $(SCENARIO),--scenario "$(SCENARIO)")

lab: ## Calibrate, backtest and stress the risk model (PRICES=folder of histories); reports in target/lab
	cargo build $(LOCKED) --release --workspace --bin plimsoll-lab
	toolchain/lab.sh

test: test-rust test-python test-typescript ## Run every test

test-rust: program idl
	cargo test $(LOCKED) --workspace --no-fail-fast

test-python: setup
	cd tests && python3 -m unittest discover -s reference -t .

test-typescript: program idl
	toolchain/npm.sh run test

check: idl ## Formatting, lints, documentation, house rules, generated files
	cargo fmt --all --check
	cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc $(LOCKED) --workspace --no-deps --lib
	cargo test $(LOCKED) --workspace --test house
	cd tests && python3 -m reference.generate --check
	npm run --prefix clients/ts generate -- --check
	toolchain/npm.sh run check

compute: program ## Measure compute units on the real program; writes target/compute.json
	cargo test $(LOCKED) --workspace --test compute -- --nocapture --test-threads=1

bench: ## Measure the core's speed on one core: medians, with machine, compiler and commit
	@echo "machine: $$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $$(nproc) cores, $$(uname -sm)"
	@echo "compiler: $$(rustc --version), profile bench (release: fat LTO, overflow checks)"
	@echo "commit: $$(git rev-parse --short HEAD)$$(git diff --quiet HEAD || echo ' with changes')"
	cargo bench $(LOCKED) -p plimsoll-lab --bench '*'

coverage: ## Line coverage of the risk core; fails below 95 %
	toolchain/coverage.sh

mutants: ## Mutation tests of the risk core (SHARD=k/n); takes hours as a whole
	toolchain/mutants.sh $(SHARD)

verify: setup ## Build the programs of the last commit twice and compare the hashes
	toolchain/verify.sh

client: idl ## Regenerate clients/ts from the IDL
	npm run --prefix clients/ts generate
