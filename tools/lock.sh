#!/usr/bin/env bash
# Writes lock/*.txt from pyproject.toml: every file hashed, no address of any index in them.
# run = what the product needs; build = what makes its wheel; dev = all of that and what checks it.
# `tools/lock.sh --upgrade` moves to the newest versions; without it, locked versions stay where they can.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}

compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --custom-compile-command "make lock" "$@"
}

compile "$@" pyproject.toml -o lock/run.txt
compile "$@" -c lock/run.txt --group build -o lock/build.txt
compile "$@" -c lock/run.txt -c lock/build.txt pyproject.toml --group build --group dev -o lock/dev.txt
if grep -nE '://' lock/*.txt; then
  echo "lock files must not name an address" >&2
  exit 1
fi
