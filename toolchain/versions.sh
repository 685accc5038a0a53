#!/usr/bin/env bash
# Names what builds the programs, a line each: compute units depend on it.
set -euo pipefail
if command -v cargo-build-sbf >/dev/null; then
  cargo-build-sbf --version
  exit
fi
root=${SBF_TOOLCHAIN:-${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/sbf}
/usr/bin/rustc --version
# the whole of it first: it panics where its reader has gone
linker=$("$root/bin/sbpf-linker" --version)
echo "${linker%%$'\n'*}"
basename "$(find "$root/llvm-23/root/usr/lib/x86_64-linux-gnu" -maxdepth 1 -name 'libLLVM*.so.*' | sort | tail -n 1)"
