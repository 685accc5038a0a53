#!/usr/bin/env bash
# Builds the programs from the last commit twice, in two folders with nothing in common, and compares what comes out. Prints both hashes and what built them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

commit=$(git rev-parse --short HEAD)
[[ -z $(git status --porcelain) ]] || echo "note: what is not committed is not part of this build" >&2
for folder in one a/longer/path/two; do
  git clone --quiet . "$scratch/$folder"
  CARGO_TARGET_DIR="$scratch/$folder-target" "$scratch/$folder/toolchain/program.sh" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
done

"$here/versions.sh"
for program in plimsoll plimsoll_parity; do
  hashes=$(sha256sum "$scratch"/{one,a/longer/path/two}/target/deploy/"$program.so" | cut -d' ' -f1)
  echo "$commit $program.so $(head -n 1 <<<"$hashes")"
  [[ $(sort -u <<<"$hashes" | wc -l) -eq 1 ]] || { echo "$program.so differs between the two folders" >&2; exit 1; }
done
echo "both builds are the same"
