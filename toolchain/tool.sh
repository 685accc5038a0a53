#!/usr/bin/env bash
# Installs a command-line tool of the crate registry into the cache, and prints where it is: tool.sh NAME VERSION
set -euo pipefail
root=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/tools/$1-$2
if [[ ! -x $root/bin/$1 ]]; then
  echo "installing $1 $2" >&2
  # the tools have locks of their own, and a target folder that nothing else shares
  env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$root" --version "$2" "$1" >&2
fi
echo "$root/bin"
