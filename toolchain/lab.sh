#!/usr/bin/env bash
# Calibrates, backtests and stresses on price histories where a folder has them, else on made-up ones; reports in target/lab.
# PRICES names the folder [../shared/data/prices]: SYMBOL_*_5m.csv, and SYMBOL_*_1h.csv as the longer histories.
set -euo pipefail
cd "$(dirname "$0")/.."
lab=$CARGO_TARGET_DIR/release/plimsoll-lab
out=target/lab
prices=${PRICES:-../shared/data/prices}
shopt -s nullglob
mkdir -p "$out"

if ! compgen -G "$prices/*_5m.csv" >/dev/null; then
  echo "no price histories in $prices: the lab makes some up, which shows how it works and proves nothing about a market"
  prices=$out/synthetic
  seed=1
  for market in sol:150:0.045 btc:100000:0.025 eth:4000:0.03; do
    IFS=: read -r symbol price sigma <<<"$market"
    made=(--price "$price" --daily-sigma "$sigma" --seed "$seed")
    "$lab" synthetic --out "$prices/${symbol}_synthetic_5m.csv" "${made[@]}"
    "$lab" synthetic --out "$prices/${symbol}_synthetic_1h.csv" "${made[@]}" --bar-seconds 3600 --days 1500
    seed=$((seed + 1))
  done
fi

factors=()
for file in "$prices"/*_5m.csv; do
  name=$(basename "$file")
  symbol=${name%%_*}
  factors+=(--factor "${symbol^^}=$file")
  for longer in "$prices/$symbol"_*_1h.csv; do
    factors+=(--lookback "${symbol^^}=$longer")
  done
done

echo "calibrate"
"$lab" calibrate "${factors[@]}" --against migrations/params/mainnet.toml --accounts crates/lab/scenarios/accounts.toml --out "$out"
echo
echo "backtest"
"$lab" backtest --series "$prices"/*.csv --against migrations/params/mainnet.toml --out "$out"
echo
echo "stress"
for scenario in october-2025 march-2020; do
  "$lab" stress --scenario "$scenario" --prices "$prices" --out "$out/$scenario"
done
"$lab" stress --scenario monte-carlo --prices "$prices" --out "$out"
