#!/bin/sh
# run BUILD — measures the budgets of this program against their peers, in pairs where there is one.
set -eu
build=$1
bench=$build/tests/bench
recloop=$build/bin/recloop
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_STATE_HOME="$home/state"

field() { printf '%s' "$1" | sed "s/.*\"$2\":\([0-9.]*\).*/\1/"; }
verdict() { # value limit: is the value at or below it?
  if awk "BEGIN { exit !($1 <= $2) }"; then echo "within"; else echo "OVER"; fi
}

echo "recloop budgets ($(nproc) cores; ratios are what counts, milliseconds are this machine's)"

# The marker of recloop is drawn when the sandbox has answered with the first list. A folder under git is what tig shows; both start in it.
git -C "$home" init -q repo
git -C "$home/repo" -c user.name=b -c user.email=b@b commit -q --allow-empty -m one
"$recloop" recommend >/dev/null # seeds the sandbox
program=$PWD/$recloop
timer=$PWD/$bench/first_screen
result=$(cd "$home/repo" && "$timer" 25 "25 items" "[main]" -- "$program" -- tig)
ratio=$(field "$result" ratio)
echo "first screen    recloop $(field "$result" a_ms) ms, tig $(field "$result" b_ms) ms, ratio $ratio, budget 1: $(verdict "$ratio" 1)"

result=$("$bench/sigv4_bench")
ratio=$(field "$result" ratio)
echo "SigV4 cached    $(field "$result" sign_ns) ns, bare hashes $(field "$result" floor_ns) ns, ratio $ratio, budget 2: $(verdict "$ratio" 2)"

result=$("$bench/loop_bench" latency 2000)
p99=$(field "$result" p99_ms)
echo "send to trait   p50 $(field "$result" p50_ms) ms, p99 $p99 ms, budget p99 20: $(verdict "$p99" 20)"

result=$("$bench/loop_bench" throughput 40000)
rate=$(field "$result" loops_per_second)
echo "whole loop      $rate events/s (accepted $(field "$result" accepted_per_second)/s), budget 20000: $(verdict 20000 "$rate")"
