#!/usr/bin/env bash
# Runs npm in each folder with a lock file: `npm.sh install` installs exactly what the lock names, unless it is there;
# `npm.sh run SCRIPT` runs a script of package.json in those that have it.
set -euo pipefail
action=${1:?usage: npm.sh install, or npm.sh run SCRIPT}
cd "$(dirname "$0")/.."
cache=${PLIMSOLL_CACHE:-$HOME/.cache/plimsoll}/npm

for folder in clients/ts migrations app; do # in the order in which they depend on each other
  [[ -f $folder/package-lock.json ]] || continue
  case $action in
    install)
      stamp=$(cat "$folder/package-lock.json" <(node --version) | sha256sum | cut -c1-16)
      [[ ! -f $folder/node_modules/.lock-$stamp ]] || continue
      echo "npm packages of $folder"
      npm ci --prefix "$folder" --cache "$cache" --prefer-offline --no-audit --no-fund --loglevel=error
      touch "$folder/node_modules/.lock-$stamp"
      ;;
    run) npm run "${2:?npm.sh run: which script?}" --prefix "$folder" --if-present ;;
    *) echo "npm.sh: unknown action $action" >&2 && exit 2 ;;
  esac
done
