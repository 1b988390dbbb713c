#!/usr/bin/env bash
# Writes requirements.txt of each peer in Python from its requirements.in: hashed, and without any index's address.
# `bench/peers/lock.sh --upgrade` moves to the newest versions.
set -euo pipefail
cd "$(dirname "$0")"
uv=${UV:-../../.venv/bin/uv}

for wanted in */requirements.in; do
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --custom-compile-command bench/peers/lock.sh "$@" "$wanted" \
    -o "${wanted%.in}.txt"
done
