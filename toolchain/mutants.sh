#!/usr/bin/env bash
# Mutation tests of the core's rounding, health, thresholds, liquidation and waterfalls: mutants.sh [SHARD], where SHARD is k/n (default 0/1).
# Each mutant must fail a test of crates/risk. Prints what was caught and writes target/mutants.out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
shard=${1:-0/1}

PATH=$("$here/tool.sh" cargo-mutants 27.1.0):$PATH
export PATH CARGO_TARGET_DIR=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/mutants
files=()
for part in 'math/**' 'health/**' 'health.rs' 'threshold/**' 'liquidation/**' 'portfolio/**' 'liquidity/**' waterfall.rs perp/waterfall.rs position.rs; do
  files+=(--file "crates/risk/src/$part")
done
# exit status 2: some mutants were missed; they are listed
cargo mutants --package plimsoll-risk "${files[@]}" --shard "$shard" --jobs 2 --timeout 120 --output target --no-shuffle || [[ $? -eq 2 ]]
caught=$(wc -l <target/mutants.out/caught.txt)
missed=$(wc -l <target/mutants.out/missed.txt)
timed_out=$(wc -l <target/mutants.out/timeout.txt)
echo "shard $shard: $((caught + timed_out)) killed ($timed_out by time), $missed missed; the missed stand in target/mutants.out/missed.txt"
