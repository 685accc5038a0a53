#!/usr/bin/env bash
# Makes sure that Debian packages are installed: packages.sh PACKAGE...
# As root with apt it installs those that are missing; elsewhere it names them and fails.
set -euo pipefail

missing=()
for package in "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]} (names of Debian packages; this system has no apt, install what corresponds)" >&2
  exit 1
fi
if [[ $(id -u) -ne 0 ]]; then
  echo "missing: ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
