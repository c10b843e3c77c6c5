#!/bin/sh
# tidy BUILD — clang-tidy over the program's sources, with the compile commands of a build folder.
set -eu
cd "$(dirname "$0")/../.."
command -v clang-tidy >/dev/null 2>&1 || { echo "skipped: no clang-tidy"; exit 77; }
find src -name '*.c' -print0 | xargs -0 -n 4 -P 2 clang-tidy --quiet -p "$1" 2>/dev/null
echo "tidy"
