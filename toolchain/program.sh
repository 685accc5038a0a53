#!/usr/bin/env bash
# Builds the programs into target/deploy: by `cargo build-sbf` where Solana's tools are installed, else by the toolchain of this folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."

if command -v cargo-build-sbf >/dev/null; then
  for program in plimsoll parity; do
    cargo build-sbf --arch v3 --manifest-path "programs/$program/Cargo.toml" --sbf-out-dir target/deploy
  done
else
  "$here/build.sh" -p plimsoll -p plimsoll-parity
fi
sha256sum target/deploy/*.so
