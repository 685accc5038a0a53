#!/usr/bin/env bash
# Line coverage of the risk core by its own tests; fails below the floor. Prints a table and writes target/coverage/lcov.info.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
floor=95

"$here/packages.sh" llvm-22
PATH=$("$here/tool.sh" cargo-llvm-cov 0.9.1):$PATH
export PATH LLVM_COV=/usr/bin/llvm-cov-22 LLVM_PROFDATA=/usr/bin/llvm-profdata-22
export CARGO_TARGET_DIR=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/coverage

mkdir -p target/coverage
cargo llvm-cov clean --workspace
cargo llvm-cov --no-report -p plimsoll-risk
cargo llvm-cov report -p plimsoll-risk --lcov --output-path target/coverage/lcov.info
cargo llvm-cov report -p plimsoll-risk --fail-under-lines "$floor"
